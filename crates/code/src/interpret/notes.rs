//! Uses that calls and comparisons show: what is logged, what is compared, what is loaded.
use model::{Data, SinkKind, Span, UseKind};

use super::Interpreter;
use super::externs::Invoked;
use crate::models::{Effect, Rule};
use crate::taint::OriginKind;
use crate::value::{Shape, Value};

/// Loggers that write structures: no line can be forged there, but what is logged stays logged.
const LOGGERS: &[&str] =
    &["aws_lambda_powertools", "@aws-lambda-powertools/logger", "pino", "structlog", "lambda-log"];
const LEVELS: &[&str] =
    &["debug", "info", "warn", "warning", "error", "critical", "trace", "log", "exception"];

/// Parts of names of environment variables that hold what nobody may guess.
const SECRET_WORDS: &[&str] =
    &["SECRET", "TOKEN", "PASSWORD", "API_KEY", "APIKEY", "SIGNATURE", "PASSPHRASE"];

impl Interpreter<'_> {
    /// A whole event, or a secret, that is written to the log.
    pub(super) fn logged(&mut self, call: &Invoked<'_>, rules: &[&Rule]) {
        let last = call.path.rsplit('.').next().unwrap_or_default();
        let is_logger = LEVELS.contains(&last) && LOGGERS.iter().any(|logger| call.path.starts_with(logger));
        let is_log = rules.iter().any(|rule| matches!(rule.effect, Effect::Sink(SinkKind::Log, _)));
        if !is_log && !is_logger {
            return;
        }
        for passed in call.arguments {
            let taint = self.deep_taint(&passed.value);
            for mark in taint.marks() {
                let is_whole = !mark.origin.path.contains(['.', '[', ' ']);
                match mark.origin.kind {
                    OriginKind::Event if is_whole => {
                        self.note_use(UseKind::SensitiveLog, &mark.origin.path, call.site.at);
                    }
                    OriginKind::Secret => self.note_use(UseKind::SensitiveLog, "a secret", call.site.at),
                    _ => {}
                }
            }
        }
    }

    /// A comparison of a secret with what others send: it takes longer the more of it is right.
    pub(super) fn secret_compared(&mut self, left: &Value, right: &Value, at: Span) {
        let is_live = |value: &Value| value.taint.is_live();
        let compares = |secret: &Value, other: &Value| is_secret(secret) && is_live(other);
        if compares(left, right) || compares(right, left) {
            self.note_use(UseKind::TimingComparison, "", at);
        }
    }
}

fn is_secret(value: &Value) -> bool {
    if value.taint.marks().iter().any(|mark| mark.origin.kind == OriginKind::Secret) {
        return true;
    }
    match &value.shape {
        Shape::Extern(known) => {
            let of_mac =
                known.path.starts_with("hmac.new()") || known.path.starts_with("crypto.createHmac()");
            of_mac && known.path.ends_with("()")
        }
        Shape::Data(data) => match &**data {
            Data::Unknown(unknown) => {
                unknown.text.starts_with("${") && SECRET_WORDS.iter().any(|word| unknown.text.contains(word))
            }
            _ => false,
        },
        _ => false,
    }
}
