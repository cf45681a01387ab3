//! The file that holds the hashes of keys (TOML), and what one may find in it.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Key, KeyError, World};
use crate::identity::{Authentication, Identity, Method};
use crate::secret::{RandomError, Secret, same};

/// Most keys of one file.
const KEYS_MAX: usize = 100_000;

/// One key as it is kept. Moments are seconds since 1970-01-01.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    pub id: String,
    #[serde(default)]
    pub world: World,
    /// `sha256:…` or `hmac-sha256:…`.
    pub hash: String,
    /// Whose key it is; several keys may be of one owner.
    pub owner: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<String>,
    pub created: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<u64>,
    /// The key that takes this one's place; until `expires` both open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Record>,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the file of keys: {0}")]
    Syntax(String),
    #[error("the key `{0}` stands twice")]
    Twice(String),
    #[error("the key `{id}`: `{hash}` is no hash that we make")]
    Hash { id: String, hash: String },
    #[error("the key `{0}` was hashed with a pepper, and none is configured")]
    Pepper(String),
    #[error("{0} keys; {KEYS_MAX} is the most")]
    TooMany(usize),
    #[error("the key `{0}` is not in the file")]
    Absent(String),
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A key that was made: its text is shown once.
#[derive(Clone, Debug)]
pub struct Created {
    pub id: String,
    pub text: Secret,
}

/// All keys.
#[derive(Clone, Debug, Default)]
pub struct Store {
    records: BTreeMap<String, Record>,
    pepper: Option<Secret>,
}

impl Store {
    /// Reads a file. With a pepper, keys that were hashed without one still open.
    pub fn read(text: &str, pepper: Option<Secret>) -> Result<Self, FileError> {
        // the reader's message may quote the line, which holds only hashes
        let file: File =
            toml::from_str(text).map_err(|error| FileError::Syntax(error.message().to_owned()))?;
        if file.key.len() > KEYS_MAX {
            return Err(FileError::TooMany(file.key.len()));
        }
        let mut store = Self { records: BTreeMap::new(), pepper };
        for record in file.key {
            let (id, hash) = (record.id.clone(), record.hash.clone());
            let coded = hash.strip_prefix("sha256:").or_else(|| hash.strip_prefix("hmac-sha256:"));
            if coded.and_then(crate::encode::from_base64url).is_none_or(|bytes| bytes.len() != 32) {
                return Err(FileError::Hash { id, hash });
            }
            if hash.starts_with("hmac-") && store.pepper.is_none() {
                return Err(FileError::Pepper(id));
            }
            if store.records.insert(id.clone(), record).is_some() {
                return Err(FileError::Twice(id));
            }
        }
        Ok(store)
    }

    /// The file again, in order of ids.
    pub fn write(&self) -> Result<String, FileError> {
        let file = File { key: self.records.values().cloned().collect() };
        toml::to_string(&file).map_err(|error| FileError::Syntax(error.to_string()))
    }

    #[must_use]
    pub fn records(&self) -> &BTreeMap<String, Record> {
        &self.records
    }

    /// Makes a key. Of `wanted` the id, the world and the hash are filled in.
    pub fn create(&mut self, wanted: Record) -> Result<Created, FileError> {
        let (key, text) = Key::generate(wanted.world)?;
        let hash = key.hash(self.pepper.as_ref());
        if self.records.len() >= KEYS_MAX {
            return Err(FileError::TooMany(self.records.len() + 1));
        }
        let record =
            Record { id: key.id.clone(), hash, revoked: None, last_used: None, replaced_by: None, ..wanted };
        if self.records.contains_key(&key.id) {
            return Err(FileError::Twice(key.id));
        }
        self.records.insert(key.id.clone(), record);
        Ok(Created { id: key.id, text })
    }

    /// Makes a key in the place of another one, which opens for so many seconds more.
    pub fn rotate(&mut self, id: &str, overlap_seconds: u64, now: u64) -> Result<Created, FileError> {
        let old = self.records.get(id).cloned().ok_or_else(|| FileError::Absent(id.to_owned()))?;
        // the new key lives as long as the old one did
        let expires = old.expires.map(|end| now.saturating_add(end.saturating_sub(old.created)));
        let created = self.create(Record { created: now, expires, ..old })?;
        if let Some(record) = self.records.get_mut(id) {
            let end = now.saturating_add(overlap_seconds);
            record.expires = Some(record.expires.map_or(end, |own| own.min(end)));
            record.replaced_by = Some(created.id.clone());
        }
        Ok(created)
    }

    /// Takes a key out of use at once; its record stays, so that its use shows.
    pub fn revoke(&mut self, id: &str, now: u64) -> Result<(), FileError> {
        let record = self.records.get_mut(id).ok_or_else(|| FileError::Absent(id.to_owned()))?;
        record.revoked.get_or_insert(now);
        Ok(())
    }

    /// Notes that keys were used, as the caller collected it.
    pub fn used(&mut self, id: &str, at: u64) {
        if let Some(record) = self.records.get_mut(id) {
            record.last_used = record.last_used.max(Some(at));
        }
    }

    /// Whose key it is, at a moment.
    pub fn verify(&self, text: &str, world: World, now: u64) -> Result<Identity, KeyError> {
        let key = Key::read(text)?;
        let record = self.records.get(&key.id);
        // a hash is made and compared in any case, so that a known id takes no other time
        let is_peppered = record.map_or(self.pepper.is_some(), |record| record.hash.starts_with("hmac-"));
        let hash = key.hash(self.pepper.as_ref().filter(|_| is_peppered));
        let kept = record.map_or("", |record| record.hash.as_str());
        let is_same = same(hash.as_bytes(), kept.as_bytes());
        let Some(record) = record else { return Err(KeyError::Unknown(key.id)) };
        if !is_same {
            return Err(KeyError::Secret(key.id));
        }
        if record.world != world || key.world != world {
            return Err(KeyError::World(key.id));
        }
        if record.revoked.is_some() {
            return Err(KeyError::Revoked(key.id));
        }
        if let Some(ended) = record.expires.filter(|end| now >= *end) {
            return Err(KeyError::Expired { id: key.id, ended });
        }
        Ok(record.identity())
    }
}

impl Record {
    fn identity(&self) -> Identity {
        Identity {
            subject: self.owner.clone(),
            issuer: "api-keys".to_owned(),
            method: Method::ApiKey,
            scopes: self.scopes.clone(),
            roles: self.roles.clone(),
            groups: BTreeSet::new(),
            authentication: Authentication::default(),
            claims: [("key".to_owned(), self.id.as_str().into())].into(),
            expires: self.expires,
            credential: self.id.clone(),
        }
    }
}
