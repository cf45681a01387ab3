//! Mutates messages of the domain name system and first messages of TLS, and reads them.
//!
//!     cargo run --profile fuzz -p guard --example fuzz -- TARGET [SECONDS] [SEED] [FOLDER]
//!
//! See `mutate` for the rest.
use access::fingerprint::{Reader, is_fingerprint};
use mutate::{Arguments, Mutator, Seed};
use std::error::Error;
use std::net::IpAddr;

#[path = "../src/egress/hello.rs"]
mod hello;
#[path = "../src/names/message.rs"]
mod message;

use hello::Hello;
use message::{Kind, Query, Reply};

/// How much a run found, or what is wrong.
type Checked = Result<usize, Box<dyn Error>>;

const TARGETS: &[&str] = &["names", "server-name", "ja4"];

/// What mutation puts in: lengths, jumps, kinds and marks of both formats.
const PIECES: &[&[u8]] = &[
    b"\x00",
    b"\x01",
    b"\x03",
    b"\x3f",
    b"\x40",
    b"\xc0\x0c",
    b"\xc0\x00",
    b"\xff\xff",
    b"\x00\x01\x00\x01",
    b"\x00\x05\x00\x01",
    b"\x00\x1c\x00\x01",
    b"\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x01",
    b"\x04host\x07example\x00",
    b"\x16\x03\x01",
    b"\x00\x00\x00\x0c\x00\x0a\x00\x00\x07host.ex",
    b"\x00\x10\x00\x05\x00\x03\x02h2",
    b"\x00\x2b\x00\x03\x02\x03\x04",
    b"\x0a\x0a\x00\x00",
];

/// What is asked in every run.
const NAME: &str = "host.example";

/// The answer of a server behind the question: flags, counts, records.
fn answer(number: &[u8], counts: [u8; 2], records: &[u8]) -> Vec<u8> {
    let mut bytes = number.to_vec();
    bytes.extend_from_slice(&[0x81, 0x80, 0, 1]);
    bytes.extend_from_slice(&counts);
    bytes.extend_from_slice(&[0, 0, 0, 0]);
    bytes.extend_from_slice(b"\x04host\x07example\x00\x00\x01\x00\x01");
    bytes.extend_from_slice(records);
    bytes
}

fn answers() -> Vec<Vec<u8>> {
    let alias = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x08\x05other\xc0\x11";
    let address = b"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x01";
    let direct = [b"\xc0\x0c".as_slice(), address].concat();
    let behind = [alias.as_slice(), b"\xc0\x2a", address].concat();
    vec![
        answer(&[0, 0], [0, 1], &direct),
        answer(&[0, 0], [0, 2], &behind),
        answer(&[0, 0], [0, 2], &[direct.as_slice(), &direct].concat()),
        answer(&[0, 0], [0, 0], b""),
    ]
}

/// A record with the least ClientHello that has these extensions.
fn client_hello(extensions: &[u8]) -> Vec<u8> {
    let length = |count: usize| u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes();
    let mut body = vec![3, 3];
    body.extend_from_slice(&[7; 32]);
    body.extend_from_slice(&[0, 0, 4, 0x13, 0x01, 0x1a, 0x1a, 1, 0]);
    body.extend_from_slice(&length(extensions.len()));
    body.extend_from_slice(extensions);
    let mut message = vec![1, 0];
    message.extend_from_slice(&length(body.len()));
    message.extend_from_slice(&body);
    let mut record = vec![22, 3, 1];
    record.extend_from_slice(&length(message.len()));
    record.extend_from_slice(&message);
    record
}

fn hellos() -> Vec<Vec<u8>> {
    let name = b"\x00\x00\x00\x11\x00\x0f\x00\x00\x0chost.example";
    let more =
        b"\x00\x10\x00\x05\x00\x03\x02h2\x00\x2b\x00\x05\x04\x03\x04\x03\x03\x00\x0d\x00\x04\x00\x02\x04\x03";
    vec![
        client_hello(name),
        client_hello(&[name.as_slice(), more].concat()),
        client_hello(more),
        client_hello(b""),
    ]
}

/// An address of an answer stands in it, and only an answer to this very question has any.
fn names(bytes: &[u8]) -> Checked {
    let mut found = 0;
    for kind in [Kind::V4, Kind::V6] {
        let query = Query::new(NAME, kind).ok_or("no question")?;
        let mut own = bytes.to_vec();
        for (to, from) in own.iter_mut().zip(query.bytes()).take(2) {
            *to = *from;
        }
        let reply = query.reply(&own);
        if reply != query.reply(&own) {
            return Err("read twice, it says two things".into());
        }
        if let Some(Reply::Addresses(list)) = &reply {
            found += list.len();
            let written = |address: &IpAddr| match address {
                IpAddr::V4(address) => holds(&own, &address.octets()),
                IpAddr::V6(address) => holds(&own, &address.octets()),
            };
            if !list.iter().all(written) {
                return Err("an address that no server sent".into());
            }
        }
        let stranger = own.first_mut().map(|first| *first = first.wrapping_add(1));
        if stranger.is_some() && query.reply(&own).is_some() {
            return Err("an answer to another question is taken".into());
        }
    }
    Ok(found)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What is read does not change with what follows, and needs all that came before; the name stands there, once.
fn server_name(bytes: &[u8]) -> Checked {
    let read = hello::read(bytes);
    if read != Hello::Partial && hello::read(&[bytes, b"\x00more"].concat()) != read {
        return Err("what follows changes what was read".into());
    }
    if read == Hello::Partial && bytes.len() >= hello::RECORD_BYTES_MAX {
        return Err("more is wanted than a record has".into());
    }
    let Hello::Client(name) = read else { return Ok(0) };
    let cut = bytes.get(..bytes.len() / 2).unwrap_or_default();
    if !matches!(hello::read(cut), Hello::Partial | Hello::Client(_)) {
        return Err("half of a client's message is none".into());
    }
    let Some(name) = name else { return Ok(1) };
    // The gateway's reader sees the extension, too.
    let other = Reader::default().feed(bytes).flatten();
    let sees = other.is_none_or(|print| print.chars().nth(3) == Some('d'));
    if !holds(bytes, name.as_bytes()) || !sees {
        return Err("a name that nobody sent".into());
    }
    Ok(1)
}

/// The pieces in which bytes come change nothing.
fn ja4(bytes: &[u8]) -> Checked {
    let whole = Reader::default().feed(bytes);
    for size in [1, 3, 64] {
        let mut reader = Reader::default();
        let pieces = bytes.chunks(size).find_map(|piece| reader.feed(piece));
        if pieces != whole {
            return Err(format!("in pieces of {size}: {pieces:?}, whole: {whole:?}").into());
        }
    }
    match whole.flatten() {
        Some(print) if !is_fingerprint(&print) || print.len() != 36 => Err(print.into()),
        Some(_) => Ok(1),
        None => Ok(0),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::of_process(TARGETS)?;
    let (seeds, run): (_, fn(&[u8]) -> Checked) = match arguments.target.as_str() {
        "names" => (answers(), names),
        "server-name" => (hellos(), server_name),
        _ => (hellos(), ja4),
    };
    let mut seeds: Vec<Seed> = seeds.iter().map(Seed::from).collect();
    if let Some(folder) = &arguments.folder {
        seeds.extend(Seed::below(folder, &[""])?);
    }
    let mut mutator = Mutator::of_bytes(PIECES, arguments.seed);
    mutate::run("guard", &arguments, &seeds, &mut mutator, |seed| run(&seed.bytes))
}
