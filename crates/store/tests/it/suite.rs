//! What every form of `State` must do, told once.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{
    Change, Entry, Expect, Key, ManualClock, Put, Revision, State, StateError, VALUE_BYTES_MAX, Watch,
};

/// A store to try.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) state: Arc<dyn State>,
    /// Its clock, when the test owns it.
    pub(crate) clock: Option<Arc<ManualClock>>,
    /// Random operations to try.
    pub(crate) operations: usize,
}

/// Runs everything. Each part has keys of its own.
pub(crate) async fn conforms(subject: &Subject) {
    behaves_like_the_model(subject, 1).await;
    behaves_like_the_model(subject, 2).await;
    counts_every_increment(subject, 4, subject.operations / 20).await;
    only_one_creates(subject).await;
    keeps_odd_keys_and_sizes(subject).await;
    lists_whole_segments(subject).await;
    expires(subject).await;
    tells_changes_in_order(subject).await;
    tells_the_last_change_to_slow_readers(subject).await;
}

/// Numbers that look random and are the same each time (xorshift).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

type Model = BTreeMap<Key, (Vec<u8>, Revision)>;

fn expected(dice: &mut Dice, model: &Model, key: &Key) -> Expect {
    match (dice.roll(5), model.get(key)) {
        (0, _) => Expect::Anything,
        (1, _) => Expect::Absent,
        (2, _) => Expect::Revision(Revision(1_000_000_000)),
        (_, Some((_, revision))) => Expect::Revision(*revision),
        (_, None) => Expect::Absent,
    }
}

fn holds(expect: Expect, model: &Model, key: &Key) -> bool {
    match expect {
        Expect::Anything => true,
        Expect::Absent => !model.contains_key(key),
        Expect::Revision(revision) => model.get(key).is_some_and(|(_, known)| *known == revision),
    }
}

async fn behaves_like_the_model(subject: &Subject, seed: u64) {
    let state = &subject.state;
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ seed);
    let mut model = Model::new();
    let mut last = Revision(0);
    for step in 0..subject.operations {
        let key = key(&format!("model{seed}.{}.{}", dice.roll(3), dice.roll(4)));
        let expect = expected(&mut dice, &model, &key);
        match dice.roll(10) {
            0..=4 => {
                let value = format!("{step}").into_bytes();
                let done = state.put(&key, &value, Put { expect, expires_in: None }).await;
                if holds(expect, &model, &key) {
                    let revision = done.unwrap();
                    assert!(revision > last, "{revision:?} after {last:?}");
                    last = revision;
                    model.insert(key, (value, revision));
                } else {
                    assert!(matches!(done, Err(StateError::Conflict { .. })), "step {step}: {done:?}");
                }
            }
            5..=6 => {
                let done = state.remove(&key, expect).await;
                if holds(expect, &model, &key) {
                    done.unwrap();
                    model.remove(&key);
                } else {
                    assert!(matches!(done, Err(StateError::Conflict { .. })), "step {step}: {done:?}");
                }
            }
            7 => {
                let prefix = format!("model{seed}.{}", dice.roll(3));
                let known: Vec<_> = model.keys().filter(|key| key.is_below(&prefix)).cloned().collect();
                assert_eq!(state.keys(&prefix).await.unwrap(), known);
            }
            _ => {
                let found = state.get(&key).await.unwrap();
                let found = found.map(|entry| (entry.value, entry.revision));
                assert_eq!(found.as_ref(), model.get(&key), "step {step}: {key}");
            }
        }
    }
}

/// Adds one, until it worked. The number of attempts that conflicted.
async fn increment(state: &dyn State, key: &Key) -> usize {
    for conflicts in 0..10_000 {
        let found = state.get(key).await.unwrap();
        let number = found.as_ref().map_or(0, number);
        let how = found.map_or(Put::NEW, |entry| Put::over(entry.revision));
        match state.put(key, &(number + 1).to_be_bytes(), how).await {
            Ok(_) => return conflicts,
            Err(StateError::Conflict { .. }) => {}
            Err(why) => panic!("{why}"),
        }
    }
    panic!("never got through");
}

pub(crate) fn number(entry: &Entry) -> u64 {
    u64::from_be_bytes(entry.value.as_slice().try_into().unwrap())
}

async fn counts_every_increment(subject: &Subject, tasks: usize, each: usize) {
    let key = key("counter");
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let (state, key) = (Arc::clone(&subject.state), key.clone());
            tokio::spawn(async move {
                for _ in 0..each {
                    increment(state.as_ref(), &key).await;
                }
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
    let found = subject.state.get(&key).await.unwrap().unwrap();
    assert_eq!(number(&found), (tasks * each) as u64);
}

async fn only_one_creates(subject: &Subject) {
    let key = key("race");
    for _ in 0..5 {
        let running: Vec<_> = (0..12_u8)
            .map(|who| {
                let (state, key) = (Arc::clone(&subject.state), key.clone());
                tokio::spawn(async move { state.put(&key, &[who], Put::NEW).await })
            })
            .collect();
        let mut won = 0;
        for task in running {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(why) => assert!(matches!(why, StateError::Conflict { .. }), "{why}"),
            }
        }
        assert_eq!(won, 1);
        subject.state.remove(&key, Expect::Anything).await.unwrap();
        assert_eq!(subject.state.get(&key).await.unwrap(), None);
    }
}

async fn keeps_odd_keys_and_sizes(subject: &Subject) {
    let state = &subject.state;
    let all: Vec<u8> = (0..=255).collect();
    let mut odd: Vec<Key> =
        all.chunks(64).map(|bytes| Key::of([b"odd".as_slice(), bytes]).unwrap()).collect();
    odd.extend(["odd./", "odd.=", "odd.a/b=c", "odd.-_-"].map(key));
    odd.push(key(&format!("odd.{}", "k".repeat(Key::BYTES_MAX - 4))));
    for (at, key) in odd.iter().enumerate() {
        state.put(key, &[u8::try_from(at).unwrap()], Put::ANY).await.unwrap();
    }
    for (at, key) in odd.iter().enumerate() {
        assert_eq!(state.get(key).await.unwrap().unwrap().value, [u8::try_from(at).unwrap()]);
    }
    odd.sort();
    assert_eq!(state.keys("odd").await.unwrap(), odd);
    for size in [0, 1, 4_096, VALUE_BYTES_MAX] {
        let value: Vec<u8> = (0..=255).cycle().take(size).collect();
        state.put(&key("size"), &value, Put::ANY).await.unwrap();
        assert!(state.get(&key("size")).await.unwrap().unwrap().value == value, "{size} bytes");
    }
    let refused = state.put(&key("size"), &vec![0; VALUE_BYTES_MAX + 1], Put::ANY).await;
    assert!(matches!(refused, Err(StateError::TooLarge { .. })), "{refused:?}");
    state.remove(&key("size"), Expect::Anything).await.unwrap();
}

async fn lists_whole_segments(subject: &Subject) {
    let state = &subject.state;
    for name in ["list", "list.a", "list.a.b", "list.ab", "list-a", "list/a", "lists"] {
        state.put(&key(name), b"", Put::ANY).await.unwrap();
    }
    let list = |prefix: &'static str| async move {
        let keys = state.keys(prefix).await.unwrap();
        keys.iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("list").await, ["list", "list.a", "list.a.b", "list.ab"]);
    assert_eq!(list("list.a").await, ["list.a", "list.a.b"]);
    assert_eq!(list("list.x").await, [""; 0]);
    for wrong in [".", "list.", "*", "list.>"] {
        assert!(matches!(state.keys(wrong).await, Err(StateError::Prefix(_))));
        assert!(matches!(state.watch(wrong).await.map(drop), Err(StateError::Prefix(_))));
    }
}

/// Lets time pass until nothing is there: a bounded number of looks.
async fn until_gone(subject: &Subject, key: &Key, after: Duration) {
    if let Some(clock) = &subject.clock {
        assert!(subject.state.get(key).await.unwrap().is_some(), "{key} went too early");
        clock.advance(after - Duration::from_millis(1));
        assert!(subject.state.get(key).await.unwrap().is_some(), "{key} went too early");
        clock.advance(Duration::from_millis(1));
        assert_eq!(subject.state.get(key).await.unwrap(), None, "{key} stayed");
        return;
    }
    for _ in 0..200 {
        if subject.state.get(key).await.unwrap().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{key} stayed");
}

async fn expires(subject: &Subject) {
    let state = &subject.state;
    let (short, kept) = (key("expiry.short"), key("expiry.kept"));
    let life = Duration::from_secs(1);
    let revision = state.put(&short, b"1", Put::NEW.expiring(life)).await.unwrap();
    state.put(&kept, b"1", Put::ANY.expiring(life)).await.unwrap();
    // Without an expiry, the next change stays.
    state.put(&kept, b"2", Put::ANY).await.unwrap();
    let again = state.put(&short, b"2", Put::NEW).await;
    assert!(matches!(again, Err(StateError::Conflict { .. })), "{again:?}");
    until_gone(subject, &short, life).await;
    assert_eq!(state.keys("expiry").await.unwrap(), std::slice::from_ref(&kept));
    let over = state.put(&short, b"3", Put::over(revision)).await;
    assert!(matches!(over, Err(StateError::Conflict { .. })), "{over:?}");
    state.remove(&short, Expect::Anything).await.unwrap();
    let next = state.put(&short, b"4", Put::NEW.expiring(life)).await.unwrap();
    assert!(next > revision);
    until_gone(subject, &short, life).await;
    assert_eq!(state.get(&kept).await.unwrap().unwrap().value, b"2");
}

/// The next change, within a bound that only a hanging store reaches.
pub(crate) async fn next(watch: &mut dyn Watch) -> Change {
    let next = tokio::time::timeout(Duration::from_secs(60), watch.next()).await.expect("the watch hangs");
    next.expect("the store closed").unwrap()
}

fn show(change: &Change) -> String {
    match change {
        Change::Put(entry) => format!("{}={}", entry.key, String::from_utf8_lossy(&entry.value)),
        Change::Removed { key, .. } => format!("{key} removed"),
        Change::UpToDate => "up to date".to_owned(),
    }
}

async fn tells_changes_in_order(subject: &Subject) {
    let state = &subject.state;
    for (name, value) in
        [("watch.a", "1"), ("watch.b", "1"), ("watch.a", "2"), ("watched", "x"), ("watch.c", "1")]
    {
        state.put(&key(name), value.as_bytes(), Put::ANY).await.unwrap();
    }
    state.remove(&key("watch.c"), Expect::Anything).await.unwrap();
    let mut watch = state.watch("watch").await.unwrap();
    let mut told = Vec::new();
    while told.last().is_none_or(|last| last != "up to date") {
        told.push(show(&next(watch.as_mut()).await));
    }
    assert_eq!(told, ["watch.b=1", "watch.a=2", "up to date"]);

    let mut nothing = state.watch("nothing.there").await.unwrap();
    assert_eq!(next(nothing.as_mut()).await, Change::UpToDate);

    let first = state.put(&key("watch.a"), b"3", Put::ANY).await.unwrap();
    let Change::Put(entry) = next(watch.as_mut()).await else { panic!("a put is told as a put") };
    assert_eq!((entry.value.as_slice(), entry.revision), (b"3".as_slice(), first));
    state.put(&key("watched"), b"y", Put::ANY).await.unwrap();
    state.remove(&key("watch.a"), Expect::Revision(first)).await.unwrap();
    let Change::Removed { key: removed, revision } = next(watch.as_mut()).await else { panic!("a removal") };
    assert_eq!(removed, key("watch.a"));
    assert!(revision > first);

    let life = Duration::from_secs(1);
    state.put(&key("watch.e"), b"1", Put::ANY.expiring(life)).await.unwrap();
    assert_eq!(show(&next(watch.as_mut()).await), "watch.e=1");
    if let Some(clock) = &subject.clock {
        clock.advance(life);
    }
    assert_eq!(show(&next(watch.as_mut()).await), "watch.e removed");
}

/// A reader that sleeps through thousands of changes ends with what is there.
async fn tells_the_last_change_to_slow_readers(subject: &Subject) {
    let state = &subject.state;
    let mut watch = state.watch("slow").await.unwrap();
    assert_eq!(next(watch.as_mut()).await, Change::UpToDate);
    let mut dice = Dice(7);
    let mut there = BTreeMap::new();
    for step in 0..subject.operations as u64 {
        let key = key(&format!("slow.{}", dice.roll(20)));
        if dice.roll(4) == 0 {
            state.remove(&key, Expect::Anything).await.unwrap();
            there.remove(&key);
        } else {
            state.put(&key, &step.to_be_bytes(), Put::ANY).await.unwrap();
            there.insert(key, step);
        }
    }
    let end = state.put(&key("slow.end"), &0_u64.to_be_bytes(), Put::ANY).await.unwrap();
    let mut copy = BTreeMap::new();
    let mut last: BTreeMap<Key, Revision> = BTreeMap::new();
    loop {
        let (changed, revision) = match next(watch.as_mut()).await {
            Change::Put(entry) if entry.revision == end => break,
            Change::Put(entry) => {
                copy.insert(entry.key.clone(), number(&entry));
                (entry.key, entry.revision)
            }
            Change::Removed { key, revision } => {
                copy.remove(&key);
                (key, revision)
            }
            Change::UpToDate => panic!("told twice"),
        };
        assert!(last.insert(changed, revision).is_none_or(|before| before < revision), "out of order");
    }
    assert_eq!(copy, there);
}
