//! Block lists as they are written in a configuration or a file of their own.
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Who is not let in, and who always is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Files of the same form ([`super::read`]), or plain lines with an address or a prefix each.
    pub files: Vec<PathBuf>,
    /// Entries of this very configuration.
    pub block: Vec<Entry>,
    /// Who is let in although an entry blocks them.
    pub allow: Vec<Entry>,
    /// Most entries, all files and changes at run time together.
    pub entries_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { files: Vec::new(), block: Vec::new(), allow: Vec::new(), entries_max: super::ENTRIES_MAX }
    }
}

/// One entry: exactly one of `prefix`, `identity`, `credential`, `fingerprint`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Entry {
    /// An address (`203.0.113.9`) or a prefix (`2001:db8::/32`).
    #[serde(with = "text", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<IpNet>,
    /// A subject, with its issuer before it and a space between: `https://login.example.org alice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The name of a token, key or certificate, as logs show it: a hash, never the token itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// A TLS client's fingerprint, JA3 or JA4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Why; shown in logs.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Seconds since 1970-01-01, or a time like `2026-12-31T23:59:59Z`; not given: for good.
    #[serde(with = "moment", skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
}

/// An address or a prefix as text.
mod text {
    use ipnet::IpNet;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(prefix: &Option<IpNet>, serializer: S) -> Result<S::Ok, S::Error> {
        match prefix {
            Some(prefix) => serializer.collect_str(prefix),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<IpNet>, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::block::prefix(&text).map(Some).map_err(serde::de::Error::custom)
    }
}

/// A moment as seconds, or as RFC 3339 in UTC.
mod moment {
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Seconds(u64),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(moment: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match moment {
            Some(seconds) => serializer.serialize_u64(*seconds),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        match Form::deserialize(deserializer)? {
            Form::Seconds(seconds) => Ok(Some(seconds)),
            Form::Text(text) => match crate::block::moment(&text) {
                Some(seconds) => Ok(Some(seconds)),
                None => Err(serde::de::Error::custom(format!(
                    "`{text}` is no time; write seconds since 1970, or `2026-12-31T23:59:59Z`"
                ))),
            },
        }
    }
}
