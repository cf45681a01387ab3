//! A password hash runs too few rounds.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Few rounds for a password
    ///
    /// A password hash runs too few rounds.
    ///
    /// ## Why it matters
    ///
    /// The rounds are what makes guessing expensive. With few of them a stolen table is read almost as fast
    /// as one of plain hashes.
    ///
    /// ## What to do
    ///
    /// PBKDF2-SHA256: 600,000 rounds; bcrypt: cost 10 or more; or Argon2 with its defaults.
    ///
    /// ```python fires
    /// import hashlib
    ///
    /// def handler(event, context):
    ///     return hashlib.pbkdf2_hmac("sha256", event["body"].encode(), b"salt", 1000).hex()
    /// ```
    /// ```python quiet
    /// import hashlib
    ///
    /// def handler(event, context):
    ///     return hashlib.pbkdf2_hmac("sha256", event["body"].encode(), b"salt", 600000).hex()
    /// ```
    /// ```javascript fires
    /// const bcrypt = require("bcrypt");
    ///
    /// exports.handler = async (event) => bcrypt.hash(event.body, 4);
    /// ```
    /// ```javascript quiet
    /// const bcrypt = require("bcrypt");
    ///
    /// exports.handler = async (event) => bcrypt.hash(event.body, 12);
    /// ```
    FEW_PASSWORD_ROUNDS = "few-password-rounds" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-916", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: few_password_rounds,
    }
}

const PBKDF2_MIN: i64 = 100_000;
const BCRYPT_MIN: i64 = 10;

fn few_password_rounds(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let (rounds, least, position, name) = if seen.is(&["hashlib.pbkdf2_hmac"]) {
            (seen.argument(3, "iterations"), PBKDF2_MIN, 3, "iterations")
        } else if seen.is(&["crypto.pbkdf2", "crypto.pbkdf2Sync"]) {
            (seen.call.positional(2), PBKDF2_MIN, 2, "")
        } else if seen.under(&["bcrypt", "bcryptjs"], &["hash", "hashSync"]) && !seen.is_python() {
            (seen.call.positional(1), BCRYPT_MIN, 1, "")
        } else if seen.under(&["bcrypt", "bcryptjs"], &["gensalt", "genSalt", "genSaltSync"]) {
            (seen.argument(0, "rounds"), BCRYPT_MIN, 0, "rounds")
        } else {
            continue;
        };
        let Some(Data::Int(rounds)) = rounds.map(|argument| &argument.value) else { continue };
        if *rounds < least {
            let message = format!("`{}` runs {rounds} rounds; {least} are the least", seen.call.api);
            findings.push(seen.finding(&FEW_PASSWORD_ROUNDS, message).fix_if(seen.rewrite(
                "run more rounds",
                position,
                name,
                if least == PBKDF2_MIN { "600000" } else { "12" },
            )));
        }
    }
}
