//! Rules as SecLang again: for people (`waf explain`), for files (`waf tune`), and to prove the reader right.
//!
//! Everything is written out: phase, log, status and transformations, so that no default action is needed.
//! Phrases that hold a blank need a data file; [`Rule`]'s `Display` names it, [`printed`] writes it.
use super::{
    Action, Config, Control, Disruptive, EngineMode, Flow, Item, Link, Macro, MacroPart, Operation, Operator,
    Persistent, Phase, Rule, RuleSet, Selector, SetVariable, Target, VariableChange,
};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

impl fmt::Display for RuleSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printed(self, "").0)
    }
}

impl fmt::Display for Rule {
    /// The rule with its chained rules, a line each.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&rule_text(self, &mut Data::default()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exclude {
            formatter.write_char('!')?;
        }
        if self.count {
            formatter.write_char('&')?;
        }
        formatter.write_str(self.collection.name())?;
        match &self.selector {
            Selector::All => Ok(()),
            Selector::Name(name) => write!(formatter, ":{}", member(name)),
            Selector::Regex(regex) => write!(formatter, ":'/{}/'", quotes(regex, &['\'', '"'])),
            Selector::XPath(path) => write!(formatter, ":{}", member(path)),
        }
    }
}

/// A member's name, in quotes when it would end early without them.
fn member(name: &str) -> String {
    let is_plain = !name.contains([' ', '\t', '|', ',', '"', '\'', '\\', '}', ';']);
    let is_regex = name.len() > 1 && name.starts_with('/') && name.ends_with('/');
    if is_plain && !is_regex { name.to_owned() } else { format!("'{}'", quotes(name, &['\'', '"'])) }
}

impl fmt::Display for Macro {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                MacroPart::Text(text) => formatter.write_str(&String::from_utf8_lossy(text))?,
                MacroPart::Variable(target) => write!(formatter, "%{{{target}}}")?,
            }
        }
        Ok(())
    }
}

/// A backslash before each of these quotes that has none.
fn quotes(text: &str, these: &[char]) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            out.push(letter);
            out.extend(letters.next());
        } else {
            if these.contains(&letter) {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// Data files that the text needs: name and bytes.
#[derive(Default)]
struct Data {
    prefix: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// The rule set as text, and the data files that it names. Their names begin with `prefix`.
pub(crate) fn printed(rules: &RuleSet, prefix: &str) -> (String, BTreeMap<String, Vec<u8>>) {
    let mut data = Data { prefix: prefix.to_owned(), files: BTreeMap::new() };
    let mut out = config_text(&rules.config, &mut data);
    for item in &rules.items {
        match item {
            Item::Marker(name) => out.push_str(&format!("SecMarker \"{name}\"\n")),
            Item::Rule(rule) => out.push_str(&rule_text(rule, &mut data)),
        }
    }
    (out, data.files)
}

fn rule_text(rule: &Rule, data: &mut Data) -> String {
    let mut out = String::new();
    let last = rule.links.len().saturating_sub(1);
    for (position, link) in rule.links.iter().enumerate() {
        let mut actions = if position == 0 { head_actions(rule) } else { Vec::new() };
        actions.extend(link_actions(link));
        if position < last {
            actions.push("chain".to_owned());
        }
        let indent = if position == 0 { "" } else { "    " };
        let list = actions.join(",");
        if link.targets.is_empty() {
            out.push_str(&format!("{indent}SecAction \"{list}\"\n"));
        } else {
            let targets: Vec<String> = link.targets.iter().map(Target::to_string).collect();
            let operation = operation_text(&link.operation, &format!("{}-{position}", rule.id), data);
            out.push_str(&format!("{indent}SecRule {} \"{operation}\" \"{list}\"\n", targets.join("|")));
        }
    }
    out
}

fn head_actions(rule: &Rule) -> Vec<String> {
    let mut out = Vec::new();
    if rule.id != 0 {
        out.push(format!("id:{}", rule.id));
    }
    out.push(format!("phase:{}", rule.phase.number()));
    out.push(match &rule.disruptive {
        Disruptive::Pass => "pass".to_owned(),
        Disruptive::Deny => "deny".to_owned(),
        Disruptive::Drop => "drop".to_owned(),
        Disruptive::Allow => "allow".to_owned(),
        Disruptive::AllowPhase => "allow:phase".to_owned(),
        Disruptive::AllowRequest => "allow:request".to_owned(),
        Disruptive::Redirect(to) => format!("redirect:{}", quoted(to)),
    });
    out.push(format!("status:{}", rule.status));
    out.push(if rule.log { "log" } else { "nolog" }.to_owned());
    out.push(if rule.audit_log { "auditlog" } else { "noauditlog" }.to_owned());
    let metadata = &rule.metadata;
    out.extend(metadata.message.as_ref().map(|message| format!("msg:{}", quoted(message))));
    out.extend(metadata.data.as_ref().map(|data| format!("logdata:{}", quoted(data))));
    out.extend(metadata.severity.map(|severity| format!("severity:'{}'", severity.name())));
    out.extend(metadata.tags.iter().map(|tag| format!("tag:{}", quoted(tag))));
    out.extend(metadata.version.as_ref().map(|version| format!("ver:'{}'", quotes(version, &['\'', '"']))));
    out.extend(
        metadata.revision.as_ref().map(|revision| format!("rev:'{}'", quotes(revision, &['\'', '"']))),
    );
    out.extend(metadata.maturity.map(|maturity| format!("maturity:{maturity}")));
    out.extend(metadata.accuracy.map(|accuracy| format!("accuracy:{accuracy}")));
    out.extend(rule.flow.as_ref().map(|flow| match flow {
        Flow::Skip(rules) => format!("skip:{rules}"),
        Flow::SkipAfter(marker) => format!("skipAfter:'{}'", quotes(marker, &['\'', '"'])),
    }));
    out
}

fn quoted(text: &Macro) -> String {
    format!("'{}'", macro_quotes(text))
}

/// A macro's text with its quotes escaped; names inside of `%{…}` escape their own.
fn macro_quotes(text: &Macro) -> String {
    let parts = text.parts.iter().map(|part| match part {
        MacroPart::Text(text) => quotes(&String::from_utf8_lossy(text), &['\'', '"']),
        MacroPart::Variable(target) => quotes(&format!("%{{{target}}}"), &['\'', '"']),
    });
    parts.collect()
}

fn link_actions(link: &Link) -> Vec<String> {
    let mut out = vec!["t:none".to_owned()];
    out.extend(link.transformations.iter().map(|transformation| format!("t:{}", transformation.name())));
    if link.multi_match {
        out.push("multiMatch".to_owned());
    }
    if link.capture {
        out.push("capture".to_owned());
    }
    out.extend(link.actions.iter().map(action_text));
    out
}

fn action_text(action: &Action) -> String {
    let name = |collection: super::Collection| collection.name().to_ascii_lowercase();
    match action {
        Action::SetVariable(SetVariable { collection, name: variable, change }) => {
            let place = format!("{}.{}", name(*collection), macro_quotes(variable));
            match change {
                VariableChange::Set(value) => format!("setvar:'{place}={}'", macro_quotes(value)),
                VariableChange::Add(value) => format!("setvar:'{place}=+{}'", macro_quotes(value)),
                VariableChange::Subtract(value) => format!("setvar:'{place}=-{}'", macro_quotes(value)),
                VariableChange::Remove => format!("setvar:'!{place}'"),
            }
        }
        Action::ExpireVariable { collection, name: variable, seconds } => {
            format!("expirevar:'{}.{}={}'", name(*collection), macro_quotes(variable), macro_quotes(seconds))
        }
        Action::DeprecateVariable { collection, name: variable, amount, seconds } => {
            format!("deprecatevar:'{}.{}={amount}/{seconds}'", name(*collection), macro_quotes(variable))
        }
        Action::Control(control) => format!("ctl:{}", control_text(control)),
        Action::InitCollection { collection, key } => {
            // Blanks and quotes around a key are taken off when it is read, unless others stand around them.
            let whole = key.to_string();
            let is_bare = whole.trim() == whole && !(whole.starts_with('\'') && whole.ends_with('\''));
            let around = if is_bare { "" } else { "\\'" };
            format!("initcol:'{}={around}{}{around}'", collection.name(), macro_quotes(key))
        }
        Action::SetKey { collection, key } => {
            let name = match collection {
                Persistent::Session => "setsid",
                Persistent::User => "setuid",
                _ => "setrsc",
            };
            format!("{name}:{}", quoted(key))
        }
        Action::SetEnv { name, value } => format!("setenv:'{}={}'", macro_quotes(name), macro_quotes(value)),
    }
}

fn switch(is_on: bool) -> &'static str {
    if is_on { "On" } else { "Off" }
}

fn ids_text(ranges: &[(u64, u64)]) -> String {
    let texts: Vec<String> = ranges.iter().map(range_text).collect();
    texts.join(" ")
}

fn range_text(&(first, last): &(u64, u64)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn control_text(control: &Control) -> String {
    let escaped = |text: String| format!("'{}'", quotes(&text, &['\'', '"']));
    let text = match control {
        Control::AuditEngine(mode) => format!("auditEngine={}", mode.name()),
        Control::AuditLogParts(parts) => format!("auditLogParts={parts}"),
        Control::ForceRequestBodyVariable(is_on) => format!("forceRequestBodyVariable={}", switch(*is_on)),
        Control::RequestBodyAccess(is_on) => format!("requestBodyAccess={}", switch(*is_on)),
        Control::RequestBodyProcessor(processor) => format!("requestBodyProcessor={processor}"),
        Control::ResponseBodyAccess(is_on) => format!("responseBodyAccess={}", switch(*is_on)),
        Control::RuleEngine(mode) => format!("ruleEngine={}", mode.name()),
        Control::RuleRemoveById(ranges) => format!("ruleRemoveById={}", ids_text(ranges)),
        Control::RuleRemoveByMsg(message) => format!("ruleRemoveByMsg={message}"),
        Control::RuleRemoveByTag(tag) => format!("ruleRemoveByTag={tag}"),
        Control::RuleRemoveTargetById { ids, target } => {
            format!("ruleRemoveTargetById={};{target}", range_text(ids))
        }
        Control::RuleRemoveTargetByMsg { msg, target } => format!("ruleRemoveTargetByMsg={msg};{target}"),
        Control::RuleRemoveTargetByTag { tag, target } => format!("ruleRemoveTargetByTag={tag};{target}"),
    };
    escaped(text)
}

fn operation_text(operation: &Operation, name: &str, data: &mut Data) -> String {
    let not = if operation.negated { "!" } else { "" };
    let with = |operator: &str, argument: &str| format!("{not}@{operator} {}", quotes(argument, &['"']));
    let text = |operator: &str, argument: &Macro| with(operator, &argument.to_string());
    match &operation.operator {
        Operator::Rx(argument) if argument.parts.is_empty() => not.to_owned(),
        Operator::Rx(argument) => text("rx", argument),
        Operator::RxGlobal(argument) => text("rxGlobal", argument),
        Operator::BeginsWith(argument) => text("beginsWith", argument),
        Operator::Contains(argument) => text("contains", argument),
        Operator::ContainsWord(argument) => text("containsWord", argument),
        Operator::EndsWith(argument) => text("endsWith", argument),
        Operator::StrEq(argument) => text("streq", argument),
        Operator::StrMatch(argument) => text("strmatch", argument),
        Operator::Within(argument) => text("within", argument),
        Operator::Eq(argument) => text("eq", argument),
        Operator::Ge(argument) => text("ge", argument),
        Operator::Gt(argument) => text("gt", argument),
        Operator::Le(argument) => text("le", argument),
        Operator::Lt(argument) => text("lt", argument),
        Operator::Pm(phrases) => format!("{not}{}", phrases_text(phrases, name, data)),
        Operator::IpMatch(networks) => {
            let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
            format!("{not}@ipMatch {}", networks.join(","))
        }
        Operator::ValidateByteRange(ranges) => {
            let ranges: Vec<String> =
                ranges.iter().map(|&(from, to)| range_text(&(u64::from(from), u64::from(to)))).collect();
            format!("{not}@validateByteRange {}", ranges.join(","))
        }
        Operator::VerifyCc(pattern) => with("verifyCC", pattern),
        Operator::VerifyCpf(pattern) => with("verifyCPF", pattern),
        Operator::VerifySsn(pattern) => with("verifySSN", pattern),
        Operator::VerifySvnr(pattern) => with("verifySVNR", pattern),
        Operator::Unsupported { name, argument } => with(name, argument),
        Operator::DetectSqli => format!("{not}@detectSQLi"),
        Operator::DetectXss => format!("{not}@detectXSS"),
        Operator::ValidateUrlEncoding => format!("{not}@validateUrlEncoding"),
        Operator::ValidateUtf8Encoding => format!("{not}@validateUtf8Encoding"),
        Operator::UnconditionalMatch => format!("{not}@unconditionalMatch"),
        Operator::NoMatch => format!("{not}@noMatch"),
    }
}

/// Phrases of letters stand in the rule, others in a file, or as bytes in hexadecimal.
fn phrases_text(phrases: &[Vec<u8>], name: &str, data: &mut Data) -> String {
    let is_plain =
        |phrase: &Vec<u8>| phrase.iter().all(|byte| byte.is_ascii_graphic() && !b"|\\\"".contains(byte));
    if phrases.iter().all(is_plain) && phrases.len() <= 100 {
        let words: Vec<String> =
            phrases.iter().map(|phrase| String::from_utf8_lossy(phrase).into_owned()).collect();
        return format!("@pm {}", words.join(" "));
    }
    let fits_file = |phrase: &Vec<u8>| {
        !phrase.contains(&b'\n')
            && !phrase.ends_with(b"\r")
            && !matches!(phrase.trim_ascii_start().first(), None | Some(b'#'))
    };
    if phrases.iter().all(fits_file) {
        let file = format!("{}rule-{name}.data", data.prefix);
        let text = format!("@pmFromFile {file}");
        data.files.insert(file, phrases.join(&b'\n'));
        return text;
    }
    let hex = |phrase: &Vec<u8>| {
        let mut out = String::from("|");
        for byte in phrase {
            out.push_str(&format!("{byte:02x}"));
        }
        out + "|"
    };
    let words: Vec<String> = phrases.iter().map(hex).collect();
    format!("@pm {}", words.join(" "))
}

fn config_text(config: &Config, data: &mut Data) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.push_str(&format!("{name} {value}\n"));
        }
    };
    let mode = |mode: Option<EngineMode>| mode.map(|mode| mode.name().to_owned());
    let flag = |flag: Option<bool>| flag.map(|is_on| switch(is_on).to_owned());
    let number = |number: Option<usize>| number.map(|number| number.to_string());
    let limit = |action: Option<super::BodyLimitAction>| action.map(|action| format!("{action:?}"));
    put("SecRuleEngine", mode(config.engine));
    put("SecAuditEngine", mode(config.audit_engine));
    put("SecRequestBodyAccess", flag(config.request_body_access));
    put("SecResponseBodyAccess", flag(config.response_body_access));
    put("SecRequestBodyLimit", number(config.request_body_bytes_max));
    put("SecRequestBodyNoFilesLimit", number(config.request_body_no_files_bytes_max));
    put("SecResponseBodyLimit", number(config.response_body_bytes_max));
    put("SecRequestBodyLimitAction", limit(config.request_body_limit_action));
    put("SecResponseBodyLimitAction", limit(config.response_body_limit_action));
    put("SecArgumentsLimit", number(config.arguments_max));
    put("SecRequestBodyJsonDepthLimit", number(config.json_depth_max));
    put("SecPcreMatchLimit", number(config.pcre_match_limit));
    put("SecUploadFileLimit", number(config.upload_files_max));
    put("SecCollectionTimeout", config.collection_timeout_seconds.map(|seconds| seconds.to_string()));
    put(
        "SecResponseBodyMimeType",
        Some(config.response_mime_types.join(" ")).filter(|types| !types.is_empty()),
    );
    put("SecArgumentSeparator", config.argument_separator.map(|byte| char::from(byte).to_string()));
    let quoted = |text: &String| format!("\"{}\"", quotes(text, &['"', '\'']));
    for signature in &config.component_signatures {
        put("SecComponentSignature", Some(quoted(signature)));
    }
    put("SecWebAppId", config.web_app_id.as_ref().map(quoted));
    if let Some(map) = &config.unicode_map {
        let file = format!("{}unicode.mapping", data.prefix);
        let pairs: Vec<String> = map.iter().map(|(point, byte)| format!("{point:04x}:{byte:02x}")).collect();
        data.files.insert(file.clone(), format!("1\n{}\n", pairs.join(" ")).into_bytes());
        put("SecUnicodeMapFile", Some(format!("{file} 1")));
    }
    for (name, value) in &config.without_effect {
        put(name, Some(quoted(value)));
    }
    out
}

impl RuleSet {
    /// Whether two rule sets say the same, wherever they stand.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let without_place = |item: &Item| {
            let mut item = item.clone();
            if let Item::Rule(rule) = &mut item {
                rule.at = super::Place { file: "".into(), line: 0 };
            }
            item
        };
        self.config == other.config
            && self.items.len() == other.items.len()
            && self
                .items
                .iter()
                .zip(&other.items)
                .all(|(one, other)| without_place(one) == without_place(other))
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.number())
    }
}
