//! Which files the start of a program needs: the program itself, its loader, the interpreter of a script.
use crate::Places;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Where programs without a folder are looked for, in this order, after the function's and the layer's own.
const FOLDERS: &[&str] =
    &["/opt/bin", "/usr/local/bin", "/usr/bin", "/bin", "/var/lang/bin", "/usr/sbin", "/sbin"];
/// Programs that runtimes start by themselves to learn about the machine (Python's `platform`, `ctypes.util`): they tell and
/// change nothing, whatever stands behind them. To refuse one is no sign of an attack.
pub(crate) const ASKING: &[&str] = &["uname", "ldconfig"];
/// A script of a script of a script.
const CHAIN_MAX: usize = 4;
/// Bytes of a file's start that are read for `#!` and the program headers.
const HEAD_BYTES: usize = 4096;
const LOADER_BYTES_MAX: u64 = 256;

/// The file of a program that a policy names.
pub(crate) fn find(name: &str, places: &Places) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name));
    }
    let own =
        [places.code.join("bin"), places.code.clone(), places.runtime.join("bin"), places.layer.join("bin")];
    let folders = own.into_iter().chain(FOLDERS.iter().map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Whether a program, wherever it is looked for, is one of those that only ask.
pub(crate) fn only_asks(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| ASKING.contains(&name))
}

/// Everything else that the kernel opens to start a program: loader, or the script's interpreter and its loader.
pub(crate) fn interpreters(program: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut next = Some(program.to_path_buf());
    for _ in 0..CHAIN_MAX {
        let Some(path) = next.take() else { break };
        let Some((head, mut file)) = head(&path) else { break };
        if let Some(line) = head.strip_prefix(b"#!") {
            let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let Some(word) = words.next() else { break };
            let interpreter = PathBuf::from(OsStr::from_bytes(word));
            // `env NAME`: the named program is started next.
            if interpreter.file_name().is_some_and(|name| name == "env") {
                let name = words.find(|word| !word.starts_with(b"-"));
                let name = name.and_then(|name| std::str::from_utf8(name).ok());
                if let Some(path) = name.and_then(|name| find(name, &Places::default())) {
                    found.extend(loader_of(&path));
                    found.push(path);
                }
            }
            found.push(interpreter.clone());
            next = Some(interpreter);
        } else {
            found.extend(loader(&head, &mut file));
        }
    }
    found
}

fn loader_of(path: &Path) -> Option<PathBuf> {
    let (head, mut file) = head(path)?;
    loader(&head, &mut file)
}

/// Whether the kernel starts an interpreter for this file.
pub(crate) fn is_script(path: &Path) -> bool {
    head(path).is_some_and(|(head, _)| head.starts_with(b"#!"))
}

fn head(path: &Path) -> Option<(Vec<u8>, File)> {
    let mut file = File::open(path).ok()?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    std::io::Read::by_ref(&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    Some((head, file))
}

/// `PT_INTERP` of a 64-bit little-endian ELF file.
fn loader(head: &[u8], file: &mut File) -> Option<PathBuf> {
    const INTERP: u32 = 3;
    const ELF64_LITTLE: &[u8] = b"\x7fELF\x02\x01";
    if !head.starts_with(ELF64_LITTLE) {
        return None;
    }
    let table = usize::try_from(number(head, 32, 8)?).ok()?;
    let size = usize::try_from(number(head, 54, 2)?).ok()?;
    let count = usize::try_from(number(head, 56, 2)?).ok()?;
    for index in 0..count {
        let at = table.checked_add(index.checked_mul(size)?)?;
        if number(head, at, 4)? != u64::from(INTERP) {
            continue;
        }
        let (offset, bytes) = (number(head, at.checked_add(8)?, 8)?, number(head, at.checked_add(32)?, 8)?);
        file.seek(SeekFrom::Start(offset)).ok()?;
        let mut text = Vec::new();
        std::io::Read::by_ref(file).take(bytes.min(LOADER_BYTES_MAX)).read_to_end(&mut text).ok()?;
        let text = text.split(|byte| *byte == 0).next()?;
        return Some(PathBuf::from(OsStr::from_bytes(text)));
    }
    None
}

/// A little-endian number of at most eight bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
