//! Keys without a public prefix: the name tells the provider, the shape confirms it.
use crate::engine::Detector;
use crate::view::contains;

#[derive(Debug)]
struct Vendor {
    /// A part of the name, in small letters.
    word: &'static str,
    /// Lengths that its keys have.
    lengths: &'static [usize],
    symbols: fn(u8) -> bool,
    detector: Detector,
}

const fn vendor(
    word: &'static str,
    lengths: &'static [usize],
    symbols: fn(u8) -> bool,
    id: &'static str,
    what: &'static str,
) -> Vendor {
    Vendor { word, lengths, symbols, detector: Detector::secret(id, what, 50) }
}

fn hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=')
}

fn uuid(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b'-'
}

static VENDORS: &[Vendor] = &[
    vendor("aws", &[40], base64, "aws-secret-access-key", "an AWS secret access key"),
    vendor("secret_access", &[40], base64, "aws-secret-access-key", "an AWS secret access key"),
    vendor("secretaccess", &[40], base64, "aws-secret-access-key", "an AWS secret access key"),
    vendor("secretkey", &[40], base64, "aws-secret-access-key", "an AWS secret access key"),
    vendor("accountkey", &[88], base64, "azure-storage-key", "an Azure storage key"),
    vendor("datadog", &[32, 40], hex, "datadog-key", "a Datadog key"),
    vendor("dd_api", &[32], hex, "datadog-key", "a Datadog key"),
    vendor("dd_app", &[40], hex, "datadog-key", "a Datadog key"),
    vendor("heroku", &[36], uuid, "heroku-api-key", "a Heroku API key"),
    vendor("cloudflare", &[37, 40], url, "cloudflare-token", "a Cloudflare token"),
    vendor("cf_api", &[37, 40], url, "cloudflare-token", "a Cloudflare token"),
    vendor("fastly", &[32], url, "fastly-token", "a Fastly token"),
    vendor("algolia", &[32], hex, "algolia-key", "an Algolia key"),
    vendor("twilio", &[32], hex, "twilio-auth-token", "a Twilio token"),
    vendor("okta", &[42], url, "okta-token", "an Okta token"),
    vendor("auth0", &[64], url, "auth0-client-secret", "an Auth0 client secret"),
    vendor("facebook", &[32], hex, "facebook-app-secret", "a Facebook app secret"),
    vendor("twitter", &[25, 35, 45, 50], alnum, "twitter-key", "a Twitter key"),
    vendor("github", &[40], hex, "github-token", "a GitHub token"),
    vendor("gitlab", &[20], url, "gitlab-token", "a GitLab token"),
    vendor("bitbucket", &[32, 44], url, "bitbucket-secret", "a Bitbucket secret"),
    vendor("jira", &[24], alnum, "atlassian-token", "an Atlassian token"),
    vendor("confluence", &[24], alnum, "atlassian-token", "an Atlassian token"),
    vendor("mailchimp", &[36], url, "mailchimp-key", "a Mailchimp key"),
    vendor("pagerduty", &[20], url, "pagerduty-key", "a PagerDuty key"),
    vendor("dropbox", &[15], alnum, "dropbox-secret", "a Dropbox app secret"),
    vendor("linkedin", &[14, 16], alnum, "linkedin-secret", "a LinkedIn secret"),
    vendor("paypal", &[80], url, "paypal-secret", "a PayPal secret"),
    vendor("snyk", &[36], uuid, "snyk-token", "a Snyk token"),
    vendor("sonar", &[40], hex, "sonar-token", "a Sonar token"),
    vendor("travis", &[22], url, "travis-token", "a Travis CI token"),
    vendor("circle", &[40], hex, "circleci-token", "a CircleCI token"),
    vendor("netlify", &[40, 43, 46], url, "netlify-token", "a Netlify token"),
    vendor("vercel", &[24], alnum, "vercel-token", "a Vercel token"),
    vendor("codecov", &[36, 32], uuid, "codecov-token", "a Codecov token"),
    vendor("asana", &[32], hex, "asana-secret", "an Asana secret"),
    vendor("trello", &[32, 64], hex, "trello-key", "a Trello key"),
    vendor("spotify", &[32], hex, "spotify-secret", "a Spotify client secret"),
    vendor("plaid", &[30], hex, "plaid-secret", "a Plaid secret"),
    vendor("intercom", &[60], url, "intercom-token", "an Intercom token"),
    vendor("zendesk", &[40], alnum, "zendesk-token", "a Zendesk token"),
    vendor("alchemy", &[32], url, "alchemy-key", "an Alchemy key"),
    vendor("infura", &[32], hex, "infura-key", "an Infura key"),
    vendor("binance", &[64], alnum, "binance-key", "a Binance key"),
    vendor("coinbase", &[64], url, "coinbase-key", "a Coinbase key"),
    vendor("etherscan", &[34], alnum, "etherscan-key", "an Etherscan key"),
    vendor("mistral", &[32], alnum, "mistral-key", "a Mistral key"),
    vendor("cohere", &[40], alnum, "cohere-key", "a Cohere key"),
    vendor("deepgram", &[40], hex, "deepgram-key", "a Deepgram key"),
    vendor("elevenlabs", &[32], hex, "elevenlabs-key", "an ElevenLabs key"),
    vendor("openweather", &[32], hex, "openweather-key", "an OpenWeather key"),
];

/// The provider's detector, when the name and the value's shape are its own.
pub(crate) fn detector(name: &[u8], value: &[u8]) -> Option<&'static Detector> {
    let fits = |vendor: &&Vendor| {
        vendor.lengths.contains(&value.len())
            && contains(name, vendor.word.as_bytes())
            && value.iter().all(|byte| (vendor.symbols)(*byte))
            && value.iter().any(u8::is_ascii_digit)
    };
    VENDORS.iter().find(fits).map(|vendor| &vendor.detector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_and_the_shape_must_both_fit() {
        let hex = b"0123456789abcdef0123456789abcdef";
        assert_eq!(detector(b"DATADOG_API_KEY", hex).map(|found| found.id), Some("datadog-key"));
        assert!(detector(b"OTHER_API_KEY", hex).is_none());
        assert!(detector(b"DATADOG_API_KEY", b"short").is_none());
    }
}
