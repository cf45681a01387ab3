//! Heads and bodies of answers, whole and in pieces, clean and not.
use super::body::{Decoder, Piece};
use super::head::{Framing, parse, write};
use super::*;
use http::header::{CONTENT_LENGTH, HeaderMap};

fn framing(head: &str, asked: &Method) -> Result<Option<(Framing, bool)>, Failure> {
    let all = Bytes::from(head.to_owned());
    Ok(parse(&all, asked)?.map(|(head, _)| (head.framing, head.keep)))
}

#[test]
fn where_a_body_ends() {
    let of = |fields: &str| framing(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n"), &Method::GET);
    assert_eq!(of("Content-Length: 5\r\n").unwrap(), Some((Framing::Length(5), true)));
    assert_eq!(
        of("Content-Length: 5\r\nConnection: x, close\r\n").unwrap(),
        Some((Framing::Length(5), false))
    );
    assert_eq!(of("Content-Length: 5\r\nContent-Length: 5\r\n").unwrap(), Some((Framing::Length(5), true)));
    assert_eq!(of("Transfer-Encoding: Chunked\r\n").unwrap(), Some((Framing::Chunked, true)));
    assert_eq!(of("").unwrap(), Some((Framing::Close, false)));
    assert_eq!(of("Content-Length: 5").unwrap(), None);
    for odd in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: \r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        " Folded: 1\r\n",
        "Odd : 1\r\n",
    ] {
        assert!(of(odd).is_err(), "{odd:?}");
    }
}

#[test]
fn answers_without_a_body() {
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(framing(length, &Method::HEAD).unwrap(), Some((Framing::Length(0), true)));
    for status in [204, 304] {
        let head = format!("HTTP/1.1 {status} x\r\n\r\n");
        assert_eq!(framing(&head, &Method::GET).unwrap(), Some((Framing::Length(0), true)), "{status}");
    }
}

#[test]
fn old_servers() {
    let of = |fields: &str| framing(&format!("HTTP/1.0 200 OK\r\n{fields}\r\n"), &Method::GET);
    assert_eq!(of("Content-Length: 5\r\n").unwrap(), Some((Framing::Length(5), false)));
    assert_eq!(
        of("Connection: Keep-Alive\r\nContent-Length: 5\r\n").unwrap(),
        Some((Framing::Length(5), true))
    );
    assert!(of("Transfer-Encoding: chunked\r\n").is_err());
}

type Fields = Vec<(String, Vec<u8>)>;

/// Status, version, fields and length as the library reads them; `None`: the head is not whole.
fn by_the_library(all: &[u8]) -> Result<Option<(u16, u8, Fields, usize)>, httparse::Error> {
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut answer = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = answer.parse(all)? else { return Ok(None) };
    // The library takes three digits, whatever they are.
    if answer.code.unwrap() < 100 {
        return Err(httparse::Error::Status);
    }
    let fields = answer.headers.iter().map(|field| (field.name.to_lowercase(), field.value.to_vec()));
    Ok(Some((answer.code.unwrap(), answer.version.unwrap(), fields.collect(), length)))
}

#[test]
fn a_head_is_read_as_the_library_reads_it() {
    let parts = ["HTTP/1.1 200 OK\r\n", "X-A: 1\r\n", "x-b:\t a \t \u{e9} \r\n", "x-c:\n", "\r\nbody"];
    let whole = parts.concat().into_bytes();
    for at in 0..=whole.len() {
        // Every beginning of it, and each with every byte in place of its last.
        for last in (0..=u8::MAX).map(Some).chain([None]) {
            let mut bytes = whole[..at].to_vec();
            if let (Some(last), Some(place)) = (last, bytes.last_mut()) {
                *place = last;
                bytes.extend_from_slice(&whole[at..]);
            }
            let all = Bytes::from(bytes);
            let ours = parse(&all, &Method::GET);
            match (by_the_library(&all), &ours) {
                (Ok(Some((status, version, fields, length))), Ok(Some((head, taken)))) => {
                    assert_eq!((head.status.as_u16(), *taken), (status, length));
                    assert_eq!(head.version == http::Version::HTTP_11, version == 1);
                    let own = head.headers.iter();
                    let mut own: Fields =
                        own.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
                    let mut fields = fields;
                    // The map keeps fields of one name together.
                    own.sort();
                    fields.sort();
                    assert_eq!(own, fields, "{all:?}");
                }
                // What can never become right may be told later, but never as a head.
                (Ok(None) | Err(_), Ok(None)) | (Err(_), Err(_)) => {}
                // In lines that are whole, what is wrong is seen before the last line comes.
                (Ok(None), Err(_)) => {}
                (theirs, _) => panic!("{all:?}: {theirs:?} and {ours:?}"),
            }
        }
    }
}

#[test]
fn a_head_has_so_many_fields() {
    let of =
        |count: usize| framing(&format!("HTTP/1.1 204\r\n{}\r\n", "a: b\r\n".repeat(count)), &Method::GET);
    assert!(of(100).unwrap().is_some());
    assert!(of(101).is_err());
}

#[test]
fn a_request_as_it_goes_out() {
    let out = |method: &str, field: Option<&str>, length: usize| {
        let mut request = Request::new(Body::Empty);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = "/a?b".parse().unwrap();
        if let Some(value) = field {
            request.headers_mut().insert(CONTENT_LENGTH, value.parse().unwrap());
        }
        request.headers_mut().insert("x-a", "1".parse().unwrap());
        let mut out = Vec::new();
        write(&request, length, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(out("GET", None, 0), "GET /a?b HTTP/1.1\r\nx-a: 1\r\n\r\n");
    assert_eq!(out("GET", Some("0"), 0), "GET /a?b HTTP/1.1\r\nx-a: 1\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(out("POST", None, 0), "POST /a?b HTTP/1.1\r\nx-a: 1\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(out("PUT", Some("9"), 3), "PUT /a?b HTTP/1.1\r\nx-a: 1\r\ncontent-length: 3\r\n\r\n");
}

/// What comes out when the bytes come in two parts.
fn decoded(
    framing: Framing,
    bytes: &[u8],
    cut: usize,
) -> Result<(Vec<u8>, Option<HeaderMap>, usize), String> {
    let mut decoder = Decoder::new(framing);
    let (first, second) = bytes.split_at(cut);
    let mut read = BytesMut::from(first);
    let mut second = Some(second);
    let mut data = Vec::new();
    loop {
        match decoder.next(&mut read).map_err(|error| error.to_string())? {
            Piece::Data(piece) => data.extend_from_slice(&piece),
            Piece::End(trailers) => return Ok((data, trailers, read.len() + second.map_or(0, <[u8]>::len))),
            Piece::More => match second.take() {
                Some(second) => read.extend_from_slice(second),
                None => return Err("more".to_owned()),
            },
        }
    }
}

#[test]
fn chunks_wherever_they_are_cut() {
    let bytes = b"4;x=\"y\"\r\nwiki\r\n00A \r\n0123456789\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\nrest";
    for cut in 0..bytes.len() - 4 {
        let (data, trailers, left) = decoded(Framing::Chunked, bytes, cut).unwrap();
        assert_eq!(data, b"wiki0123456789");
        assert_eq!(format!("{:?}", trailers.unwrap()), r#"{"x-sum": "1"}"#);
        assert_eq!(left, 4);
    }
    let (data, trailers, left) = decoded(Framing::Chunked, b"1\r\na\r\n0\r\n\r\n", 0).unwrap();
    assert_eq!((data.as_slice(), trailers.is_none(), left), (b"a".as_slice(), true, 0));
}

#[test]
fn chunks_that_are_none() {
    for odd in [
        "\r\n",
        "x\r\n",
        "-1\r\n",
        "+1\r\na\r\n0\r\n\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na\n\n0\r\n\r\n",
        "0x1\r\na\r\n",
        "1111111111111111\r\n",
        "1;\r\r\na\r\n",
        " 1\r\na\r\n",
        "0\r\n bad\r\n\r\n",
    ] {
        let found = decoded(Framing::Chunked, odd.as_bytes(), 0);
        assert!(found.as_ref().is_err_and(|why| why != "more"), "{odd:?}: {found:?}");
    }
    let endless = "1".repeat(8 << 10);
    assert!(decoded(Framing::Chunked, endless.as_bytes(), 0).is_err_and(|why| why != "more"));
    let trailers = format!("0\r\na: {}", "b".repeat(32 << 10));
    assert!(decoded(Framing::Chunked, trailers.as_bytes(), 0).is_err_and(|why| why != "more"));
}

#[test]
fn a_length_is_a_length() {
    let (data, _, left) = decoded(Framing::Length(3), b"abcd", 2).unwrap();
    assert_eq!((data.as_slice(), left), (b"abc".as_slice(), 1));
    assert_eq!(decoded(Framing::Length(5), b"abcd", 2).unwrap_err(), "more");
}
