//! `buckler guard layer`: a zip file exactly as Lambda unpacks it below `/opt`.
//!
//! INVARIANT: the same files make the same bytes: names in order, one date, no owner.
#![expect(clippy::disallowed_methods, reason = "the files of the layer are read and written here")]
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use policy::{PublicKey, signed};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::STDOUT;
use crate::args::{Architecture, LayerArguments};
use crate::commands::CommandError;
use crate::exit::Exit;
use crate::output;

/// Bytes that Lambda takes of a function and its layers, unpacked.
const UNPACKED_BYTES_MAX: u64 = 250 << 20;
const PROGRAM: &str = "buckler-guard";
const PRELOAD: &str = "libbuckler_preload.so";

/// One file of the layer.
struct Entry {
    name: String,
    bytes: Vec<u8>,
    is_program: bool,
}

impl Entry {
    fn program(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.to_vec(), is_program: true }
    }

    fn file(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes, is_program: false }
    }
}

pub(super) fn run(arguments: &LayerArguments) -> Result<Exit, CommandError> {
    let entries = entries(arguments)?;
    let unpacked: u64 = entries.iter().map(|entry| entry.bytes.len() as u64).sum();
    if unpacked > UNPACKED_BYTES_MAX {
        let why = format!("the layer has {unpacked} bytes unpacked; Lambda takes {UNPACKED_BYTES_MAX}");
        return Err(CommandError::Guard { why });
    }
    let zipped = zipped(&entries).map_err(|why| CommandError::Guard { why: why.to_string() })?;
    let written = std::fs::write(&arguments.out, &zipped);
    written.map_err(|why| CommandError::Write { path: arguments.out.clone(), why: why.to_string() })?;
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let path = arguments.out.display();
    if arguments.json {
        let told = serde_json::json!({"path": path.to_string(), "bytes": zipped.len(), "unpacked_bytes": unpacked,
            "files": names});
        output::put(&STDOUT, &format!("{told}\n"))?;
    } else {
        let arch = if arguments.arch == Architecture::Arm { "arm64" } else { "x86_64" };
        let mut text = format!("{path}: {} bytes, {unpacked} unpacked\n", zipped.len());
        for name in names {
            text.push_str(&format!("  {name}\n"));
        }
        text.push_str(&format!(
            "publish it: aws lambda publish-layer-version --layer-name buckler-guard --compatible-architectures {arch} \
             --zip-file fileb://{path}\nthen: buckler guard patch --layer ARN\n"
        ));
        output::put(&STDOUT, &text)?;
    }
    if arguments.policy.is_none() {
        output::tell(
            "the layer holds no policy: functions run with our own rules and the defaults; see `buckler policy build`",
        );
    }
    Ok(Exit::Clean)
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|why| CommandError::Read { path: path.to_owned(), why: why.to_string() })
}

fn entries(arguments: &LayerArguments) -> Result<Vec<Entry>, CommandError> {
    let program = arguments.program.clone().unwrap_or_else(|| beside(PROGRAM));
    let bytes = std::fs::read(&program).map_err(|why| CommandError::Guard {
        why: format!(
            "the guard's program `{}` cannot be read: {why}; docs/guard.md says how it is built, `--program` names it",
            program.display()
        ),
    })?;
    fits(&program, &bytes, arguments.arch)?;
    // One copy: what Lambda starts by another name is a script of two lines, which the program replaces.
    let mut entries = vec![
        Entry::program(&format!("extensions/{PROGRAM}"), &bytes),
        Entry::program("buckler-exec", starter("exec --").as_bytes()),
    ];
    if arguments.bootstrap {
        entries.push(Entry::program("bootstrap", starter("bootstrap").as_bytes()));
    }
    for (name, text) in guard::hooks::FILES {
        entries.push(Entry::file(
            format!("buckler/hooks/{name}"),
            guard::hooks::shipped(name, text).into_bytes(),
        ));
    }
    let preload = arguments.preload.clone().unwrap_or_else(|| program.with_file_name(PRELOAD));
    if arguments.preload.is_some() || preload.is_file() {
        let bytes = read(&preload)?;
        fits(&preload, &bytes, arguments.arch)?;
        entries.push(Entry::program(&format!("buckler/{PRELOAD}"), &bytes));
    }
    if let (Some(policy), Some(key)) = (&arguments.policy, &arguments.key) {
        let (bundle, pem) = (read(policy)?, read(key)?);
        verified(policy, &bundle, &pem)?;
        entries.push(Entry::file("buckler/policy.json".to_owned(), bundle));
        entries.push(Entry::file("buckler/policy.pub".to_owned(), pem));
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Starts the one copy of the program, which takes the script's place; no further process is made.
fn starter(form: &str) -> String {
    format!("#!/bin/sh\nexec \"${{0%/*}}/extensions/{PROGRAM}\" {form} \"$@\"\n")
}

/// A policy that the guard would refuse never gets into a layer.
fn verified(policy: &Path, bundle: &[u8], pem: &[u8]) -> Result<(), CommandError> {
    let wrong = |why: String| CommandError::Guard { why: format!("`{}`: {why}", policy.display()) };
    let keys = PublicKey::read_all(&String::from_utf8_lossy(pem)).map_err(|why| wrong(why.to_string()))?;
    let now = crate::clock::seconds();
    signed::read_signed(bundle, &keys, now).map(drop).map_err(|why| wrong(why.to_string()))
}

fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(name)
}

/// Whether a file is a program of the architecture: the ELF header's class, order and machine.
fn fits(path: &Path, bytes: &[u8], wanted: Architecture) -> Result<(), CommandError> {
    let machine = match (bytes.get(..6), bytes.get(18..20)) {
        (Some([0x7f, b'E', b'L', b'F', 2, 1]), Some([low, high])) => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    let (needed, name) = match wanted {
        Architecture::X86 => (62, "x86_64"),
        Architecture::Arm => (183, "arm64"),
    };
    if machine == needed {
        return Ok(());
    }
    let why =
        format!("`{}` is no program for {name}; build it for that target or choose `--arch`", path.display());
    Err(CommandError::Guard { why })
}

fn zipped(entries: &[Entry]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(if entry.is_program { 0o755 } else { 0o644 });
        zip.start_file(&entry.name, options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
