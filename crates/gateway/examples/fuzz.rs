//! Mutates what clients and upstreams write, and reads it.
//!
//!     cargo run --profile fuzz -p gateway --example fuzz -- TARGET [SECONDS] [SEED] [FOLDER]
//!
//! For event streams `raw` reads the bytes as they are, and `frames` puts right checksums around what was mutated. The other targets
//! are streams of requests, answers, paths, chains of addresses, trace contexts and answers of functions. See `mutate` for the rest.
use mutate::{Arguments, Mutator, Seed};
use std::error::Error;

#[path = "../src/upstream/stream/frames.rs"]
mod frames;

#[path = "fuzz/texts.rs"]
mod texts;

use frames::{Decoder, Event, checksum};

const PIECES: &[&[u8]] = &[
    b"\x00",
    b"\x01",
    b"\x07",
    b"\xff",
    b"\xff\xff",
    b"\x00\x00\x00\x10",
    b"\x0d:message-type\x07\x00\x05event",
    b"\x0d:message-type\x07\x00\x09exception",
    b"\x0b:event-type\x07\x00\x0cPayloadChunk",
    b"\x0b:event-type\x07\x00\x0eInvokeComplete",
    b"\x01a\x00",
    b"\x01a\x06\xff\xff",
    b"{\"ErrorCode\":\"Unhandled\"}",
    b"\0\0\0\0\0\0\0\0",
];

const CHUNK: &[u8] = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x0cPayloadChunk";
const COMPLETE: &[u8] = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x0eInvokeComplete";

fn frame(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = number(16 + headers.len() + payload.len()).to_vec();
    bytes.extend_from_slice(&number(headers.len()));
    bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
    bytes.extend_from_slice(headers);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
    bytes
}

/// Headers and payload as the target `frames` takes them: each behind its length.
fn parts(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = |part: &[u8]| u8::try_from(part.len()).unwrap_or(u8::MAX);
    [&[length(headers)], headers, &[length(payload)], payload].concat()
}

fn seeds(is_raw: bool) -> Vec<Vec<u8>> {
    let make = if is_raw { frame } else { parts };
    let all = [
        make(CHUNK, b"{\"statusCode\":200}\0\0\0\0\0\0\0\0hello"),
        make(CHUNK, b""),
        make(COMPLETE, b"{\"ErrorCode\":\"Unhandled\"}"),
        make(COMPLETE, b"{}"),
    ];
    let whole = all.concat();
    all.into_iter().chain([whole]).collect()
}

/// A part behind its length; what is cut off is as long as it is.
fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first()?;
    let (part, after) = after.split_at(usize::from(*length).min(after.len()));
    *rest = after;
    Some(part)
}

/// Everything that a reader says of bytes that come in pieces of a size.
fn read(bytes: &[u8], size: usize) -> Vec<Result<Event, &'static str>> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    for piece in bytes.chunks(size) {
        decoder.read.extend_from_slice(piece);
        loop {
            match decoder.next() {
                Ok(Some(event)) => events.push(Ok(event)),
                Ok(None) => break,
                // The stream ends with the first thing that is wrong.
                Err(why) => {
                    events.push(Err(why));
                    return events;
                }
            }
        }
    }
    events
}

fn run(bytes: &[u8], is_raw: bool) -> Result<usize, Box<dyn Error>> {
    let mut payloads = Vec::new();
    let mut stream = Vec::new();
    if is_raw {
        stream.extend_from_slice(bytes);
    } else {
        let mut rest = bytes;
        while let Some(headers) = part(&mut rest) {
            let payload = part(&mut rest).unwrap_or_default();
            payloads.push(payload);
            stream.extend_from_slice(&frame(headers, payload));
        }
    }
    let whole = read(&stream, usize::MAX);
    for size in [1, 7, 4096] {
        if read(&stream, size) != whole {
            return Err(format!("in pieces of {size} it is another stream").into());
        }
    }
    if is_raw {
        return Ok(whole.iter().filter(|event| event.is_ok()).count());
    }
    let is_cut = whole.last().is_some_and(Result::is_err);
    if !is_cut && whole.len() != payloads.len() {
        return Err("a whole frame was not handed on".into());
    }
    for (event, payload) in whole.iter().zip(payloads) {
        if let Ok(Event::Chunk(chunk)) = event
            && chunk != payload
        {
            return Err("a payload came out changed".into());
        }
    }
    Ok(whole.iter().filter(|event| event.is_ok()).count())
}

fn main() -> Result<(), Box<dyn Error>> {
    let names: Vec<&str> =
        ["frames", "raw"].into_iter().chain(texts::TARGETS.iter().map(|text| text.name)).collect();
    let arguments = Arguments::of_process(&names)?;
    let is_raw = arguments.target == "raw";
    let text = texts::TARGETS.iter().find(|text| text.name == arguments.target);
    let mut seeds: Vec<Seed> = match text {
        Some(text) => text.seeds.iter().map(|seed| Seed::from(*seed)).collect(),
        None => seeds(is_raw).iter().map(Seed::from).collect(),
    };
    if let Some(folder) = &arguments.folder {
        seeds.extend(Seed::below(folder, &[""])?);
    }
    let pieces = text.map_or(PIECES, |text| text.pieces);
    let mut mutator = Mutator::of_bytes(pieces, arguments.seed);
    mutate::run("gateway", &arguments, &seeds, &mut mutator, |seed| match text {
        Some(text) => Ok((text.run)(&seed.bytes)?),
        None => run(&seed.bytes, is_raw),
    })
}
