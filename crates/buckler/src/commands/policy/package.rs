//! The files of a function's own package, for their digest: a folder, or the zip file that is deployed.
use std::io::{Read as _, Seek as _};
use std::path::Path;

use policy::package::{BYTES_MAX, FILES_MAX, Package, Sum};

use super::CommandError;

/// Bytes of the target of a link.
const LINK_BYTES_MAX: u64 = 4096;

/// The digest of a folder or a zip file.
pub(super) fn digest(path: &Path) -> Result<String, CommandError> {
    let wrong = |why: String| CommandError::Read { path: path.to_owned(), why };
    if path.is_file() {
        let file = std::fs::File::open(path).map_err(|why| wrong(why.to_string()))?;
        return zipped(file).map_err(wrong);
    }
    guard::package::digest(path).map_err(|why| wrong(why.to_string()))
}

/// As Lambda unpacks it.
fn zipped(mut file: std::fs::File) -> Result<String, String> {
    file.rewind().map_err(|why| why.to_string())?;
    let mut zip =
        zip::ZipArchive::new(file).map_err(|why| format!("it is neither a folder nor a zip file: {why}"))?;
    if zip.len() > FILES_MAX {
        return Err(format!("more than {FILES_MAX} files"));
    }
    let mut package = Package::default();
    let mut bytes = 0;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|why| why.to_string())?;
        if entry.is_dir() {
            continue;
        }
        let inside = entry.enclosed_name().ok_or("the name of a file leads outside of the package")?;
        let name = inside.to_str().ok_or("a name is not UTF-8")?.to_owned();
        let sum = if entry.is_symlink() {
            let mut target = Vec::new();
            entry.by_ref().take(LINK_BYTES_MAX).read_to_end(&mut target).map_err(|why| why.to_string())?;
            Sum::of_link(&target)
        } else {
            content(&mut entry, &mut bytes)?
        };
        package.add_sum(&name, sum);
    }
    Ok(package.digest())
}

fn content(entry: &mut impl std::io::Read, bytes: &mut u64) -> Result<[u8; 32], String> {
    let mut sum = Sum::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = entry.read(&mut buffer).map_err(|why| why.to_string())?;
        if count == 0 {
            return Ok(sum.finish());
        }
        *bytes += count as u64;
        if *bytes > BYTES_MAX {
            return Err(format!("more than {BYTES_MAX} bytes unpacked"));
        }
        sum.update(buffer.get(..count).unwrap_or_default());
    }
}
