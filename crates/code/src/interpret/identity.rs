//! Who somebody says to be: claims of tokens that nobody verified, secrets that are compared.

use model::{SinkKind, Span};

use super::Interpreter;
use crate::models::{Effect, Rule};
use crate::taint::{Mark, OriginKind, StepKind, Taint};
use crate::value::{Passed, Value};

impl Interpreter<'_> {
    /// Claims of an unverified token that decide what is read, written or called.
    pub(super) fn identity(&mut self, path: &str, rules: &[&Rule], arguments: &[Passed]) {
        let is_harmless = rules.iter().any(|rule| {
            matches!(rule.effect, Effect::Sink(SinkKind::Log, _) | Effect::Clean(_) | Effect::Returns(_))
        });
        if is_harmless || path.starts_with("console.") || path == "print" {
            return;
        }
        for passed in arguments {
            let taint = self.deep_taint(&passed.value);
            let claims = taint.marks().iter().any(|mark| mark.origin.kind == OriginKind::UnverifiedToken);
            if claims {
                self.note_claims(path, &claims_only(&taint), passed.at);
            }
        }
    }

    /// The flow ends where the token is decoded: that is where verifying it is missing.
    fn note_claims(&mut self, api: &str, claims: &Taint, used: Span) {
        for mark in claims.marks() {
            let only = Taint::of(mark.clone());
            self.note_flow(SinkKind::Identity, api, mark.origin.at, &only, used);
        }
    }

    /// Two values are compared.
    pub(super) fn compared(&mut self, left: &Value, right: &Value, at: Span) {
        for value in [left, right] {
            let claims = claims_only(&value.taint);
            self.note_claims("a comparison", &claims, at);
        }
        self.secret_compared(left, right, at);
    }
}

fn claims_only(taint: &Taint) -> Taint {
    let mut only = Taint::NONE;
    for mark in taint.marks().iter().filter(|mark| mark.origin.kind == OriginKind::UnverifiedToken) {
        only = only.join(&Taint::of(mark.clone()));
    }
    only
}

/// Whether a value is a part of a token that was decoded from base 64 by hand.
pub(super) fn is_decoded_token(mark: &Mark) -> bool {
    if mark.origin.kind != OriginKind::Event {
        return false;
    }
    let path = mark.origin.path.to_ascii_lowercase();
    let is_token = ["authorization", "token", "jwt", "cookie"].iter().any(|word| path.ends_with(word));
    is_token
        && mark.trail.steps().iter().any(|step| {
            step.kind == StepKind::Through
                && ["b64", "base64", "Buffer.from", "atob"].iter().any(|word| step.name.contains(word))
        })
}
