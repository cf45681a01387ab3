//! Packs the facts of `catalogue/data`: text in the repository, deflated in the binary.
#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

const FOLDER: &str = "src/catalogue/data";
/// Files that are needed as a whole.
const WHOLE: &[&str] = &["actions", "operations", "sdk"];
/// A file of which one line is needed at a time is cut into pieces of about this size.
const PIECE_BYTES: usize = 96 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    for name in WHOLE {
        let text = fs::read_to_string(Path::new(FOLDER).join(format!("{name}.txt")))?;
        fs::write(out.join(name), packed(&text)?)?;
    }
    let text = fs::read_to_string(Path::new(FOLDER).join("managed.txt"))?;
    fs::write(out.join("managed.rs"), pieces(&text, &out)?)?;
    Ok(())
}

/// The length of the text, then the text deflated. Comments are for readers of the file.
fn packed(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let is_kept = |line: &&str| !line.starts_with('#') || line.starts_with("# as of");
    let text: String = text.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect();
    let length = u32::try_from(text.len())?.to_le_bytes().to_vec();
    let mut encoder = DeflateEncoder::new(length, Compression::best());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

/// A table of pieces: the first name in each, and its bytes.
fn pieces(text: &str, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut pieces = vec![String::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if pieces.last().is_some_and(|piece| piece.len() > PIECE_BYTES) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            writeln!(piece, "{line}")?;
        }
    }
    let mut table = "&[\n".to_owned();
    for (number, piece) in pieces.iter().enumerate() {
        let name = format!("managed-{number}");
        fs::write(out.join(&name), packed(piece)?)?;
        let first = piece.split(' ').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        writeln!(table, "({first:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))),")?;
    }
    table.push(']');
    Ok(table)
}
