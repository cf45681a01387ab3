//! A password or key stands in the code as an argument of a call.
use crate::code::shared::{Seen, calls, option, text};
use crate::prelude::*;

check! {
    /// # Credential in a call
    ///
    /// A password or key stands in the code as an argument of a call.
    ///
    /// ## Why it matters
    ///
    /// Whoever reads the code, its package or its history signs in with it. It is the same everywhere and
    /// is never changed.
    ///
    /// ## What to do
    ///
    /// Read it from Secrets Manager or Parameter Store, or use what needs none: IAM authentication, the
    /// role of the function.
    ///
    /// ```python fires
    /// import pymysql
    ///
    /// connection = pymysql.connect(host="db", user="shop", password="correct-horse-9")
    ///
    /// def handler(event, context):
    ///     return connection.ping()
    /// ```
    /// ```python quiet
    /// import os
    /// import pymysql
    ///
    /// connection = pymysql.connect(host="db", user="shop", password=os.environ["PASSWORD"])
    ///
    /// def handler(event, context):
    ///     return connection.ping()
    /// ```
    /// ```javascript fires
    /// const AWS = require("aws-sdk");
    ///
    /// const s3 = new AWS.S3({ accessKeyId: "AKIAEXAMPLE1", secretAccessKey: "wJalrXUtnFEMI1234abcd" });
    ///
    /// exports.handler = async () => s3.listBuckets().promise();
    /// ```
    /// ```javascript quiet
    /// const AWS = require("aws-sdk");
    ///
    /// const s3 = new AWS.S3({ region: "eu-west-1" });
    ///
    /// exports.handler = async () => s3.listBuckets().promise();
    /// ```
    HARD_CODED_CREDENTIAL_ARGUMENT = "hard-coded-credential-argument" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "CWE-259", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["B106"],
        run: hard_coded_credential_argument,
    }
}

const NAMES: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pass",
    "secretAccessKey",
    "aws_secret_access_key",
    "api_key",
    "apiKey",
    "auth_token",
    "authToken",
    "client_secret",
    "clientSecret",
];
/// Calls that sign in somewhere, by their last name.
const SIGN_INS: &[&str] = &[
    "connect",
    "Connection",
    "createConnection",
    "createPool",
    "Pool",
    "Client",
    "client",
    "resource",
    "Session",
    "login",
    "create_engine",
    "MongoClient",
    "Redis",
    "StrictRedis",
    "createClient",
    "createTransport",
    "update",
    "ConnectionPool",
    "create_pool",
    "SMTP",
    "ClientSecretCredential",
    "OpenAI",
    "Sequelize",
    "DataSource",
    "knex",
];
/// Shorter texts are placeholders.
const LENGTH_MIN: usize = 6;

fn hard_coded_credential_argument(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let last = seen.call.api.rsplit('.').next().unwrap_or_default();
        let is_sdk = seen.of(&["aws-sdk", "@aws-sdk"]) || seen.call.api.starts_with("@aws-sdk/");
        if !is_sdk && !SIGN_INS.contains(&last) {
            continue;
        }
        let credential = NAMES.iter().find_map(|name| Some((name, text(option(seen.call, name)?)?)));
        if let Some((name, _)) = credential.filter(|(_, value)| is_real(value)) {
            let at = seen.call.named(name).map_or(seen.call.at, |argument| argument.at);
            let message = format!("`{name}` of `{}` stands in the code", seen.call.api);
            findings.push(
                seen.finding(&HARD_CODED_CREDENTIAL_ARGUMENT, message)
                    .at(at)
                    .fix_if(from_environment(&seen, name)),
            );
        }
    }
}

/// Not empty, not a name of where the secret is, not what examples write.
fn is_real(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_example = ["password", "changeme", "example", "your", "xxxx", "dummy", "test", "{{", "${", "<"]
        .iter()
        .any(|word| lower.starts_with(word));
    value.len() >= LENGTH_MIN && !is_example && !value.contains(' ')
}

/// Only where nothing more has to be loaded.
fn from_environment(seen: &Seen<'_>, name: &str) -> Option<Fix> {
    let mut variable = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            variable.push('_');
        }
        variable.push(letter.to_ascii_uppercase());
    }
    let title = format!("read it from the environment variable `{variable}`");
    let text = format!("os.environ[\"{variable}\"]");
    seen.imports("os").then(|| seen.rewrite(&title, usize::MAX, name, &text)).flatten()
}
