//! Identities of client certificates (mutual TLS), and tokens bound to them (RFC 8705).
//!
//! The chain is verified by the TLS layer, which hands the certificate over. A certificate in a header (as a load balancer
//! that ends TLS forwards it) counts only from a trusted proxy, and the header is taken off every other request.
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use serde_json::Value;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

use crate::encode;
use crate::identity::{Authentication, Identity, Method};

const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;
const HEADER_BYTES_MAX: usize = 128 * 1024;
const NAMES_MAX: usize = 256;

/// What a certificate says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the certificate, base64url (`x5t#S256`).
    pub thumbprint: String,
    /// The distinguished name, as RFC 4514 writes it.
    pub subject: String,
    pub common_name: Option<String>,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    pub uris: Vec<String>,
    pub dns: Vec<String>,
    pub emails: Vec<String>,
    /// Seconds since 1970-01-01.
    pub not_before: u64,
    pub not_after: u64,
    /// Whether it may be used by a client (`extendedKeyUsage`, where it is there).
    pub is_client: bool,
}

/// Why a certificate gives no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("the certificate has {0} bytes; {CERTIFICATE_BYTES_MAX} is the most")]
    TooLarge(usize),
    #[error("the certificate cannot be read")]
    Syntax,
    #[error("the certificate's {0} holds a name that cannot be read")]
    Name(&'static str),
    #[error("the certificate is of a time to come, or ended")]
    Time,
    #[error("the certificate is not for clients")]
    Usage,
    #[error("the certificate is of an authority, not of a client")]
    Authority,
    #[error("no rule takes the certificate of `{0}`")]
    NoRule(String),
    #[error("the header with a certificate came from {0}, which is no trusted proxy")]
    NotTrusted(IpAddr),
    #[error("the header with a certificate is malformed, or stands twice")]
    Header,
}

impl CertificateError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        "the client certificate is not accepted"
    }
}

impl Certificate {
    /// Reads a certificate (DER).
    pub fn read(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLarge(der.len()));
        }
        let (rest, read) = X509Certificate::from_der(der).map_err(|_| CertificateError::Syntax)?;
        if !rest.is_empty() {
            return Err(CertificateError::Syntax);
        }
        let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
        let mut certificate = Self {
            thumbprint: encode::base64url(&encode::sha256(der)),
            subject: name(&read.subject().to_string())?,
            common_name: common_name(&read)?,
            issuer: name(&read.issuer().to_string())?,
            serial: encode::hex(read.raw_serial()),
            uris: Vec::new(),
            dns: Vec::new(),
            emails: Vec::new(),
            not_before: seconds(read.validity().not_before.timestamp()),
            not_after: seconds(read.validity().not_after.timestamp()),
            is_client: true,
        };
        for extension in read.extensions() {
            certificate.take(extension.parsed_extension())?;
        }
        Ok(certificate)
    }

    fn take(&mut self, extension: &ParsedExtension<'_>) -> Result<(), CertificateError> {
        match extension {
            ParsedExtension::BasicConstraints(limits) if limits.ca => Err(CertificateError::Authority),
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.is_client = usage.any || usage.client_auth;
                Ok(())
            }
            ParsedExtension::SubjectAlternativeName(names) if names.general_names.len() > NAMES_MAX => {
                Err(CertificateError::Name("subjectAltName"))
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                for general in &names.general_names {
                    match general {
                        GeneralName::URI(text) => self.uris.push(name(text)?),
                        GeneralName::DNSName(text) => self.dns.push(name(text)?.to_ascii_lowercase()),
                        GeneralName::RFC822Name(text) => self.emails.push(name(text)?),
                        GeneralName::Invalid(..) => return Err(CertificateError::Name("subjectAltName")),
                        _ => {}
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The one SPIFFE ID (SPIFFE X.509-SVID, section 2: a certificate with two URIs is no SVID).
    #[must_use]
    pub fn spiffe(&self) -> Option<&str> {
        match self.uris.as_slice() {
            [uri] if is_spiffe(uri) => Some(uri),
            _ => None,
        }
    }
}

/// `spiffe://trust-domain/path`, in the characters that SPIFFE-ID, section 2, allows.
fn is_spiffe(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("spiffe://").filter(|rest| rest.len() <= 2048) else {
        return false;
    };
    let (domain, path) = rest.split_once('/').map_or((rest, None), |(domain, path)| (domain, Some(path)));
    let is_domain = (1..=255).contains(&domain.len())
        && domain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b));
    let is_segment = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    };
    is_domain && path.is_none_or(|path| path.split('/').all(is_segment))
}

/// A name without control characters: a zero byte in a name has fooled others.
fn name(text: &str) -> Result<String, CertificateError> {
    if text.chars().any(char::is_control) {
        return Err(CertificateError::Name("name"));
    }
    Ok(text.to_owned())
}

fn common_name(read: &X509Certificate<'_>) -> Result<Option<String>, CertificateError> {
    let mut names = read.subject().iter_common_name();
    let first = names.next().map(|value| value.as_str().map_err(|_| CertificateError::Name("subject")));
    match (first, names.next()) {
        (None, _) => Ok(None),
        (Some(text), None) => name(text?).map(Some),
        (Some(_), Some(_)) => Err(CertificateError::Name("subject")),
    }
}

/// A rule: which certificates are whose. Every condition that is there must hold; the first rule that fits counts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rule {
    /// A URI name; `*` at its end stands for any further text.
    pub uri: Option<String>,
    /// A DNS name; `*.` at its beginning stands for one label.
    pub dns: Option<String>,
    pub email: Option<String>,
    /// The subject, as RFC 4514 writes it.
    pub subject: Option<String>,
    /// The issuer, as RFC 4514 writes it.
    pub issuer: Option<String>,
    /// SHA-256 of the certificate, base64url.
    pub thumbprint: Option<String>,
    pub roles: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    pub scopes: BTreeSet<String>,
}

impl Rule {
    /// The name under which the rule takes a certificate.
    fn takes(&self, certificate: &Certificate) -> Option<String> {
        let mut subject = None;
        let lists = [
            (&self.uri, &certificate.uris, is_uri as fn(&str, &str) -> bool),
            (&self.dns, &certificate.dns, is_dns),
            (&self.email, &certificate.emails, |wanted, found| wanted == found),
        ];
        for (wanted, found, fits) in lists {
            if let Some(wanted) = wanted {
                let name = found.iter().find(|name| fits(wanted, name))?;
                subject.get_or_insert_with(|| name.clone());
            }
        }
        let texts = [
            (&self.subject, &certificate.subject),
            (&self.issuer, &certificate.issuer),
            (&self.thumbprint, &certificate.thumbprint),
        ];
        for (wanted, found) in texts {
            if wanted.as_ref().is_some_and(|wanted| wanted != found) {
                return None;
            }
        }
        let is_any = subject.is_some() || texts.iter().any(|(wanted, _)| wanted.is_some());
        is_any.then(|| subject.unwrap_or_else(|| certificate.subject.clone()))
    }
}

fn is_uri(wanted: &str, found: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => found.starts_with(start) && (!wanted.starts_with("spiffe:") || is_spiffe(found)),
        None => wanted == found,
    }
}

fn is_dns(wanted: &str, found: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    match wanted.strip_prefix("*.") {
        Some(rest) => {
            found.split_once('.').is_some_and(|(label, parent)| !label.is_empty() && parent == rest)
        }
        None => wanted == found,
    }
}

/// The identity of a certificate that the TLS layer verified, at a moment.
pub fn identity(certificate: &Certificate, rules: &[Rule], now: u64) -> Result<Identity, CertificateError> {
    if now < certificate.not_before || now > certificate.not_after {
        return Err(CertificateError::Time);
    }
    if !certificate.is_client {
        return Err(CertificateError::Usage);
    }
    let found = rules.iter().find_map(|rule| rule.takes(certificate).map(|subject| (rule, subject)));
    let (rule, subject) = found.ok_or_else(|| CertificateError::NoRule(certificate.subject.clone()))?;
    let list = |names: &[String]| Value::from(names.to_vec());
    let claims = BTreeMap::from([
        ("subject".to_owned(), certificate.subject.as_str().into()),
        ("issuer".to_owned(), certificate.issuer.as_str().into()),
        ("serial".to_owned(), certificate.serial.as_str().into()),
        ("uris".to_owned(), list(&certificate.uris)),
        ("dns".to_owned(), list(&certificate.dns)),
        ("emails".to_owned(), list(&certificate.emails)),
    ]);
    Ok(Identity {
        subject,
        issuer: certificate.issuer.clone(),
        method: Method::Certificate,
        scopes: rule.scopes.clone(),
        roles: rule.roles.clone(),
        groups: rule.groups.clone(),
        authentication: Authentication {
            methods: ["swk".to_owned()].into(),
            bound: true,
            ..Authentication::default()
        },
        claims,
        expires: Some(certificate.not_after),
        credential: certificate.thumbprint.clone(),
    })
}

/// Certificates that a proxy in front of us forwards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Forwarded {
    /// The header: `x-amzn-mtls-clientcert-leaf`, `x-amzn-mtls-clientcert`, `x-forwarded-client-cert`, `client-cert`.
    pub header: String,
    /// From where it is taken; from elsewhere it is an error.
    pub trusted: Vec<IpNet>,
}

impl Forwarded {
    /// The certificate (DER) that a request forwards. `Ok(None)`: the header is absent. `peer` is the address of the
    /// connection itself, never one from a header.
    pub fn read<'a>(
        &self,
        peer: IpAddr,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Option<Vec<u8>>, CertificateError> {
        let mut values = headers.filter(|(name, _)| name.eq_ignore_ascii_case(&self.header));
        let Some((_, value)) = values.next() else { return Ok(None) };
        if !self.trusted.iter().any(|net| net.contains(&peer.to_canonical())) {
            return Err(CertificateError::NotTrusted(peer));
        }
        if values.next().is_some() || value.len() > HEADER_BYTES_MAX {
            return Err(CertificateError::Header);
        }
        forwarded(value).map(Some).ok_or(CertificateError::Header)
    }
}

/// The leaf in one of the forms in use: percent-encoded PEM (AWS, nginx; the leaf stands first), a structured field of
/// base64 between colons (RFC 9440), Envoy's list of members with `Cert="…"`.
fn forwarded(value: &str) -> Option<Vec<u8>> {
    if let Some(inner) = value.strip_prefix(':') {
        return encode::from_base64(inner.strip_suffix(':')?);
    }
    let value = if value.to_ascii_lowercase().contains("cert=\"") {
        // one proxy only: with two members we could not tell whose certificate counts
        let mut members =
            value.split([';', ',']).filter(|part| part.to_ascii_lowercase().starts_with("cert=\""));
        let member = members.next()?;
        if members.next().is_some() || value.contains(',') {
            return None;
        }
        member.get(6..)?.strip_suffix('"')?
    } else {
        value
    };
    let text = String::from_utf8(crate::signature::unescaped(value).into_owned()).ok()?;
    let (before, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    before.trim().is_empty().then(|| encode::from_base64(&body))?
}
