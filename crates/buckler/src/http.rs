//! How commands speak HTTPS: one provider of cryptography, and the roots that this platform trusts.
use std::sync::Arc;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// For an agent that may reach hosts of the internet.
pub(crate) fn tls() -> TlsConfig {
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}
