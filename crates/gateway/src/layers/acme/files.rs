//! The files of accounts and certificates: read by nobody else, replaced whole.
use super::Settings;
use crate::config::Config;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Where a certificate is.
pub(super) fn certificate(config: &Config, settings: &Settings, name: &str) -> PathBuf {
    config.path(settings.folder.as_deref().unwrap_or(Path::new("."))).join(format!("{name}.pem"))
}

/// Writes a file that only we read, whole or not at all; makes its folder where there is none.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| format!("`{}`: {error}", path.display());
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(told)?;
    let beside = path.with_extension("new");
    // One that a crash left; `create_new` also follows no link that somebody put there.
    drop(remove(&beside));
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
    let mut file = file.map_err(told)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(told)?;
    std::fs::rename(&beside, path).map_err(told)
}

fn remove(path: &Path) -> std::io::Result<()> {
    std::fs::remove_file(path)
}

/// Puts a certificate of our own where there is none yet.
pub(super) fn stand_in(path: &Path, hosts: &[String]) -> Result<(), String> {
    if path.exists() {
        return Ok(());
    }
    let made = rcgen::generate_simple_self_signed(hosts.to_vec()).map_err(|error| error.to_string())?;
    write(path, format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()).as_bytes())
}

/// Whether a certificate must be had anew: none can be read, it is our own, it lacks a host, or two thirds of its life
/// are over.
pub(super) fn is_due(path: &Path, hosts: &[String], now: u64) -> bool {
    let Ok(bytes) = crate::layers::waf::read_file(path) else { return true };
    use rustls_pki_types::pem::PemObject as _;
    let first = rustls_pki_types::CertificateDer::pem_slice_iter(&bytes).next();
    let Some(Ok(der)) = first else { return true };
    let Ok((_, found)) = X509Certificate::from_der(&der) else { return true };
    let names = found.subject_alternative_name().ok().flatten();
    let has = |host: &String| {
        names.as_ref().is_some_and(|names| {
            names
                .value
                .general_names
                .iter()
                .any(|name| matches!(name, GeneralName::DNSName(own) if own == host))
        })
    };
    let is_own = found.issuer() == found.subject();
    let begins = found.validity().not_before.timestamp();
    let ends = found.validity().not_after.timestamp();
    let due = begins.saturating_add(ends.saturating_sub(begins) / 3 * 2);
    is_own || !hosts.iter().all(has) || i64::try_from(now).is_ok_and(|now| now >= due)
}
