//! Which secret belongs to which check, and how much it matters where it stands.
use model::{App, Check, Confidence, Finding, Findings, Secret, Severity};

/// Detectors that a check of their own tells; all others are keys of providers.
pub(super) const PRIVATE_KEYS: &[&str] = &["private-key", "age-key", "nats-seed"];
pub(super) const PASSWORDS: &[&str] = &["password"];
pub(super) const ADDRESSES: &[&str] =
    &["url-password", "azure-storage-key", "azure-shared-access-key", "azure-sas-signature"];
pub(super) const SIGNED_TOKENS: &[&str] = &["jwt", "paseto"];
pub(super) const HEADERS: &[&str] = &["basic-auth", "bearer-token"];
pub(super) const TOKENS: &[&str] = &["secret", "token", "credential"];
pub(super) const KEYS: &[&str] = &["api-key"];
pub(super) const RANDOM: &[&str] = &["random-value"];
pub(super) const HASHES: &[&str] = &["password-hash"];
pub(super) const KUBERNETES: &[&str] = &["kubernetes-secret"];
pub(super) const CLOUD: &[&str] = &[
    "aws-access-key-id",
    "aws-secret-access-key",
    "aws-bedrock-key",
    "google-api-key",
    "google-oauth-token",
    "google-refresh-token",
    "google-client-secret",
    "alibaba-access-key-id",
    "tencent-secret-id",
    "yandex-key",
    "yandex-token",
    "digitalocean-token",
];
pub(super) const WEBHOOKS: &[&str] = &["slack-webhook", "discord-webhook", "teams-webhook"];

const OTHERS: &[&[&str]] = &[
    PRIVATE_KEYS,
    PASSWORDS,
    ADDRESSES,
    SIGNED_TOKENS,
    HEADERS,
    TOKENS,
    KEYS,
    RANDOM,
    HASHES,
    KUBERNETES,
    CLOUD,
    WEBHOOKS,
];

/// Whether a detector's finds are keys of a provider, with no check of their own.
pub(super) fn is_provider(detector: &str) -> bool {
    !OTHERS.iter().any(|known| known.contains(&detector))
}

/// Whether a secret stands in a file of today, and is no data of a person.
pub(super) fn is_present(secret: &Secret) -> bool {
    secret.commit.is_none() && !secret.is_personal
}

/// Reports every present secret of these detectors.
pub(super) fn report(
    check: &'static Check,
    app: &App,
    findings: &mut Findings,
    is_ours: impl Fn(&str) -> bool,
) {
    for secret in app.secrets.iter().filter(|secret| is_present(secret) && is_ours(secret.detector)) {
        findings.push(finding(check, secret));
    }
}

/// A finding at a secret. An example matters least, one in a test little.
pub(super) fn finding(check: &'static Check, secret: &Secret) -> Finding {
    let place = if secret.is_example { ", written as an example" } else { "" };
    let hash = if secret.hash.is_empty() { String::new() } else { format!(", hash {}", secret.hash) };
    let message = format!("`{}` holds {}: `{}`{place}{hash}", secret.path, secret.what, secret.preview);
    check.in_file(secret.path.clone(), secret.at, message).severity(severity(check.severity, secret))
}

fn severity(usual: Severity, secret: &Secret) -> Severity {
    if secret.is_example {
        return Severity::Info;
    }
    let highest = match (secret.in_test, secret.confidence) {
        (true, _) => Severity::Low,
        (false, Confidence::Possible) => Severity::Medium,
        (false, _) => Severity::Critical,
    };
    usual.min(highest)
}
