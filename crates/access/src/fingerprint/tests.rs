//! Messages made by hand, after the examples of the specification; real clients meet the gateway in its own tests.
use super::*;

/// A `ClientHello` of parts.
fn hello(version: u16, ciphers: &[u16], extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = version.to_be_bytes().to_vec();
    out.extend([7; 32]);
    out.push(0);
    out.extend(u16::try_from(ciphers.len() * 2).unwrap().to_be_bytes());
    out.extend(ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()));
    out.extend([1, 0]);
    let all: Vec<u8> = extensions
        .iter()
        .flat_map(|(kind, data)| {
            let length = u16::try_from(data.len()).unwrap();
            [kind.to_be_bytes().to_vec(), length.to_be_bytes().to_vec(), data.clone()].concat()
        })
        .collect();
    out.extend(u16::try_from(all.len()).unwrap().to_be_bytes());
    out.extend(all);
    out
}

fn listed(numbers: &[u16]) -> Vec<u8> {
    let length = u16::try_from(numbers.len() * 2).unwrap();
    [length.to_be_bytes().to_vec(), numbers.iter().flat_map(|number| number.to_be_bytes()).collect()].concat()
}

fn alpn(name: &[u8]) -> Vec<u8> {
    let one = [&[u8::try_from(name.len()).unwrap()], name].concat();
    [u16::try_from(one.len()).unwrap().to_be_bytes().to_vec(), one].concat()
}

/// The example of the specification: a browser with GREASE, whose two hashed lists it prints.
fn browser() -> Vec<u8> {
    let ciphers = [
        0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
        0x009c, 0x009d, 0x002f, 0x0035,
    ];
    let signatures = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];
    let mut versions = listed(&[0x3a3a, 0x0304, 0x0303]);
    versions.remove(0);
    let others =
        [0x001b, 0x0033, 0x4469, 0x0017, 0x002d, 0x0005, 0x0023, 0x0012, 0xff01, 0x000b, 0x000a, 0x0015];
    let mut extensions = vec![
        (0x6a6a, Vec::new()),
        (SERVER_NAME, b"\0\x05\0\0\x02ab".to_vec()),
        (ALPN, [&[0, 12, 2][..], b"h2\x08http/1.1"].concat()),
        (SUPPORTED_VERSIONS, versions),
        (SIGNATURE_ALGORITHMS, listed(&signatures)),
    ];
    extensions.extend(others.map(|kind| (kind, Vec::new())));
    extensions.push((0xdada, vec![0]));
    hello(0x0303, &ciphers, &extensions)
}

#[test]
fn the_example_of_the_specification() {
    assert_eq!(ja4(&browser()).unwrap(), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

#[test]
fn parts_that_are_missing() {
    let zeros = "000000000000";
    assert_eq!(ja4(&hello(0x0301, &[], &[])).unwrap(), format!("t10i000000_{zeros}_{zeros}"));
    let mut old = hello(0x0300, &[5], &[]);
    old.truncate(old.len() - 2);
    assert!(ja4(&old).unwrap().starts_with("ts3i010000_"));
    let named = hello(0x0303, &[5], &[(SERVER_NAME, Vec::new()), (ALPN, alpn(b"h2"))]);
    assert!(
        ja4(&named).unwrap().ends_with(&format!("_{zeros}")),
        "a name and ALPN are no part of the last hash"
    );
}

#[test]
fn names_of_protocols() {
    let of = |name: &[u8]| {
        ja4(&hello(0x0303, &[5], &[(ALPN, alpn(name))])).unwrap().get(8..10).unwrap().to_owned()
    };
    assert_eq!(of(b"http/1.1"), "h1");
    assert_eq!(of(b"h"), "hh");
    assert_eq!(of(b"\xab"), "ab");
    assert_eq!(of(b"\xab\xcd"), "ad");
    assert_eq!(of(b"0\xab"), "3b");
    assert_eq!(of(b""), "00");
}

#[test]
fn more_than_two_digits() {
    let ciphers: Vec<u16> = (1..=120).collect();
    let extensions: Vec<(u16, Vec<u8>)> = (100..230).map(|kind| (kind, Vec::new())).collect();
    assert!(ja4(&hello(0x0303, &ciphers, &extensions)).unwrap().starts_with("t12i999900_"));
}

fn records(hello: &[u8], size: usize) -> Vec<u8> {
    let length = u32::try_from(hello.len()).unwrap().to_be_bytes();
    let message = [&[1, length[1], length[2], length[3]][..], hello].concat();
    let record =
        |piece: &[u8]| [&[22, 3, 1][..], &u16::try_from(piece.len()).unwrap().to_be_bytes(), piece].concat();
    message.chunks(size).flat_map(record).collect()
}

#[test]
fn records_and_reads_of_every_size() {
    let wanted = ja4(&browser());
    for size in [1, 7, 100, 16_000] {
        let sent = [records(&browser(), size), b"more".to_vec()].concat();
        for read in [1, 3, 50, sent.len()] {
            let mut reader = Reader::default();
            let found = sent.chunks(read).find_map(|piece| reader.feed(piece));
            assert_eq!(found, Some(wanted.clone()), "{size} {read}");
        }
    }
}

#[test]
fn what_is_no_hello_ends_at_once() {
    assert_eq!(Reader::default().feed(b"GET / HTTP/1.1\r\n"), Some(None));
    assert_eq!(Reader::default().feed(&[22, 3, 1, 0, 4, 2, 0, 0, 0]), Some(None));
    assert_eq!(Reader::default().feed(&[22, 3, 1, 0, 4, 1, 1, 0, 0]), Some(None), "longer than any");
    assert_eq!(Reader::default().feed(&[22, 3, 1]), None);
    let whole = browser();
    for end in 0..whole.len() {
        // Cut off anywhere it is read or not, and nothing else happens.
        let _read = ja4(&whole[..end]);
    }
}

#[test]
fn mutated_messages_end_well() {
    let (mut seed, good) = (0x9e37_79b9_7f4a_7c15_u64, records(&browser(), 40));
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 32).unwrap()
    };
    for _ in 0..5_000 {
        let mut bytes = good.clone();
        for _ in 0..next() % 6 {
            let at = next() % bytes.len();
            match next() % 3 {
                0 => bytes[at] = u8::try_from(next() & 255).unwrap(),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, 255),
            }
        }
        let mut reader = Reader::default();
        let found = bytes.chunks(next() % 50 + 1).find_map(|piece| reader.feed(piece)).flatten();
        assert!(found.is_none_or(|text| text.len() == 36));
    }
}
