//! Changes that wait, and what several gateways make of one member.
use super::*;
use store::{Embedded, embedded};

const NOW: u64 = 1_000_000;

fn change(kind: ChangeKind, expires_in_seconds: Option<u64>) -> Change {
    Change { name: "n".to_owned(), kind, expires_in_seconds }
}

#[test]
fn changes_of_one_member_become_one() {
    let of = |kinds: &[ChangeKind]| {
        let mut all = Waiting::default();
        for kind in kinds {
            all.then(Waiting::of(&change(kind.clone(), None), NOW));
        }
        all.applied(Some(b"10")).map(|value| String::from_utf8(value).unwrap())
    };
    let (add, set) = (ChangeKind::Add(2), ChangeKind::Set(b"5".to_vec()));
    assert_eq!(of(&[add.clone(), add.clone()]).as_deref(), Some("14"));
    assert_eq!(of(&[add.clone(), set.clone()]).as_deref(), Some("5"));
    assert_eq!(of(&[set.clone(), add.clone()]).as_deref(), Some("7"));
    assert_eq!(of(&[set.clone(), ChangeKind::Remove]), None);
    assert_eq!(of(&[ChangeKind::Remove, add]).as_deref(), Some("2"));
    assert_eq!(of(&[ChangeKind::Keep]).as_deref(), Some("10"));
    assert_eq!(Waiting { sum: 1, ..Waiting::default() }.applied(Some(b"no number")).unwrap(), b"1");
}

#[test]
fn names_come_back() {
    let key = key_of(Persistent::Ip, b"192.0.2.1_\x00\xff", "a.b").unwrap();
    assert_eq!(parts_of(&key), Some((Persistent::Ip, b"192.0.2.1_\x00\xff".to_vec(), "a.b".to_owned())));
    assert!(key_of(Persistent::Ip, &[0; 600], "a").is_none());
    assert_eq!(read(b"12\n4\n2"), Some((12, b"4\n2".as_slice())));
    assert_eq!(read(b"4"), None);
}

#[tokio::test]
async fn two_outboxes_add_up_and_times_stay() {
    let state: Arc<dyn State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let now = crate::clock::now().micros;
    let boxes = [Arc::<Outbox>::default(), Arc::<Outbox>::default()];
    for (number, outbox) in boxes.iter().enumerate() {
        let expires = (number == 0).then_some(3600);
        for _ in 0..10 {
            outbox.take(Persistent::Ip, b"a", &[change(ChangeKind::Add(1), expires)], now);
        }
        outbox.flush(&state, 3600).await.unwrap();
    }
    let key = key_of(Persistent::Ip, b"a", "n").unwrap();
    let entry = state.get(&key).await.unwrap().unwrap();
    let (until, value) = read(&entry.value).unwrap();
    assert_eq!((until, value), (now + 3_600_000_000, b"20".as_slice()));
    let memory = Memory::new(16);
    boxes[0].take(Persistent::Ip, b"a", &[change(ChangeKind::Add(1), None)], now);
    boxes[0].told(&memory, Told::Put(entry));
    let seen = waf::Persistence::load(&memory, Persistent::Ip, b"a", now);
    assert_eq!(seen.first(b"n"), Some(b"21".as_slice()), "what waits here counts");
    boxes[0].take(Persistent::Ip, b"a", &[change(ChangeKind::Remove, None)], now);
    boxes[0].flush(&state, 3600).await.unwrap();
    assert!(state.get(&key).await.unwrap().is_none());
}
