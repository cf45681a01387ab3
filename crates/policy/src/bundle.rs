//! One file for one application.
use crate::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// Everything that is enforced for one application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: u32,
    /// The application's name, as the graph has it.
    pub application: String,
    /// Seconds since 1970 (UTC).
    pub issued: u64,
    /// Seconds since 1970 (UTC); after it the guard refuses the bundle.
    pub expires: u64,
    /// The rules of inspection for every function.
    #[serde(default)]
    pub rules: Rules,
    /// Issuers of tokens by name, each as `[authentication]` of the gateway takes them (`access::jwt::Issuer`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub issuers: BTreeMap<String, Value>,
    /// Key sets that came with the bundle, by the issuer's name: used until fresher ones are fetched.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, Value>,
    /// By the function's name in the graph.
    pub functions: BTreeMap<String, Function>,
}

/// Which rules inspect events and answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules of ours are loaded first unless this says no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
    /// SecLang by file name, loaded in the order of the list, after ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<(String, String)>,
}
