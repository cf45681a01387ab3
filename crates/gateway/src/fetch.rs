//! Requests of our own: keys of issuers, log-ins, certificates, traces. Rare, bounded in time and size, never redirected.
use crate::body::Body;
use crate::config::ConfigError;
use crate::upstream::connect::{self, ClientTls};
use access::{Answer, Ask};
use http::{HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::sync::OnceLock;
use std::time::Duration;

/// For everything: name, connection, request, answer.
const TIME: Duration = Duration::from_secs(8);

/// Sends a request and reads its answer whole.
///
/// # Errors
/// Why there is no answer, in words that hold no secret.
pub(crate) async fn fetch(ask: Ask) -> Result<Answer, String> {
    // Boxed: it is rare, and must not make the memory of every request larger that could ask for something.
    match tokio::time::timeout(TIME, Box::pin(send(ask))).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", TIME.as_secs())),
    }
}

fn tls() -> Result<ClientTls, String> {
    static TLS: OnceLock<Result<ClientTls, String>> = OnceLock::new();
    TLS.get_or_init(|| ClientTls::of_system("fetch").map_err(|error: ConfigError| error.to_string())).clone()
}

async fn send(ask: Ask) -> Result<Answer, String> {
    let host = ask.url.host_str().ok_or("the address has no host")?.trim_matches(['[', ']']).to_owned();
    let port = ask.url.port_or_known_default().ok_or("the address has no port")?;
    let tls = match ask.url.scheme() {
        "https" => Some(tls()?),
        "http" => None,
        other => return Err(format!("`{other}` is neither http nor https")),
    };
    let line = connect::open(&host, port, tls.as_ref()).await.map_err(|error| error.to_string())?;
    let (mut sender, driver) =
        http1::handshake::<_, Body>(TokioIo::new(line)).await.map_err(|error| error.to_string())?;
    drop(tokio::spawn(driver));
    let target = match ask.url.query() {
        Some(query) => format!("{}?{query}", ask.url.path()),
        None => ask.url.path().to_owned(),
    };
    let authority = match ask.url.port() {
        Some(port) => format!("{}:{port}", ask.url.host_str().unwrap_or_default()),
        None => ask.url.host_str().unwrap_or_default().to_owned(),
    };
    let mut request = Request::builder()
        .method(Method::from_bytes(ask.method.as_bytes()).map_err(|error| error.to_string())?)
        .uri(target)
        .header("host", authority)
        .header("user-agent", HeaderValue::from_static("buckler"));
    for (name, value) in &ask.headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::of(ask.body.into(), None)).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let (head, body) = answer.into_parts();
    let mut body = Body::stream(body.map_err(crate::body::BodyError::from));
    let bytes = body.whole(ask.answer_bytes_max).await.map_err(|error| error.to_string())?;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    Ok(Answer { status: head.status.as_u16(), headers, body: bytes.to_vec() })
}
