//! `Content-Encoding` (RFC 9110, 8.4): gzip, deflate, br, zstd and chains of them, bounded.
use crate::Limits;
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use std::io::{self, Read};

/// Codings of one body: more than two are never honest.
pub const CODINGS_MAX: usize = 3;
/// Bytes that a body may grow to whatever its ratio: small texts compress well.
pub const RATIO_FREE_BYTES: usize = 64 << 10;
const CHUNK_BYTES: usize = 16 << 10;

/// Why a body cannot be decompressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    #[error("content coding `{0}` is not known; use gzip, deflate, br or zstd")]
    Unknown(String),
    #[error("the body has more than {CODINGS_MAX} content codings")]
    Chain,
    /// Broken off, damaged, or followed by something else.
    #[error("the body is not `{0}` as its header says")]
    Damaged(&'static str),
    #[error("the body decompresses to more than {max} bytes")]
    TooLarge { max: usize },
    #[error("the body decompresses to more than {max} times its size")]
    Ratio { max: usize },
}

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstandard,
}

/// Decompresses a body by the value of its `Content-Encoding`; several headers are joined with commas.
///
/// # Errors
/// A bomb ([`DecompressError::TooLarge`], [`DecompressError::Ratio`]) is told apart from damage. At most
/// [`Limits::decompressed_bytes_max`] bytes are ever held, a step of a chain at a time.
pub fn decompress(encoding: &[u8], bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, DecompressError> {
    let mut codings = Vec::new();
    for name in encoding.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
        if codings.len() >= CODINGS_MAX {
            return Err(DecompressError::Chain);
        }
        codings.push(match name.to_ascii_lowercase().as_slice() {
            b"" | b"identity" => continue,
            b"gzip" | b"x-gzip" => Coding::Gzip,
            b"deflate" => Coding::Deflate,
            b"br" => Coding::Brotli,
            b"zstd" => Coding::Zstandard,
            _ => return Err(DecompressError::Unknown(super::shown(name))),
        });
    }
    let by_ratio = bytes.len().saturating_mul(limits.decompression_ratio_max).max(RATIO_FREE_BYTES);
    let bound = Bound {
        bytes_max: limits.decompressed_bytes_max,
        by_ratio,
        ratio_max: limits.decompression_ratio_max,
    };
    let mut current = None;
    // The last coding was applied last.
    for coding in codings.into_iter().rev() {
        let input: &[u8] = current.as_deref().unwrap_or(bytes);
        current = Some(coding.decompress(input, &bound)?);
    }
    Ok(current.unwrap_or_else(|| bytes.to_vec()))
}

struct Bound {
    bytes_max: usize,
    by_ratio: usize,
    ratio_max: usize,
}

impl Bound {
    /// Reads to the end, or to the bound.
    fn read(
        &self,
        mut reader: impl Read,
        name: &'static str,
        out: &mut Vec<u8>,
    ) -> Result<(), DecompressError> {
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            let count = match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(DecompressError::Damaged(name)),
            };
            self.add(chunk.get(..count).unwrap_or_default(), out)?;
        }
    }

    fn add(&self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), DecompressError> {
        let bytes = out.len().saturating_add(chunk.len());
        if bytes > self.bytes_max {
            return Err(DecompressError::TooLarge { max: self.bytes_max });
        }
        if bytes > self.by_ratio {
            return Err(DecompressError::Ratio { max: self.ratio_max });
        }
        out.extend_from_slice(chunk);
        Ok(())
    }
}

impl Coding {
    fn decompress(self, bytes: &[u8], bound: &Bound) -> Result<Vec<u8>, DecompressError> {
        let mut out = Vec::new();
        match self {
            Self::Gzip => bound.read(flate2::read::MultiGzDecoder::new(bytes), "gzip", &mut out)?,
            Self::Deflate => return deflate(bytes, bound),
            Self::Brotli => return brotli(bytes, bound),
            Self::Zstandard => {
                let mut rest = bytes;
                while !rest.is_empty() {
                    let frame = ruzstd::decoding::StreamingDecoder::new(&mut rest);
                    bound.read(frame.map_err(|_| DecompressError::Damaged("zstd"))?, "zstd", &mut out)?;
                }
            }
        }
        if out.is_empty() && bytes.is_empty() { Err(DecompressError::Damaged("compressed")) } else { Ok(out) }
    }
}

fn brotli(bytes: &[u8], bound: &Bound) -> Result<Vec<u8>, DecompressError> {
    let alloc = StandardAlloc::default;
    let mut state = BrotliState::new(alloc(), alloc(), alloc());
    let (mut left, mut at, mut total) = (bytes.len(), 0, 0);
    let mut out = Vec::new();
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let (mut room, mut filled) = (chunk.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut at,
            bytes,
            &mut room,
            &mut filled,
            &mut chunk,
            &mut total,
            &mut state,
        );
        bound.add(chunk.get(..filled).unwrap_or_default(), &mut out)?;
        match result {
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultSuccess if left == 0 => return Ok(out),
            _ => return Err(DecompressError::Damaged("br")),
        }
    }
}

/// With the frame of zlib, as the standard says, or without it, as some servers and clients do.
fn deflate(bytes: &[u8], bound: &Bound) -> Result<Vec<u8>, DecompressError> {
    let mut out = Vec::new();
    let has_frame = matches!(bytes, [first, second, ..] if first & 15 == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0);
    if has_frame {
        let mut decoder = flate2::read::ZlibDecoder::new(bytes);
        match bound.read(&mut decoder, "deflate", &mut out) {
            Ok(()) if decoder.total_in() == bytes.len() as u64 => return Ok(out),
            Ok(()) => return Err(DecompressError::Damaged("deflate")),
            Err(DecompressError::Damaged(_)) => out.clear(),
            Err(error) => return Err(error),
        }
    }
    let mut decoder = flate2::read::DeflateDecoder::new(bytes);
    bound.read(&mut decoder, "deflate", &mut out)?;
    if decoder.total_in() == bytes.len() as u64 { Ok(out) } else { Err(DecompressError::Damaged("deflate")) }
}

#[cfg(test)]
mod tests;
