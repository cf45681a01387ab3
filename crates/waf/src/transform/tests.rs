use super::*;
use Transformation as T;

fn run(transformation: T, value: &[u8]) -> Vec<u8> {
    let mut out = b"what was there before".to_vec();
    if apply(transformation, value, Context::default(), &mut out) { out } else { value.to_vec() }
}

#[track_caller]
fn check(transformation: T, value: &[u8], expected: &[u8]) {
    let found = run(transformation, value);
    assert_eq!(found.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn digests_are_those_of_the_standards() {
    let hex = |transformation, value: &[u8]| run(T::HexEncode, &run(transformation, value));
    assert_eq!(hex(T::Md5, b"abc"), b"900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(hex(T::Sha1, b"abc"), b"a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(hex(T::Sha1, &[b'a'; 1000]), b"291e9a6c66994949b57ba5e650361e98fc36b1ba");
    assert_eq!(hex(T::Md5, &[b'a'; 1000]), b"cabe45dcc9ae5b66ba86600cca6b8ba8");
}
