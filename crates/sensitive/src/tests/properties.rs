//! What holds for random and for broken texts: no panic, chunks give what the whole gives, a masked text
//! holds nothing, and cost is linear.
use super::{HashKey, Masker, Place, Scanner, Wanted, mask, scan};
use crate::Match;

const ROUNDS: u64 = 160;
/// Texts that begin, hold and end what detectors look for.
const PIECES: &[&str] = &[
    "password",
    " = ",
    "\"",
    "'",
    "hunter2andmore",
    "api_key",
    ": ",
    "\n",
    "eyJ",
    "eyJhbGciOiJIUzI1NiJ9",
    ".",
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "-----END ",
    "://",
    "user:pa55word@host",
    "Basic ",
    "YXBwOmh1bnRlcjJhbmRtb3Jl",
    "AKIA",
    "IOSFODNN7EXAMPLE",
    "ghp_",
    "Kq7vz9Rt2LwJq8Zr5Tn0Vw7Yb2Xc9Md4Lf6G",
    "@example.org",
    "anna",
    "DE89",
    " ",
    "370400440532013000",
    "4111 1111 1111 1111",
    "+49 30 ",
    "901820",
    "\\n",
    "\\\"",
    "kind: Secret",
    "\ndata:\n",
    "  a: aHVudGVyMmFuZG1vcmU=\n",
    "\"kty\"",
    "\"d\": \"",
    "curl ",
    "-u ",
    "token",
    "$",
    "{",
    "}",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "&quot;",
    "10.0.0.1",
    "::1",
    "fe80::1:2:3",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "\u{e9}",
    "\0",
    "identified by ",
    "$2y$10$",
    "PuTTY-User-Key-File-2: ",
    "Private-Lines: 4\n",
    "Encryption: none\n",
    "secret",
];

/// Marsaglia's xorshift: the same texts in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    /// Pieces in any order, with a few bytes changed.
    fn text(&mut self, pieces: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.below(pieces) {
            text.extend_from_slice(PIECES[self.below(PIECES.len())].as_bytes());
        }
        for _ in 0..self.below(6) {
            let at = self.below(text.len());
            let byte = self.next().to_le_bytes()[0];
            if let Some(place) = text.get_mut(at) {
                *place = byte;
            }
        }
        text
    }

    fn place(&mut self) -> Place {
        Place::of(["a.py", "a.yaml", "a.txt", "i18n/a.json"][self.below(4)])
    }

    fn chunks<'a>(&mut self, text: &'a [u8]) -> Vec<&'a [u8]> {
        let mut chunks = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(1 + self.below(rest.len().min(40_000)));
            chunks.push(chunk);
            rest = after;
        }
        chunks
    }
}

fn key() -> HashKey {
    HashKey::new(b"properties")
}

fn streamed(chunks: &[&[u8]], place: Place) -> Vec<Match> {
    let mut scanner = Scanner::new(place, Wanted::All, &key());
    let mut found: Vec<Match> = chunks.iter().flat_map(|chunk| scanner.push(chunk)).collect();
    found.extend(scanner.finish());
    found
}

#[test]
fn chunks_give_what_the_whole_gives() {
    let mut random = Random(20_261_122);
    for round in 0..ROUNDS {
        // Some texts are longer than every window.
        let pieces = if round % 16 == 0 { 6_000 } else { 120 };
        let text = random.text(pieces);
        let place = random.place();
        let whole = scan(&text, place, Wanted::All, &key());
        assert_eq!(whole, streamed(&random.chunks(&text), place), "round {round}");
        assert!(whole.windows(2).all(|pair| pair[0].end <= pair[1].start), "round {round}: matches overlap");
    }
}

#[test]
fn a_masked_text_holds_nothing() {
    let mut random = Random(7);
    for round in 0..ROUNDS {
        let text = random.text(60);
        let place = random.place();
        let masked = mask(&text, place, Wanted::All);
        let left = scan(&masked, place, Wanted::All, &key());
        let shown = String::from_utf8_lossy(&masked).into_owned();
        assert!(left.is_empty(), "round {round}: {left:?}\n{}\n{shown}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn a_masked_stream_leaves_the_rest_as_it_was() {
    let mut random = Random(11);
    for round in 0..ROUNDS / 4 {
        let text = random.text(6_000);
        let place = random.place();
        let mut masker = Masker::new(place, Wanted::All);
        let mut out: Vec<u8> =
            random.chunks(&text).into_iter().flat_map(|chunk| masker.push(chunk)).collect();
        out.extend(masker.finish());
        let mut expected = Vec::new();
        let mut at = 0;
        for found in scan(&text, place, Wanted::All, &key()) {
            expected.extend_from_slice(&text[at..usize::try_from(found.start).unwrap()]);
            expected.extend_from_slice(format!("[{}]", found.detector).as_bytes());
            at = usize::try_from(found.end).unwrap();
        }
        expected.extend_from_slice(&text[at..]);
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected), "round {round}");
    }
}

#[test]
fn a_secret_over_the_border_of_chunks_is_found() {
    let text = "x".repeat(30_000) + " password = \"hunter2andmore\" " + &"y".repeat(30_000);
    for split in 30_000..30_030 {
        let (first, second) = text.as_bytes().split_at(split);
        assert_eq!(streamed(&[first, second], Place::of("a.py")).len(), 1, "{split}");
    }
}

/// Bytes that detectors read of a text, for each byte of it.
fn steps(text: &[u8]) -> u64 {
    let mut scanner = Scanner::new(Place::of("a.txt"), Wanted::All, &key());
    let mut steps = 0;
    for chunk in text.chunks(50_000) {
        scanner.push(chunk);
        steps = scanner.steps();
    }
    steps / text.len().max(1) as u64
}

#[test]
fn cost_is_linear_in_hostile_texts() {
    for piece in
        PIECES.iter().chain(&["password=", "token: \"", "a.b@", "1 ", "(1)", "\"kty\"{", "curl -u a:"])
    {
        let short = steps(piece.repeat(40_000 / piece.len()).as_bytes());
        let long = steps(piece.repeat(120_000 / piece.len()).as_bytes());
        assert!(long <= short + short / 2 + 16, "{piece:?}: {short} steps for each byte, then {long}");
        assert!(long < 1_000, "{piece:?}: {long} steps for each byte");
    }
}

/// What personal data looks like, whole and cut.
const PEOPLE: &[&str] = &[
    "anna.smith@example.org",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "gb29nwbk60161331926819",
    "4111111111111111",
    "536-90-4399",
    "+49 30 901820",
    "(030) 901820",
    "12345678Z",
    "12345678-Z",
    "X1234567L",
    "RSSMRA85T10A562S",
    "AB123456C",
    "AB 12 34 56 C",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "S1234567D",
    "pan ABCPD1234E",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "131052-308T",
    "8.8.8.8",
    "1.1.1.1",
    "10.0.0.1",
    "2a00:1::2:3",
    "::1:2:3",
    "a::b:c",
    "bsn 111222333",
    "cpf 529.982.247-25",
    "phone 901820 1",
    "756.9217.0769.85",
    "a",
    "The ",
    " ",
    ",",
    "\"",
    ":",
    "-",
    "7",
];

#[test]
fn what_is_passed_over_at_a_glance_is_nothing() {
    use crate::personal::{NextAt, may_be, may_begin, verify};
    use crate::view::View;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let steps = std::cell::Cell::new(0);
    let mut found = 0;
    for _ in 0..ROUNDS * 20 {
        let mut text: Vec<u8> =
            (0..random.below(9)).flat_map(|_| PEOPLE[random.below(PEOPLE.len())].bytes()).collect();
        if let Some(length) = text.len().checked_sub(random.below(4)) {
            text.truncate(length);
        }
        let mut next_at = NextAt::default();
        let mut before = 0;
        for (at, byte) in text.iter().enumerate() {
            let begins = may_begin(*byte, before);
            before = *byte;
            if begins && verify(&View::new(&text, &steps), at).is_some() {
                found += 1;
                let shown = String::from_utf8_lossy(&text);
                assert!(may_be(&text, at, &mut next_at), "{at} of {shown}");
            }
        }
    }
    assert!(found > 1000, "{found}");
}
