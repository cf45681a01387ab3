//! What configuration directives set.

/// `SecRuleEngine`, `ctl:ruleEngine`, `SecAuditEngine`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineMode {
    On,
    #[default]
    Off,
    DetectionOnly,
    /// `RelevantOnly`, audit only.
    RelevantOnly,
}

/// What happens to a body past its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyLimitAction {
    #[default]
    Reject,
    ProcessPartial,
}

/// Settings of a rule set; what a file does not say is `None`, and the owner's configuration decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    pub engine: Option<EngineMode>,
    pub request_body_access: Option<bool>,
    pub response_body_access: Option<bool>,
    pub request_body_bytes_max: Option<usize>,
    pub request_body_no_files_bytes_max: Option<usize>,
    pub response_body_bytes_max: Option<usize>,
    pub request_body_limit_action: Option<BodyLimitAction>,
    pub response_body_limit_action: Option<BodyLimitAction>,
    pub arguments_max: Option<usize>,
    pub json_depth_max: Option<usize>,
    /// `SecResponseBodyMimeType`, in lower case.
    pub response_mime_types: Vec<String>,
    /// `SecArgumentSeparator`.
    pub argument_separator: Option<u8>,
    pub pcre_match_limit: Option<usize>,
    /// `SecUnicodeMapFile FILE CODEPOINT`: for `t:urlDecodeUni`, code point to byte.
    pub unicode_map: Option<std::sync::Arc<std::collections::BTreeMap<u32, u8>>>,
    /// `SecCollectionTimeout`, seconds.
    pub collection_timeout_seconds: Option<u64>,
    /// `SecComponentSignature`, in order.
    pub component_signatures: Vec<String>,
    /// `SecWebAppId`
    pub web_app_id: Option<String>,
    /// `SecAuditEngine`
    pub audit_engine: Option<EngineMode>,
    /// `SecUploadFileLimit`: files of one multipart body.
    pub upload_files_max: Option<usize>,
    /// Directives that are read but change nothing here (logs and folders of ModSecurity, …): name as the manual
    /// writes it, and the value of its last use.
    pub without_effect: std::collections::BTreeMap<String, String>,
}
