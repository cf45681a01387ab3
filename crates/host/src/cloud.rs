//! The local cloud: a moto server that the host starts, or an endpoint that was named; and calls of it by the host itself.
pub(crate) mod create;

use crate::clock;
use crate::runtimes;
use crate::settings::Settings;
use crate::wire::{self, HttpClient};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// Milliseconds that a moto server may take to start, and between looks at it.
const START_MS_MAX: u64 = 60_000;
const LOOK_MS: u64 = 100;
/// Bytes of an answer that the host reads itself.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The local cloud.
#[derive(Debug)]
pub(crate) struct Cloud {
    /// `127.0.0.1:5000`
    pub(crate) authority: String,
    pub(crate) region: String,
    pub(crate) account: String,
    client: HttpClient,
    /// Ends with the host.
    _server: Option<Child>,
}

/// A service's answer that is no success, or none at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CloudError {
    #[error("the local cloud does not answer: {0}")]
    Silent(String),
    #[error("the local cloud answered {status}: {text}")]
    Refused { status: u16, text: String },
}

impl Cloud {
    /// The endpoint that was named.
    pub(crate) fn at(url: &str, settings: &Settings) -> Self {
        let authority = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self {
            authority,
            region: settings.region.clone(),
            account: settings.account.clone(),
            client: wire::client(),
            _server: None,
        }
    }

    /// Starts a moto server and waits until it answers.
    pub(crate) async fn start(settings: &Settings, log: PathBuf) -> Result<Self, String> {
        let (listener, address) = wire::listen(0).await.map_err(|why| why.to_string())?;
        let port = address.port();
        drop(listener);
        let mut command = server(settings)?;
        let file = std::fs::File::create(&log).map_err(|why| format!("{}: {why}", log.display()))?;
        let err = file.try_clone().map_err(|why| why.to_string())?;
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_ACCOUNT_ID", &settings.account)
            .env("MOTO_SQS_URL_ENDPOINT_PATTERN", "path")
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(err)
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|why| format!("moto did not start: {why}"))?;
        let client = wire::client();
        let authority = format!("127.0.0.1:{port}");
        let mut waited = 0;
        loop {
            let url = format!("http://{authority}/moto-api/data.json");
            if let Ok(request) = Request::get(url).body(wire::nothing())
                && client.request(request).await.is_ok()
            {
                break;
            }
            if let Ok(Some(status)) = child.try_wait() {
                #[expect(clippy::disallowed_methods, reason = "moto's own words say why it ended")]
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                let last = said.lines().last().unwrap_or_default().to_owned();
                return Err(format!(
                    "moto ended with {status}: {last}; `pip install 'moto[server]'`, or name an interpreter that has it in `BUCKLER_MOTO`"
                ));
            }
            if waited > START_MS_MAX {
                return Err(format!("moto did not answer within {} s", START_MS_MAX / 1000));
            }
            waited += LOOK_MS;
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        Ok(Self {
            authority,
            region: settings.region.clone(),
            account: settings.account.clone(),
            client,
            _server: Some(child),
        })
    }

    /// Hands a request on.
    pub(crate) async fn send(
        &self,
        request: Request<wire::Body>,
    ) -> Result<http::Response<Bytes>, CloudError> {
        let answer = self.client.request(request).await.map_err(|why| CloudError::Silent(why.to_string()))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|why| CloudError::Silent(why.to_string()))?.to_bytes();
        Ok(http::Response::from_parts(parts, body))
    }

    fn request(&self, service: &str, method: Method, path: &str) -> http::request::Builder {
        let day = clock::iso(clock::now_ms()).get(..10).unwrap_or_default().replace('-', "");
        let credential = format!("AKIABUCKLERHOST/{day}/{}/{service}/aws4_request", self.region);
        Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.authority))
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"),
            )
            .header("x-amz-date", format!("{day}T000000Z"))
    }

    async fn ask(&self, builder: http::request::Builder, body: String) -> Result<Bytes, CloudError> {
        let request = builder.body(wire::whole(body)).map_err(|why| CloudError::Silent(why.to_string()))?;
        let answer = self.send(request).await?;
        let status = answer.status();
        let body = answer.into_body();
        if status.is_success() {
            let end = body.len().min(ANSWER_BYTES_MAX);
            return Ok(body.slice(..end));
        }
        let text = String::from_utf8_lossy(body.get(..500).unwrap_or(&body)).into_owned();
        Err(CloudError::Refused { status: status.as_u16(), text })
    }

    /// A call in one of the JSON protocols: `target` is `AmazonSQS.SendMessage`.
    pub(crate) async fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value, CloudError> {
        let builder = self
            .request(service, Method::POST, "/")
            .header(
                "content-type",
                if service == "sqs" || service == "dynamodb" {
                    "application/x-amz-json-1.0"
                } else {
                    "application/x-amz-json-1.1"
                },
            )
            .header("x-amz-target", target);
        let answer = self.ask(builder, body.to_string()).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// A call in the query protocol.
    pub(crate) async fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        fields: &[(String, String)],
    ) -> Result<String, CloudError> {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let builder = self
            .request(service, Method::POST, "/")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = self.ask(builder, body).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// A call of S3.
    pub(crate) async fn s3(&self, method: Method, path: &str, body: String) -> Result<Bytes, CloudError> {
        self.ask(self.request("s3", method, path), body).await
    }

    /// The key set of a local user pool.
    pub(crate) async fn keys_of(&self, issuer: &str) -> Option<Bytes> {
        let pool = issuer.split_once("cognito-idp.")?.1.rsplit('/').next()?;
        let path = format!("/{pool}/.well-known/jwks.json");
        self.ask(self.request("cognito-idp", Method::GET, &path), String::new()).await.ok()
    }

    /// Puts a message where an ARN says: a queue or a topic.
    pub(crate) async fn deliver(
        &self,
        arn: &str,
        message: &str,
        group: Option<&str>,
    ) -> Result<(), CloudError> {
        let name = arn.rsplit(':').next().unwrap_or_default();
        if arn.contains(":sqs:") {
            let url = format!("http://{}/{}/{name}", self.authority, self.account);
            let mut body = serde_json::json!({"QueueUrl": url, "MessageBody": message});
            if name.ends_with(".fifo")
                && let Some(body) = body.as_object_mut()
            {
                body.insert("MessageGroupId".to_owned(), Value::from(group.unwrap_or("buckler")));
                body.insert("MessageDeduplicationId".to_owned(), Value::from(clock::uuid()));
            }
            self.json("sqs", "AmazonSQS.SendMessage", &body).await?;
        } else if arn.contains(":sns:") {
            let fields =
                [("TopicArn".to_owned(), arn.to_owned()), ("Message".to_owned(), message.to_owned())];
            self.query("sns", "2010-03-31", "Publish", &fields).await?;
        }
        Ok(())
    }
}

fn server(settings: &Settings) -> Result<Command, String> {
    if let Some(named) = &settings.moto {
        let is_script = named.file_name().is_some_and(|name| name == "moto_server");
        let mut command = Command::new(named);
        if !is_script {
            command.args(["-m", "moto.server"]);
        }
        return Ok(command);
    }
    if let Some(script) = runtimes::on_path("moto_server") {
        return Ok(Command::new(script));
    }
    let python = settings.python.clone().or_else(|| runtimes::on_path("python3"));
    let mut command =
        Command::new(python.ok_or("no `python3` is on the PATH for moto; name one in `BUCKLER_MOTO`")?);
    command.args(["-m", "moto.server"]);
    Ok(command)
}

/// Percent-encoding of everything that is not unreserved.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
