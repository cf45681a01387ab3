//! Collections that outlive a request.
use super::*;

fn change(name: &str, kind: ChangeKind, expires_in_seconds: Option<u64>) -> Change {
    Change { name: name.to_owned(), kind, expires_in_seconds }
}

fn value(memory: &Memory, key: &[u8], name: &str, now: u64) -> Option<String> {
    let fields = memory.load(Persistent::Ip, key, now);
    fields.first(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

#[test]
fn sums_add_up_and_members_expire() {
    let memory = Memory::new(1000);
    memory.save(Persistent::Ip, b"a", &[change("n", ChangeKind::Add(2), Some(10))], 1);
    memory.save(Persistent::Ip, b"a", &[change("n", ChangeKind::Add(3), None)], 2);
    assert_eq!(value(&memory, b"a", "n", 3).as_deref(), Some("5"));
    assert_eq!(value(&memory, b"b", "n", 3), None);
    assert_eq!(value(&memory, b"a", "n", 11_000_000), None);
}

#[test]
fn a_flood_of_keys_costs_no_memory() {
    let memory = Memory::new(160);
    for key in 0_u32..10_000 {
        memory.save(Persistent::Ip, &key.to_be_bytes(), &[change("n", ChangeKind::Add(1), None)], 1);
    }
    let kept: usize = memory.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
    assert!(kept <= 160, "{kept}");
}

#[test]
fn a_collection_that_nobody_changes_ends() {
    let memory = Memory::new(1000);
    memory.set_lives(5);
    memory.save(Persistent::Ip, b"a", &[change("n", ChangeKind::Add(2), None)], 1);
    assert_eq!(value(&memory, b"a", "n", 4_000_000).as_deref(), Some("2"));
    memory.save(Persistent::Ip, b"a", &[change("m", ChangeKind::Add(1), None)], 4_000_000);
    assert_eq!(value(&memory, b"a", "n", 8_000_000).as_deref(), Some("2"), "a change keeps it");
    assert_eq!(value(&memory, b"a", "n", 9_000_001), None);
}
