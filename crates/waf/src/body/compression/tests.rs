//! Content codings.
use super::{DecompressError, decompress};
use crate::Limits;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write;

const TEXT: &[u8] = b"hello hello";
/// Frames without compression: `hello hello` in Brotli (RFC 7932) and Zstandard (RFC 8878).
const BROTLI: &[u8] = b"\x0b\x05\x80hello hello\x03";
const ZSTANDARD: &[u8] = b"\x28\xb5\x2f\xfd\x20\x0b\x59\x00\x00hello hello";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn raw(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn check(encoding: &str, bytes: &[u8], expected: Result<&[u8], DecompressError>) {
    assert_eq!(
        decompress(encoding.as_bytes(), bytes, &Limits::default()),
        expected.map(<[u8]>::to_vec),
        "{encoding}"
    );
}

#[test]
fn every_coding_and_chains_are_read() {
    check("gzip", &gzip(TEXT), Ok(TEXT));
    check("X-GZIP", &[gzip(b"hello "), gzip(b"hello")].concat(), Ok(TEXT));
    check("deflate", &zlib(TEXT), Ok(TEXT));
    check("deflate", &raw(TEXT), Ok(TEXT));
    check("br", BROTLI, Ok(TEXT));
    check("zstd", ZSTANDARD, Ok(TEXT));
    check("zstd", &[ZSTANDARD, ZSTANDARD].concat(), Ok(b"hello hellohello hello"));
    check("identity", TEXT, Ok(TEXT));
    check("", TEXT, Ok(TEXT));
    check("gzip, br,", BROTLI, Err(DecompressError::Damaged("gzip")));
    check("deflate, gzip", &gzip(&zlib(TEXT)), Ok(TEXT));
}

#[test]
fn damage_is_told() {
    check("snappy", TEXT, Err(DecompressError::Unknown("snappy".to_owned())));
    check("gzip,gzip,gzip,gzip", TEXT, Err(DecompressError::Chain));
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        assert!(
            matches!(
                decompress(encoding.as_bytes(), b"\xff\xff\xff\xff", &Limits::default()),
                Err(DecompressError::Damaged(_))
            ),
            "{encoding}"
        );
        assert!(
            matches!(
                decompress(encoding.as_bytes(), b"", &Limits::default()),
                Err(DecompressError::Damaged(_))
            ),
            "{encoding}"
        );
    }
    let whole = gzip(TEXT);
    check("gzip", &whole[..whole.len() - 1], Err(DecompressError::Damaged("gzip")));
    check("gzip", &[&whole[..], b"x"].concat(), Err(DecompressError::Damaged("gzip")));
    check("deflate", &[&zlib(TEXT)[..], b"x"].concat(), Err(DecompressError::Damaged("deflate")));
    check("br", &[BROTLI, b"x"].concat(), Err(DecompressError::Damaged("br")));
    check("br", &BROTLI[..6], Err(DecompressError::Damaged("br")));
    check("zstd", &ZSTANDARD[..12], Err(DecompressError::Damaged("zstd")));
}

#[test]
fn bombs_are_told_from_damage() {
    let limits =
        Limits { decompressed_bytes_max: 1 << 20, decompression_ratio_max: 100, ..Limits::default() };
    let zeros = vec![0; 3 << 20];
    assert_eq!(decompress(b"gzip", &gzip(&zeros), &limits), Err(DecompressError::Ratio { max: 100 }));
    assert_eq!(
        decompress(b"gzip, gzip", &gzip(&gzip(&zeros)), &limits),
        Err(DecompressError::Ratio { max: 100 })
    );
    let limits = Limits { decompression_ratio_max: usize::MAX, ..limits };
    assert_eq!(
        decompress(b"deflate", &zlib(&zeros), &limits),
        Err(DecompressError::TooLarge { max: 1 << 20 })
    );
    assert_eq!(decompress(b"gzip", &gzip(&[0; 60_000]), &limits).map(|bytes| bytes.len()), Ok(60_000));
}
