//! Encoded bodies.
use super::*;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::HeaderValue;
use std::io::Write;

fn headers(encoding: &str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_str(encoding).unwrap())])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_servers_take_off_is_taken_off() {
    let plain = b"q=<script>";
    assert_eq!(decode(&headers("gzip"), &gzip(plain), 1000).unwrap(), &plain[..]);
    assert_eq!(decode(&headers("identity, X-GZIP"), &gzip(plain), 1000).unwrap(), &plain[..]);
    assert_eq!(decode(&headers("gzip, gzip"), &gzip(&gzip(plain)), 1000).unwrap(), &plain[..]);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(plain).unwrap();
    assert_eq!(decode(&headers("deflate"), &zlib.finish().unwrap(), 1000).unwrap(), &plain[..]);
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(plain).unwrap();
    assert_eq!(decode(&headers("deflate"), &raw.finish().unwrap(), 1000).unwrap(), &plain[..]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let why = |encoding: &str, body: &[u8]| decode(&headers(encoding), body, 20 << 20).unwrap_err();
    assert!(matches!(why("compress", b"x"), DecompressError::Unknown(_)));
    assert!(matches!(why("gzip", b"x"), DecompressError::Damaged(_)));
    assert!(matches!(why("gzip, gzip, gzip, gzip", b"x"), DecompressError::Chain));
    assert!(matches!(why("gzip", &gzip(&vec![0; 10 << 20])), DecompressError::Ratio { .. }));
}
