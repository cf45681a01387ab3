//! TLS from files: certificates by name, client certificates, and new files without a restart.
use crate::config::{Certificate, ClientMode, Config, ConfigError, Listen, Tls, TlsVersion};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Certificates by the names that they are for.
#[derive(Debug)]
struct Chosen {
    by_name: BTreeMap<String, Arc<CertifiedKey>>,
    first: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Chosen {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(name) = hello.server_name() else { return Some(Arc::clone(&self.first)) };
        let name = name.to_ascii_lowercase();
        let wild = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        let found = self.by_name.get(&name).or_else(|| self.by_name.get(&wild?));
        Some(Arc::clone(found.unwrap_or(&self.first)))
    }
}

/// Reads the files of a listener.
///
/// # Errors
/// Files that cannot be read, keys that do not fit, no certificate at all.
pub(crate) fn server(config: &Config, listen: &Listen, tls: &Tls) -> Result<Arc<ServerConfig>, ConfigError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut by_name = BTreeMap::new();
    let mut first = None;
    for certificate in &tls.certificate {
        let key = Arc::new(certified(config, certificate)?);
        first.get_or_insert_with(|| Arc::clone(&key));
        let own = key.cert.first().map(names_of).unwrap_or_default();
        let names = if certificate.names.is_empty() { &own } else { &certificate.names };
        for name in names {
            by_name.entry(name.to_ascii_lowercase()).or_insert_with(|| Arc::clone(&key));
        }
    }
    let Some(first) = first else {
        return Err(ConfigError::setting("listen.tls.certificate", "none is given; add `chain` and `key`"));
    };
    let versions: &[_] = match tls.minimum {
        TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| ConfigError::setting("listen.tls.minimum", error.to_string()))?;
    let builder = match &tls.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let roots = roots("listen.tls.client.authorities", &config.path(&client.authorities))?;
            let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            if let Some(path) = &client.revoked {
                verifier = verifier.with_crls(revoked(&config.path(path))?);
            }
            if client.mode == ClientMode::Optional {
                verifier = verifier.allow_unauthenticated();
            }
            let verifier = verifier
                .build()
                .map_err(|error| ConfigError::setting("listen.tls.client", error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut server = builder.with_cert_resolver(Arc::new(Chosen { by_name, first }));
    server.alpn_protocols = match listen.http2 {
        true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        false => vec![b"http/1.1".to_vec()],
    };
    Ok(Arc::new(server))
}

fn certified(config: &Config, certificate: &Certificate) -> Result<CertifiedKey, ConfigError> {
    let (chain, key) = chain_and_key(config, certificate)?;
    let provider = aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider)
        .map_err(|error| ConfigError::file("certificate", &certificate.chain, error))
}

/// A chain and its key, from PEM.
pub(crate) fn chain_and_key(
    config: &Config,
    certificate: &Certificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), ConfigError> {
    let path = config.path(&certificate.chain);
    let chain = certificates("certificate.chain", &path)?;
    let key_path = config.path(&certificate.key);
    let key = PrivateKeyDer::from_pem_file(&key_path)
        .map_err(|error| ConfigError::file("certificate.key", &key_path, error))?;
    Ok((chain, key))
}

fn certificates(setting: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let wrong = |error: rustls_pki_types::pem::Error| ConfigError::file(setting, path, error);
    CertificateDer::pem_file_iter(path).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)
}

/// Authorities that are trusted, from PEM.
pub(crate) fn roots(setting: &str, path: &Path) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(setting, path)? {
        roots.add(certificate).map_err(|error| ConfigError::file(setting, path, error))?;
    }
    if roots.is_empty() {
        return Err(ConfigError::file(setting, path, "holds no certificate"));
    }
    Ok(roots)
}

fn revoked(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, ConfigError> {
    let setting = "listen.tls.client.revoked";
    let wrong = |error: rustls_pki_types::pem::Error| ConfigError::file(setting, path, error);
    let lists: Vec<_> = CertificateRevocationListDer::pem_file_iter(path)
        .map_err(wrong)?
        .collect::<Result<_, _>>()
        .map_err(wrong)?;
    if lists.is_empty() {
        return Err(ConfigError::file(setting, path, "holds no revocation list"));
    }
    Ok(lists)
}

/// The DNS names of a certificate.
fn names_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    let dns = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    dns.collect()
}
