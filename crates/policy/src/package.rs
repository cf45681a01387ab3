//! The digest of a function's own package: the same for the same files, whatever their order and times.
use aws_lc_rs::digest::{Context, SHA256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Files of one package at most.
pub const FILES_MAX: usize = 200_000;
/// Levels of folders at most.
pub const DEPTH_MAX: usize = 64;
/// Bytes of all files at most: as large as a container image may be.
pub const BYTES_MAX: u64 = 10 << 30;

/// SHA-256 of one file, given in pieces.
#[derive(Clone)]
pub struct Sum(Context);

impl Default for Sum {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl std::fmt::Debug for Sum {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sum")
    }
}

impl Sum {
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        let mut sum = [0; 32];
        for (to, from) in sum.iter_mut().zip(self.0.finish().as_ref()) {
            *to = *from;
        }
        sum
    }

    /// The sum of a link, by where it leads.
    #[must_use]
    pub fn of_link(target: &[u8]) -> [u8; 32] {
        let mut sum = Self::default();
        sum.update(b"link:");
        sum.update(target);
        sum.finish()
    }
}

/// Collects the files of a package.
///
/// The digest is SHA-256 over, for each file in the order of its path's bytes: the length of the path (8 bytes, big endian), the path, and
/// SHA-256 of its content. A link counts as a file whose content is `link:` and where it leads.
#[derive(Clone, Debug, Default)]
pub struct Package {
    files: BTreeMap<String, [u8; 32]>,
}

impl Package {
    /// Adds a file by its path below the package, with `/` between its parts.
    pub fn add(&mut self, path: &str, content: &[u8]) {
        let mut sum = Sum::default();
        sum.update(content);
        self.add_sum(path, sum.finish());
    }

    /// The same with the sum of a content that was read elsewhere.
    pub fn add_sum(&mut self, path: &str, sum: [u8; 32]) {
        self.files.insert(path.to_owned(), sum);
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The digest in lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut all = Context::new(&SHA256);
        for (path, sum) in &self.files {
            all.update(&(path.len() as u64).to_be_bytes());
            all.update(path.as_bytes());
            all.update(sum);
        }
        let mut out = String::new();
        for byte in all.finish().as_ref() {
            // Writing to a string cannot fail.
            write!(out, "{byte:02x}").unwrap_or_default();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let of = |files: &[(&str, &str)]| {
            let mut package = Package::default();
            for (path, content) in files {
                package.add(path, content.as_bytes());
            }
            package.digest()
        };
        let one = of(&[("a.py", "1"), ("b/c.py", "2")]);
        assert_eq!(one, of(&[("b/c.py", "2"), ("a.py", "1")]));
        for other in [
            of(&[("a.py", "1")]),
            of(&[("a.py", "1"), ("b/c.py", "3")]),
            of(&[("a.py", "1"), ("b/d.py", "2")]),
            of(&[("a.py", "2"), ("b/c.py", "1")]),
        ] {
            assert_ne!(one, other);
        }
    }
}
