//! Uses that comparisons show.
use model::{Data, Span, UseKind};

use super::Interpreter;
use crate::taint::OriginKind;
use crate::value::{Shape, Value};

/// Parts of names of environment variables that hold what nobody may guess.
const SECRET_WORDS: &[&str] =
    &["SECRET", "TOKEN", "PASSWORD", "API_KEY", "APIKEY", "SIGNATURE", "PASSPHRASE"];

impl Interpreter<'_> {
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
