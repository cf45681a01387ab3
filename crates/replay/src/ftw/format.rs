//! The files of rule tests, as data.
use std::collections::BTreeMap;

use serde::Deserialize;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReadTestsError(String);

/// One file: the tests of one rule.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct File {
    #[serde(default)]
    pub rule_id: Option<u64>,
    #[serde(default)]
    pub tests: Vec<Test>,
}

/// One test: stages that all must hold.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Test {
    /// From 1 in order of the file when absent.
    #[serde(default)]
    pub test_id: Option<u64>,
    /// Version 1's name: `942100-1`.
    #[serde(default)]
    pub test_title: Option<String>,
    #[serde(default)]
    pub desc: Option<String>,
    #[serde(default)]
    pub stages: Vec<Stage>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "StageForm")]
pub struct Stage {
    pub input: Input,
    pub output: Output,
}

/// Version 1 puts a stage in a mapping of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageForm {
    #[serde(default)]
    stage: Option<StageBody>,
    #[serde(default)]
    input: Input,
    #[serde(default)]
    output: Output,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageBody {
    #[serde(default)]
    input: Input,
    #[serde(default)]
    output: Output,
}

impl From<StageForm> for Stage {
    fn from(form: StageForm) -> Self {
        match form.stage {
            Some(body) => Self { input: body.input, output: body.output },
            None => Self { input: form.input, output: form.output },
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Input {
    pub dest_addr: Option<String>,
    pub port: Option<u16>,
    pub protocol: Option<String>,
    pub method: Option<String>,
    pub uri: Option<String>,
    pub version: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub ordered_headers: Vec<Header>,
    pub data: Option<Lines>,
    /// The whole request, base64.
    pub encoded_request: Option<String>,
    pub save_cookie: bool,
    pub autocomplete_headers: Option<bool>,
    /// The old word for the opposite of `autocomplete_headers`.
    pub stop_magic: Option<bool>,
    pub virtual_host_mode: bool,
    pub follow_redirect: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub name: String,
    pub value: String,
}

/// A body: one text, or (version 1) lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Lines {
    Text(String),
    Lines(Vec<String>),
}

impl Lines {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Lines(lines) => lines.join("\r\n"),
        }
    }
}

/// What must come of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    pub status: Option<Statuses>,
    pub response_contains: Option<String>,
    pub log_contains: Option<String>,
    pub no_log_contains: Option<String>,
    pub log: LogExpectation,
    pub expect_error: bool,
    pub retry_once: bool,
    pub isolated: bool,
}

/// One status, or (version 1) any of several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Statuses {
    One(u16),
    Any(Vec<u16>),
}

impl Statuses {
    pub(super) fn hold(&self, status: u16) -> bool {
        match self {
            Self::One(one) => *one == status,
            Self::Any(any) => any.contains(&status),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogExpectation {
    pub expect_ids: Vec<u64>,
    pub no_expect_ids: Vec<u64>,
    pub match_regex: Option<String>,
    pub no_match_regex: Option<String>,
}

/// What a platform must do otherwise (`nginx-overrides.yaml`).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Overrides {
    #[serde(default)]
    pub test_overrides: Vec<Override>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub rule_id: u64,
    /// Empty: every test of the rule.
    #[serde(default)]
    pub test_ids: Vec<u64>,
    /// Positions from 0; empty: every stage.
    #[serde(default)]
    pub stage_ids: Vec<usize>,
    pub reason: String,
    #[serde(default)]
    pub expect_failure: Option<bool>,
    #[serde(default)]
    pub output: Output,
}

impl File {
    /// Reads a file of tests. `name` gives the rule's id when the file does not (`942100.yaml`).
    ///
    /// # Errors
    /// It is no YAML, or has a field that the format does not know.
    pub fn read(text: &str, name: &str) -> Result<Self, ReadTestsError> {
        let mut file: Self = yaml(text)?;
        if file.rule_id.is_none() {
            let digits: String =
                name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            file.rule_id = digits.parse().ok();
        }
        for (position, test) in file.tests.iter_mut().enumerate() {
            let from_title =
                test.test_title.as_deref().and_then(|title| title.rsplit('-').next()?.parse().ok());
            let in_order = u64::try_from(position).unwrap_or_default().saturating_add(1);
            test.test_id = Some(test.test_id.or(from_title).unwrap_or(in_order));
        }
        Ok(file)
    }
}

impl Overrides {
    /// Reads a file of overrides.
    ///
    /// # Errors
    /// It is no YAML, or has a field that the format does not know.
    pub fn read(text: &str) -> Result<Self, ReadTestsError> {
        yaml(text)
    }

    /// Replaces what is expected of a test.
    pub fn apply(&self, rule: u64, test: &mut Test) {
        let own = self.test_overrides.iter().filter(|one| one.rule_id == rule);
        for one in own.filter(|one| {
            one.test_ids.is_empty() || test.test_id.is_some_and(|id| one.test_ids.contains(&id))
        }) {
            for (position, stage) in test.stages.iter_mut().enumerate() {
                if one.stage_ids.is_empty() || one.stage_ids.contains(&position) {
                    stage.output = one.output.clone();
                }
            }
        }
    }
}

fn yaml<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, ReadTestsError> {
    serde_saphyr::from_str(text).map_err(|error| ReadTestsError(error.to_string()))
}
