//! Targets of the readers of bodies. Beside "nothing panics": names and values take at most a constant times the input.
use super::Target;
use waf::body::{Body, Processor, charset, cookie_oddities, decompress, read, read_cookies, read_form};
use waf::graphql::{Bounds, Weights, cost, measure, requests};
use waf::{Fields, Limits};

pub(crate) const FORM: Target = Target {
    name: "form",
    seeds: &[b"a=1&b=%41+c&&=x;d"],
    pieces: &[b"&", b"=", b"%", b"%4", b"%41", b"+", b";", b"%00", b"\xFF", b"a"],
    endings: &[],
    run: |bytes| {
        let mut out = Fields::default();
        read_form(bytes, b'&', 1000, &mut out);
        bounded(bytes, &[&out], 1);
        out.clear();
        read_cookies(bytes, &mut out);
        bounded(bytes, &[&out], 1);
        cookie_oddities(bytes, &mut Vec::new());
        for label in [&b"utf-7"[..], b"ibm037", b"utf-16", b"iso-2022-jp"] {
            if let charset::Charset::Coded(coding) = charset::Charset::of(label) {
                assert!(coding.decode(bytes).len() <= 4 * bytes.len() + 8, "decoding grows");
            }
        }
    },
};

pub(crate) const JSON: Target = Target {
    name: "json",
    seeds: &[
        br#"{"a":[1,-2.5e3,true,null,{"b":"\u0041\ud83d\ude00"}],"":{}}"#,
        b"[[[[]]]]",
        br#"{"query":"{a(b:1)}"}"#,
    ],
    pieces: &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b":",
        b",",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"1",
        b"-",
        b"e",
        b".",
        b"null",
        b"\xC0",
        b"\xE2\x82\xAC",
        b"\0",
    ],
    endings: &[".json"],
    run: |bytes| {
        let out = body(Processor::Json, b"application/json", bytes);
        bounded(bytes, &[&out.arguments], 24);
        // What a strict reader takes is no error here; GraphQL and zero bytes have errors of their own.
        if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
            let error = out.error.filter(|error| {
                error.starts_with("JSON") && !error.contains("too many") && !error.contains("too much")
            });
            assert_eq!(error, None, "serde_json reads it");
        }
    },
};

pub(crate) const MULTIPART: Target = Target {
    name: "multipart",
    seeds: &[
        b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"; filename*=utf-8''%41\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+ADw-\r\n--B--",
    ],
    pieces: &[b"\r\n", b"\n", b"--B", b"--B--\r\n", b"\"", b"'", b";", b":", b"=", b" ", b"name=", b"filename=", b"\0", b"\\", b"%4", b"Content-Disposition: form-data; "],
    endings: &[],
    run: |bytes| {
        let out = body(Processor::Multipart, b"multipart/form-data; boundary=B", bytes);
        bounded(bytes, &[&out.arguments, &out.file_contents], 8);
        bounded(bytes, &[&out.part_headers, &out.files, &out.multipart_names, &out.multipart_filenames], 64);
        // The bytes as the header as well.
        body(Processor::Multipart, bytes, b"--B\r\n");
    },
};

pub(crate) const XML: Target = Target {
    name: "xml",
    seeds: &[
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e '<b>&f;</b>'><!ENTITY f 'x'><!ATTLIST a c CDATA 'd'>]><a b='1&e;'>&e;<![CDATA[x]]><!-- c --></a>",
        b"<a xmlns:b='c'><b:d e=\"&#65;\"/>text</a>",
    ],
    pieces: &[b"<", b">", b"&", b";", b"'", b"\"", b"=", b"/", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b"<!ENTITY ", b"%", b"&#", b"&e;", b"\xFF", b"\0"],
    endings: &[".xml"],
    run: |bytes| {
        let out = body(Processor::Xml, b"text/xml", bytes);
        let sum: usize = [&out.xml_texts, &out.xml_attributes].iter().flat_map(|fields| fields.iter()).map(|field| field.name.len() + field.value.len()).sum();
        assert!(sum <= 16 * bytes.len() + (256 << 10), "{sum} bytes out of {}", bytes.len());
    },
};

pub(crate) const GRAPHQL: Target = Target {
    name: "graphql",
    seeds: &[
        b"query Q($n: [Int!]! = 5) @d(x: 1) { me: user(id: \"a\\u0041\", n: $n, o: {k: [1]}) { name ...F ... on T { x } } } fragment F on T { y }",
        b"{a(b:\"\"\"c\"\"\")}",
        b"[{\"query\":\"{a}\",\"variables\":{}}]",
    ],
    pieces: &[b"{", b"}", b"(", b")", b"...", b"F", b"fragment F on T ", b"@", b":", b"$", b"\"", b"\"\"\"", b"\\", b"[", b"]", b"1", b"-", b".", b"#", b"\n"],
    endings: &[".graphql"],
    run: |bytes| {
        let out = body(Processor::GraphQl, b"application/graphql", bytes);
        bounded(bytes, &[&out.arguments], 24);
        let bounds = Bounds::default();
        if let Ok(document) = std::str::from_utf8(bytes) {
            let measured = measure(document, &bounds);
            let costs = cost(document, &serde_json::Value::Null, &Weights::default(), &bounds);
            assert!(measured.is_err() || costs.is_ok(), "a document that is measured has a cost");
        }
        drop(requests("application/json", bytes, &bounds));
    },
};

pub(crate) const CODINGS: Target = Target {
    name: "codings",
    seeds: &[
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0",
        b"\x0b\x05\x80hello hello\x03",
        b"\x28\xb5\x2f\xfd\x20\x0b\x59\x00\x00hello hello",
        b"x\x9c\xcbH\xcd\xc9\xc9\x07\0\x06,\x02\x15",
    ],
    pieces: &[b"\0", b"\xFF", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"\x80"],
    endings: &[".gz", ".br", ".zst"],
    run: |bytes| {
        let limits = Limits { decompressed_bytes_max: 1 << 20, ..Limits::default() };
        for encoding in [&b"gzip"[..], b"deflate", b"br", b"zstd", b"gzip, deflate"] {
            if let Ok(plain) = decompress(encoding, bytes, &limits) {
                assert!(plain.len() <= 1 << 20, "the bound holds");
            }
        }
    },
};

fn body(processor: Processor, content_type: &[u8], bytes: &[u8]) -> Body {
    let mut out = Body::default();
    read(processor, content_type, bytes, &Limits::default(), &mut out);
    out
}

fn bounded(bytes: &[u8], fields: &[&Fields], factor: usize) {
    let sum: usize = fields
        .iter()
        .flat_map(|fields| fields.iter())
        .map(|field| field.name.len() + field.value.len())
        .sum();
    assert!(sum <= factor * bytes.len() + (64 << 10), "{sum} bytes out of {}", bytes.len());
}
