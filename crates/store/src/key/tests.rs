//! What may stand in a key, and that every segment comes back.
use super::{Key, KeyError};

#[test]
fn any_bytes_make_a_segment_and_come_back() {
    let all: Vec<u8> = (0..=255).collect();
    let (low, high) = all.split_at(128);
    for segments in
        [vec![low], vec![high], vec![b"".as_slice(), b"."], vec![b"a.b", b"=41", b"*", b">", b" "]]
    {
        let key = Key::of(&segments).unwrap();
        assert_eq!(key.segments().unwrap(), segments, "{key}");
        assert_eq!(Key::new(key.as_str()).unwrap(), key);
    }
}

#[test]
fn different_segments_never_make_the_same_key() {
    let keys = [
        vec!["a.b"],
        vec!["a", "b"],
        vec!["a=2Eb"],
        vec!["", "a"],
        vec!["a", ""],
        vec![""],
        vec!["="],
        vec!["a"],
        vec!["A"],
    ];
    let made: std::collections::BTreeSet<_> =
        keys.iter().map(|segments| Key::of(segments).unwrap()).collect();
    assert_eq!(made.len(), keys.len());
}

#[test]
fn what_is_no_key_is_told() {
    for wrong in ["", ".", "a.", ".a", "a..b", "a b", "a*", ">", "ä", "a\n"] {
        Key::new(wrong).unwrap_err();
    }
    Key::new(&"k".repeat(512)).unwrap();
    assert!(matches!(Key::new(&"k".repeat(513)), Err(KeyError::Length(513))));
    assert!(matches!(Key::of([vec![b'k'; 1_000_000]]), Err(KeyError::Length(513))));
    assert!(matches!(Key::of(Vec::<Vec<u8>>::new()), Err(KeyError::Empty)));
}

#[test]
fn a_prefix_is_whole_segments() {
    let key = Key::new("a.bc.d").unwrap();
    assert!(["", "a", "a.bc", "a.bc.d"].iter().all(|prefix| key.is_below(prefix)));
    assert!(["a.b", "a.bc.", "b", "a.bc.d.e"].iter().all(|prefix| !key.is_below(prefix)));
}
