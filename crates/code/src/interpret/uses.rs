//! What calls tell besides flows: hosts, files, programs, and secrets or whole events in logs.
use model::{Data, SinkKind, UseKind};

use super::Interpreter;
use super::externs::Invoked;
use crate::models::{Effect, Rule};
use crate::taint::{Mark, OriginKind, StepKind, Taint};
use crate::value::{Piece, Value, root_of};

/// Modules that talk to somebody else, besides those whose requests the tables know.
const CLIENTS: &[&str] = &[
    "@elastic/elasticsearch",
    "@opensearch-project/opensearch",
    "amqplib",
    "boto3",
    "cassandra-driver",
    "elasticsearch",
    "httpx",
    "ioredis",
    "kafka",
    "kafkajs",
    "ldap3",
    "ldapjs",
    "mariadb",
    "mongodb",
    "mongoose",
    "mssql",
    "mysql",
    "mysql2",
    "MySQLdb",
    "nodemailer",
    "opensearchpy",
    "pg",
    "pika",
    "psycopg",
    "psycopg2",
    "pymongo",
    "pymysql",
    "redis",
    "requests",
    "sequelize",
    "sqlalchemy",
    "typeorm",
];
/// Options that name a host or an address.
const HOST_OPTIONS: &[&str] = &[
    "host",
    "hostname",
    "server",
    "endpoint",
    "endpoint_url",
    "node",
    "baseURL",
    "base_url",
    "connectionString",
    "uri",
    "url",
];
/// Schemes of addresses that a client gets as its first argument.
const SCHEMES: &[&str] = &[
    "http",
    "https",
    "ws",
    "wss",
    "redis",
    "rediss",
    "mongodb",
    "mongodb+srv",
    "postgres",
    "postgresql",
    "mysql",
    "amqp",
    "amqps",
    "ldap",
    "ldaps",
    "ftp",
    "ftps",
    "sftp",
    "smtp",
    "smtps",
];
/// Loggers whose methods are no ends of flows: they write JSON.
const LOGGERS: &[&str] =
    &["aws_lambda_powertools", "@aws-lambda-powertools/logger", "structlog", "pino", "lambda-log"];
const LEVELS: &[&str] =
    &["trace", "debug", "info", "log", "warn", "warning", "error", "exception", "critical", "fatal"];
/// Functions that only write a value down: what they give back shows all of it.
const SHOWS: &[&str] = &[
    "json.dumps",
    "JSON.stringify",
    "str",
    "repr",
    "String",
    "util.inspect",
    "util.format",
    "pprint.pformat",
    "json.loads",
    "JSON.parse",
    "copy.deepcopy",
    "structuredClone",
    "dict",
];
/// Last names of a part of the event that prove who somebody is.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "cookie",
    "cookies",
    "password",
    "passwd",
    "secret",
    "token",
    "accesstoken",
    "access_token",
    "idtoken",
    "id_token",
    "refreshtoken",
    "refresh_token",
    "apikey",
    "api_key",
    "x-api-key",
    "cardnumber",
    "card_number",
    "cvv",
];
/// Stands for a part of a text that is not known.
const UNKNOWN: char = '\u{0}';
/// Longest name of a use, in bytes.
const NAME_BYTES_MAX: usize = 200;

impl Interpreter<'_> {
    /// What the rules of a call tell of hosts, files, programs and logs.
    pub(super) fn uses_of(&mut self, rules: &[&Rule], call: &Invoked<'_>) {
        if self.quiet > 0 {
            return;
        }
        for rule in rules {
            let Effect::Sink(kind, condition) = &rule.effect else { continue };
            if !self.holds(condition, call) {
                continue;
            }
            let kind = match kind {
                SinkKind::Request => UseKind::Host,
                SinkKind::Path => UseKind::File,
                SinkKind::Command => UseKind::Program,
                SinkKind::Log => {
                    self.logged(call);
                    continue;
                }
                _ => continue,
            };
            for (value, at) in self.selected(&rule.argument, call.receiver, call.arguments) {
                let at = if at == model::Span::NONE { call.site.at } else { at };
                for one in value.each() {
                    let name = self.known_part(one, kind);
                    name.iter().for_each(|name| self.note_use(kind, name, at));
                }
            }
        }
        let root = root_of(call.path);
        let method = call.path.rsplit('.').next().unwrap_or_default();
        let is_request = |rule: &&&Rule| matches!(rule.effect, Effect::Sink(SinkKind::Request, _));
        if rules.iter().any(|rule| is_request(&rule)) {
            // The rule knows where the address stands.
        } else if CLIENTS.contains(&root) || root.starts_with("@aws-sdk/") {
            self.connected(call);
        } else if LOGGERS.contains(&root)
            && LEVELS.contains(&method)
            && !rules.iter().any(|rule| is_log(rule))
        {
            self.logged(call);
        } else if matches!(method, "inject_lambda_context" | "injectLambdaContext") {
            self.context_logged(call);
        } else if root == "tempfile" && !call.path.contains("()") || call.path == "os.tmpdir" {
            self.note_use(UseKind::File, "/tmp", call.site.at);
        }
    }

    /// What a client is told about where to connect to.
    fn connected(&mut self, call: &Invoked<'_>) {
        for option in HOST_OPTIONS {
            let Some(value) = self.option(call.arguments, option) else { continue };
            for one in value.each() {
                let name = self.known_part(one, UseKind::Host);
                name.iter().for_each(|name| self.note_use(UseKind::Host, name, call.site.at));
            }
        }
        let Some(first) = call.arguments.first().filter(|first| first.name.is_none()) else { return };
        for one in first.value.each() {
            let text = self.text_of(one);
            let scheme =
                text.split_once("://").map_or("", |(scheme, _)| scheme.split('+').next().unwrap_or(scheme));
            if SCHEMES.contains(&scheme) {
                let host = self.known_part(one, UseKind::Host);
                host.iter().for_each(|host| self.note_use(UseKind::Host, host, first.at));
            }
        }
    }

    /// The part of an argument that says which host, file or program; None when nothing is known of it.
    fn known_part(&self, value: &Value, kind: UseKind) -> Option<String> {
        if let Some(object) = value.as_object().and_then(|id| self.heap.get(id)) {
            // A list of arguments begins with the program.
            let first = object.items.first().filter(|_| kind == UseKind::Program)?;
            return self.known_part(first, kind);
        }
        let text = self.text_of(value);
        let part = match kind {
            UseKind::Host => host_of(&text.replace(UNKNOWN, "*"))?.to_owned(),
            UseKind::Program => text.split_whitespace().find(|word| !word.contains('='))?.to_owned(),
            _ => text,
        };
        let part = part.split(UNKNOWN).next().unwrap_or_default();
        (!part.is_empty() && part.len() <= NAME_BYTES_MAX).then(|| part.to_owned())
    }

    /// The text with NUL for every part that is not known.
    fn text_of(&self, value: &Value) -> String {
        let mut whole = String::new();
        for Piece { text, data, .. } in value.pieces() {
            match (text, data.as_deref()) {
                (Some(text), _) => whole.push_str(&text),
                (None, Some(Data::Text(text))) => whole.push_str(text),
                (None, Some(Data::Ref(reference))) => whole.push_str(&reference.target),
                (None, Some(Data::Unknown(unknown))) if !unknown.text.is_empty() => {
                    whole.push_str(&unknown.text)
                }
                (None, _) => whole.push(UNKNOWN),
            }
            if whole.len() > 4_096 {
                break;
            }
        }
        whole
    }

    /// A call that writes to the log.
    fn logged(&mut self, call: &Invoked<'_>) {
        for passed in call.arguments {
            let taint = self.deep_taint(&passed.value);
            for mark in taint.marks() {
                let name = match mark.origin.kind {
                    OriginKind::Secret if mark.origin.path.is_empty() => "a secret".to_owned(),
                    OriginKind::Secret => format!("the secret {}", mark.origin.path),
                    OriginKind::Event if is_sensitive(mark) && self.may_hold_credentials() => {
                        mark.origin.path.to_string()
                    }
                    _ => continue,
                };
                self.note_use(UseKind::SensitiveLog, &name, call.site.at);
            }
        }
    }

    /// `@logger.inject_lambda_context(log_event=True)`, or the same by a variable of the environment.
    fn context_logged(&mut self, call: &Invoked<'_>) {
        let is_on = |name: &str| self.option(call.arguments, name).and_then(|value| value.as_bool());
        let by_option = is_on("log_event").or_else(|| is_on("logEvent"));
        let by_variable = matches!(
            self.environment.get("POWERTOOLS_LOGGER_LOG_EVENT"),
            Some(Data::Text(text)) if matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
        );
        let by_variable = by_variable
            || matches!(self.environment.get("POWERTOOLS_LOGGER_LOG_EVENT"), Some(Data::Bool(true)));
        if by_option.unwrap_or(by_variable) && self.may_hold_credentials() {
            self.note_use(UseKind::SensitiveLog, "event", call.site.at);
        }
    }

    /// Whether somebody sends the function tokens or passwords: no bucket and no timer does.
    fn may_hold_credentials(&self) -> bool {
        let harmless = ["object-store", "schedule", "table-stream", "config", "log"];
        let triggers = &self.events.triggers;
        triggers.is_empty() || triggers.iter().any(|trigger| !harmless.contains(&trigger.event.as_str()))
    }
}

fn is_log(rule: &Rule) -> bool {
    matches!(rule.effect, Effect::Sink(SinkKind::Log, _))
}

/// The whole event, all its headers, or a part that is called like a credential; and nothing but written down.
fn is_sensitive(mark: &Mark) -> bool {
    let path = mark.origin.path.trim_end_matches("[]");
    let mut names = path.split('.');
    let root = names.next().unwrap_or_default();
    let last = names.next_back().unwrap_or_default().to_ascii_lowercase();
    let is_whole = last.is_empty() && matches!(root, "event" | "request");
    let is_named =
        matches!(last.as_str(), "headers" | "multivalueheaders") || CREDENTIALS.contains(&last.as_str());
    let is_shown =
        mark.trail.steps().iter().all(|step| step.kind != StepKind::Through || SHOWS.contains(&&*step.name));
    (is_whole || is_named) && is_shown
}

/// Without the secrets: a connection that was opened with a password does not show it.
pub(super) fn without_secrets(taint: &Taint) -> Taint {
    if !taint.marks().iter().any(|mark| mark.origin.kind == OriginKind::Secret) {
        return taint.clone();
    }
    let kept = taint.marks().iter().filter(|mark| mark.origin.kind != OriginKind::Secret);
    kept.fold(Taint::NONE, |all, mark| all.join(&Taint::of(mark.clone())))
}

/// The host of an address, without port and credentials; a text without a scheme is one itself when it
/// looks like one.
fn host_of(text: &str) -> Option<&str> {
    let (is_address, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '+') => {
            (true, rest)
        }
        Some(_) => return None,
        None => (false, text),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !is_address && authority.len() != rest.len() {
        return None;
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((before, port)) if port.chars().all(|sign| sign.is_ascii_digit()) => before,
        _ => host,
    };
    // `${NAME}` stands for a variable that is set elsewhere.
    let is_name = |sign: char| {
        sign.is_ascii_alphanumeric()
            || matches!(sign, '.' | '*' | '-' | '_' | '$' | '{' | '}' | '[' | ']' | ':')
    };
    (host.trim_matches(['*', '.']).len() > 1 && host.chars().all(is_name)).then_some(host)
}
