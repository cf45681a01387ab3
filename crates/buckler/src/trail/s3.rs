//! Records in a bucket, in CloudTrail's standard layout or any other.
//!
//! Credentials come from the environment, as every AWS tool takes them; only listing and reading is asked for.
#![expect(clippy::disallowed_methods, reason = "the variables of AWS tools are read here")]
use std::time::Duration;

use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};
use ureq::Agent;

use super::{FILE_BYTES_MAX, FILES_MAX, Reader};
use crate::commands::CommandError;

/// How long an address signed by us is good for.
const SIGNED: Duration = Duration::from_secs(300);
/// One request.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes of one page of a listing.
const PAGE_BYTES_MAX: u64 = 16 << 20;

/// Gives every file below `BUCKET/PREFIX` to the reader.
pub(super) fn each(address: &str, reader: &mut Reader<'_>) -> Result<(), CommandError> {
    let failed = |why: String| CommandError::Read { path: format!("s3://{address}").into(), why };
    let store = Store::open(address).map_err(failed)?;
    let mut next: Option<String> = None;
    loop {
        let page = store.page(next.as_deref()).map_err(failed)?;
        for object in &page.contents {
            let name = format!("s3://{}/{}", store.bucket.name(), object.key);
            if reader.wants(&object.key) {
                match store.object(&object.key) {
                    Ok(bytes) => reader.file(&name, &bytes),
                    Err(why) => reader.tell(&name, &why),
                }
            }
        }
        next = page.next_continuation_token;
        if next.is_none() {
            return Ok(());
        }
        if reader.files >= FILES_MAX {
            let why = format!("only the first {FILES_MAX} files were read");
            reader.tell(&format!("s3://{address}"), &why);
            return Ok(());
        }
    }
}

struct Store {
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    agent: Agent,
}

impl Store {
    fn open(address: &str) -> Result<Self, String> {
        let (name, prefix) = address.split_once('/').unwrap_or((address, ""));
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let credentials = match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
            (Some(key), Some(secret)) => match variable("AWS_SESSION_TOKEN") {
                Some(token) => Credentials::new_with_token(key, secret, token),
                None => Credentials::new(key, secret),
            },
            _ => {
                let how = "`aws configure export-credentials --format env` prints them";
                return Err(format!("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; {how}"));
            }
        };
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let own = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        let endpoint = own.clone().unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        // A bucket's name with dots fits no certificate, and an endpoint of one's own has seldom a name for each bucket.
        let style = if own.is_some() || name.contains('.') { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = endpoint.parse().map_err(|why| format!("`{endpoint}` is no address: {why}"))?;
        let bucket = Bucket::new(endpoint, style, name.to_owned(), region)
            .map_err(|why| format!("`{name}` is no bucket: {why}"))?;
        let config = Agent::config_builder().tls_config(crate::http::tls()).timeout_global(Some(TIMEOUT));
        let agent = Agent::new_with_config(config.http_status_as_error(false).build());
        Ok(Self { bucket, credentials, prefix: prefix.to_owned(), agent })
    }

    fn page(&self, next: Option<&str>) -> Result<rusty_s3::actions::ListObjectsV2Response, String> {
        let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
        action.with_prefix(self.prefix.as_str());
        if let Some(next) = next {
            action.with_continuation_token(next);
        }
        let bytes = self.get(action.sign(SIGNED).as_str(), PAGE_BYTES_MAX)?;
        let text = String::from_utf8(bytes).map_err(|_| "the list is no text".to_owned())?;
        ListObjectsV2::parse_response(&text).map_err(|why| format!("the list is not understood: {why}"))
    }

    fn object(&self, key: &str) -> Result<Vec<u8>, String> {
        let action = self.bucket.get_object(Some(&self.credentials), key);
        self.get(action.sign(SIGNED).as_str(), FILE_BYTES_MAX)
    }

    fn get(&self, address: &str, bytes_max: u64) -> Result<Vec<u8>, String> {
        // A signed address is a secret for as long as it is good: errors must not repeat it.
        let asked = self.agent.get(address).call();
        let mut response = asked.map_err(|why| match why {
            ureq::Error::BadUri(_) => "the address is wrong".to_owned(),
            other => other.to_string(),
        })?;
        let status = response.status();
        let body = response.body_mut().with_config().limit(bytes_max).read_to_vec();
        if status.is_success() {
            return body.map_err(|why| why.to_string());
        }
        let text = String::from_utf8_lossy(&body.unwrap_or_default()).into_owned();
        let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        let code = code.map_or_else(String::new, |(code, _)| format!(" {code}"));
        Err(format!("the store answered {}{code}", status.as_u16()))
    }
}
