//! The embedded form: the suite on disk and in memory, and what only a file must withstand.
use crate::folder::Folder;
use crate::suite::{self, Subject, key, number};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::embedded::{Durability, OpenError, Options};
use store::{Change, Embedded, Expect, ManualClock, Put, Revision, State, StateError};

fn options() -> (Options, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_000_000));
    (Options { clock: Arc::<ManualClock>::clone(&clock), ..Options::default() }, clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_conforms() {
    let (options, clock) = options();
    let state = Arc::new(Embedded::in_memory(options).unwrap());
    suite::conforms(&Subject { state, clock: Some(clock), operations: 800 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_conforms() {
    for (durability, operations) in [(Durability::EveryChange, 200), (Durability::EverySecond, 400)] {
        let folder = Folder::new(&format!("suite-{durability:?}"));
        let (options, clock) = options();
        let state = Embedded::open(folder.path(), Options { durability, ..options }).await.unwrap();
        suite::conforms(&Subject { state: Arc::new(state), clock: Some(clock), operations }).await;
    }
}

#[tokio::test]
async fn opened_again_everything_is_there_and_revisions_go_on() {
    let folder = Folder::new("reopen");
    let (options, clock) = options();
    for durability in [Durability::EveryChange, Durability::EverySecond] {
        let options = Options { durability, ..options.clone() };
        let state = Embedded::open(folder.path(), options.clone()).await.unwrap();
        let kept = state.put(&key("kept"), b"1", Put::ANY).await.unwrap();
        state.put(&key("short"), b"1", Put::ANY.expiring(Duration::from_secs(5))).await.unwrap();
        state.put(&key("gone"), b"1", Put::ANY).await.unwrap();
        state.remove(&key("gone"), Expect::Anything).await.unwrap();
        let mut watch = state.watch("").await.unwrap();
        state.close().await;
        assert!(matches!(watch.next().await, None | Some(Ok(_) | Err(StateError::Unavailable { .. }))));
        clock.advance(Duration::from_secs(5));

        let state = Embedded::open(folder.path(), options).await.unwrap();
        assert_eq!(state.keys("").await.unwrap(), [key("kept")]);
        assert_eq!(state.get(&key("kept")).await.unwrap().unwrap().revision, kept);
        assert!(state.put(&key("next"), b"", Put::NEW).await.unwrap() > Revision(kept.0 + 3));
        state.remove(&key("next"), Expect::Anything).await.unwrap();
        assert_eq!(state.sweep().await.unwrap(), 0, "what expired was swept with the first change");
        state.close().await;
    }
}

#[tokio::test]
async fn a_second_opener_is_told() {
    let folder = Folder::new("busy");
    let first = Embedded::open(folder.path(), Options::default()).await.unwrap();
    let why = Embedded::open(folder.path(), Options::default()).await.unwrap_err();
    assert!(matches!(why, OpenError::Busy { .. }), "{why}");
    first.close().await;
    Embedded::open(folder.path(), Options::default()).await.unwrap().close().await;
}

#[tokio::test]
async fn only_its_owner_reads_it() {
    let folder = Folder::new("mode");
    Embedded::open(folder.path(), Options::default()).await.unwrap().close().await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = folder.path().join("state.redb");
    assert_eq!((mode(folder.path()), mode(&file)), (0o700, 0o600));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    Embedded::open(folder.path(), Options::default()).await.unwrap().close().await;
    assert_eq!(mode(&file), 0o600);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let why = Embedded::open(folder.path(), Options::default()).await.unwrap_err();
    assert!(matches!(why, OpenError::Exposed { .. }), "{why}");
}

#[tokio::test]
async fn a_damaged_file_is_told() {
    let folder = Folder::new("damaged");
    let file = folder.path().join("state.redb");
    let state = Embedded::open(folder.path(), Options::default()).await.unwrap();
    for at in 0..200 {
        state.put(&key(&format!("k.{at}")), &[7; 1_000], Put::ANY).await.unwrap();
    }
    state.close().await;
    let whole = std::fs::read(&file).unwrap();
    let value = whole.windows(64).position(|window| window == [7; 64]).unwrap();
    let mut flipped = whole.clone();
    flipped[value + 3] ^= 1;
    let mut cut = whole.clone();
    cut.truncate(whole.len() / 2);
    let mut headless = whole.clone();
    headless[..512].fill(0);
    for (what, bytes) in
        [("flipped", flipped), ("cut", cut), ("headless", headless), ("text", b"hello\n".to_vec())]
    {
        let mut options = std::fs::OpenOptions::new();
        let written = options.write(true).truncate(true).mode(0o600).open(&file);
        std::io::Write::write_all(&mut written.unwrap(), &bytes).unwrap();
        let why = Embedded::open(folder.path(), Options::default()).await.unwrap_err();
        assert!(matches!(why, OpenError::Damaged { .. }), "{what}: {why:?}");
    }
}

#[tokio::test]
async fn a_full_store_refuses_and_has_room_again_after_removals() {
    let state = Embedded::in_memory(Options { store_bytes_max: 10_000, ..Options::default() }).unwrap();
    for at in 0..9 {
        state.put(&key(&format!("k.{at}")), &[0; 1_000], Put::ANY).await.unwrap();
    }
    let full = state.put(&key("k.9"), &[0; 1_000], Put::ANY).await;
    assert!(matches!(full, Err(StateError::TooLarge { .. })), "{full:?}");
    state.put(&key("k.8"), &[1; 1_000], Put::ANY).await.unwrap();
    state.remove(&key("k.0"), Expect::Anything).await.unwrap();
    state.put(&key("k.9"), &[0; 1_000], Put::ANY).await.unwrap();
    assert_eq!(state.bytes().await.unwrap(), 9 * 1_003);
}

#[tokio::test]
async fn compaction_gives_room_back_and_loses_nothing() {
    let folder = Folder::new("compact");
    let options = Options { durability: Durability::EverySecond, ..Options::default() };
    let state = Embedded::open(folder.path(), options).await.unwrap();
    for at in 0..64_u64 {
        state.put(&key(&format!("big.{at}")), &vec![1; 500_000], Put::ANY).await.unwrap();
        state.put(&key(&format!("small.{at}")), &at.to_be_bytes(), Put::ANY).await.unwrap();
    }
    for at in 0..64 {
        state.remove(&key(&format!("big.{at}")), Expect::Anything).await.unwrap();
    }
    state.compact().await.unwrap();
    let bytes = std::fs::metadata(folder.path().join("state.redb")).unwrap().len();
    assert!(bytes < 8_000_000, "{bytes} bytes");
    for at in 0..64 {
        assert_eq!(number(&state.get(&key(&format!("small.{at}"))).await.unwrap().unwrap()), at);
    }
}

/// More removals than the store remembers: a watch that slept starts over, and ends with what is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sleeps_through_too_many_removals_starts_over() {
    let state = Embedded::in_memory(Options { removals_max: 100, ..Options::default() }).unwrap();
    state.put(&key("a"), b"", Put::ANY).await.unwrap();
    let mut watch = state.watch("").await.unwrap();
    assert!(matches!(suite::next(watch.as_mut()).await, Change::Put(_)));
    assert_eq!(suite::next(watch.as_mut()).await, Change::UpToDate);
    state.remove(&key("a"), Expect::Anything).await.unwrap();
    for at in 0..101 {
        let key = key(&format!("k.{at}"));
        state.put(&key, b"", Put::ANY).await.unwrap();
        state.remove(&key, Expect::Anything).await.unwrap();
    }
    state.put(&key("b"), b"", Put::ANY).await.unwrap();
    let told = watch.next().await.unwrap();
    assert!(matches!(told, Err(StateError::StartOver { .. })), "{told:?}");
    let Change::Put(entry) = suite::next(watch.as_mut()).await else { panic!("a present entry") };
    assert_eq!(entry.key, key("b"));
    assert_eq!(suite::next(watch.as_mut()).await, Change::UpToDate);
}
