//! A token or name is made with a generator that can be predicted.
use crate::code::shared::{calls, insert, name_of, text};
use crate::prelude::*;

check! {
    /// # Insecure random token
    ///
    /// A token or name is made with a generator that can be predicted.
    ///
    /// ## Why it matters
    ///
    /// `Math.random` and Python's `random` are not made to be secret: from a few values the next ones
    /// follow. A session, a reset link or a file name made of them can be guessed.
    ///
    /// ## What to do
    ///
    /// Use `crypto.randomUUID()`, `crypto.randomBytes`, or Python's `secrets`.
    ///
    /// ```python fires
    /// import random
    ///
    /// def handler(event, context):
    ///     return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20))
    /// ```
    /// ```python quiet
    /// import random
    /// import secrets
    ///
    /// def handler(event, context):
    ///     return {"token": secrets.token_urlsafe(), "colour": random.choice(["red", "green"])}
    /// ```
    /// ```javascript fires
    /// exports.handler = async () => ({ token: Math.random().toString(36).slice(2) });
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async () => ({ token: crypto.randomUUID(), delay: Math.random() * 100 });
    /// ```
    INSECURE_RANDOM_TOKEN = "insecure-random-token" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-330", "CWE-338", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["B311"],
        run: insecure_random_token,
    }
}

/// Shorter texts are rarely an alphabet.
const ALPHABET_MIN: usize = 10;

fn insecure_random_token(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let radix = seen.call.positional(0).map(|argument| &argument.value);
        let is_text = seen.is(&["Math.random().toString"]) && matches!(radix, Some(Data::Int(16..=36)));
        let is_choice = seen.is(&["random.choice", "random.choices", "random.sample"])
            && seen.argument(0, "seq").is_some_and(|argument| is_alphabet(&argument.value));
        let is_bits = seen.is(&["random.getrandbits", "random.randbytes"]);
        if is_text || is_choice || is_bits {
            let message = format!("`{}` makes a text that can be predicted", seen.call.api);
            findings.push(seen.finding(&INSECURE_RANDOM_TOKEN, message).fix_if(
                seen.call.name.filter(|_| is_choice || is_bits).map(|at| {
                    Fix::risky("ask the operating system", insert(at, at.start, "SystemRandom().".to_owned()))
                }),
            ));
        }
    }
}

fn is_alphabet(data: &Data) -> bool {
    let letters =
        |text: &str| text.len() >= ALPHABET_MIN && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text(data).is_some_and(letters) || name_of(data).is_some_and(|name| name.starts_with("string."))
}
