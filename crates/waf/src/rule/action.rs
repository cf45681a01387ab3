//! What a rule does when it matches.
use super::{Collection, EngineMode, Macro, Target};

/// Actions that change the transaction, not its fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    SetVariable(SetVariable),
    /// `expirevar:ip.blocked=60`
    ExpireVariable {
        collection: Collection,
        name: Macro,
        seconds: Macro,
    },
    /// `deprecatevar:session.score=60/300`
    DeprecateVariable {
        collection: Collection,
        name: Macro,
        amount: u64,
        seconds: u64,
    },
    /// `ctl:`
    Control(Control),
    /// `initcol:ip=%{REMOTE_ADDR}`
    InitCollection {
        collection: Persistent,
        key: Macro,
    },
    /// `setsid`, `setuid`, `setrsc`: names the session, user, resource collection.
    SetKey {
        collection: Persistent,
        key: Macro,
    },
    /// `setenv:NAME=VALUE`
    SetEnv {
        name: Macro,
        value: Macro,
    },
}

/// Collections that outlive the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Persistent {
    Global,
    Ip,
    Resource,
    Session,
    User,
}

/// `setvar:tx.name=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetVariable {
    /// `Tx`, or a persistent collection.
    pub collection: Collection,
    pub name: Macro,
    pub change: VariableChange,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableChange {
    Set(Macro),
    Add(Macro),
    Subtract(Macro),
    Remove,
}

/// `ctl:`: what changes for the rest of this transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    AuditEngine(EngineMode),
    AuditLogParts(String),
    ForceRequestBodyVariable(bool),
    RequestBodyAccess(bool),
    RequestBodyProcessor(String),
    ResponseBodyAccess(bool),
    RuleEngine(EngineMode),
    /// Ranges of ids, both ends included.
    RuleRemoveById(Vec<(u64, u64)>),
    RuleRemoveByMsg(String),
    /// A tag, compared as a whole, with its case (ModSecurity 3; version 2 took a regular expression).
    RuleRemoveByTag(String),
    RuleRemoveTargetById {
        ids: (u64, u64),
        target: Target,
    },
    RuleRemoveTargetByMsg {
        msg: String,
        target: Target,
    },
    RuleRemoveTargetByTag {
        tag: String,
        target: Target,
    },
}

/// What happens to the transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Disruptive {
    #[default]
    Pass,
    Deny,
    Drop,
    /// `allow`: all phases.
    Allow,
    /// `allow:phase`
    AllowPhase,
    /// `allow:request`
    AllowRequest,
    Redirect(Macro),
}

/// Where the run goes on after a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `skip:N` rules.
    Skip(u32),
    /// `skipAfter:NAME`, a marker or a rule's id.
    SkipAfter(String),
}

/// What is said of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub message: Option<Macro>,
    pub data: Option<Macro>,
    pub severity: Option<Severity>,
    pub tags: Vec<Macro>,
    pub version: Option<String>,
    pub revision: Option<String>,
    pub maturity: Option<u8>,
    pub accuracy: Option<u8>,
}

/// syslog's severities (RFC 5424, 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Info,
    Debug,
}
