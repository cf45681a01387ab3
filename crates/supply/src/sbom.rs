//! Bills of materials: `CycloneDX` and SPDX, in and out; statements about what does not apply (VEX).
mod cyclonedx;
mod graph;
mod openvex;
mod purl;
mod read;
mod spdx;
mod vex;

pub use cyclonedx::cyclonedx;
pub use openvex::openvex;
pub use spdx::spdx;
pub use vex::{Statement, VexError, apply_vex, read_vex};

pub(crate) use purl::{from_purl, purl};
pub(crate) use read::read_bill;

/// What a bill says about itself.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The application's name.
    pub name: &'a str,
    /// This program's version.
    pub tool_version: &'a str,
    /// When it is made: seconds since 1970, UTC.
    pub seconds: u64,
}

impl About<'_> {
    /// `2026-11-22T08:00:00Z`.
    fn time(&self) -> String {
        let day = model::Date::from_unix_seconds(self.seconds);
        let rest = self.seconds % 86_400;
        format!("{day}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
    }
}

/// A name for a document that depends on its content alone: an RFC 9562 UUID of version 8.
fn uuid(content: &str) -> String {
    use sha2::Digest as _;
    let sum = sha2::Sha256::digest(content.as_bytes());
    let mut bytes: Vec<u8> = sum.iter().copied().take(16).collect();
    if let Some(byte) = bytes.get_mut(6) {
        *byte = (*byte & 0x0f) | 0x80;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = (*byte & 0x3f) | 0x80;
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests;
