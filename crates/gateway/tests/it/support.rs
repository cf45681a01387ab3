//! A gateway, an upstream that tells what it saw, and clients that say exactly what they are told to.
use bytes::Bytes;
use gateway::{Config, Running};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Long enough for any answer on any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway in front of an upstream.
pub(crate) struct Stage {
    pub(crate) gateway: Running,
    pub(crate) address: SocketAddr,
}

impl Stage {
    /// Starts both. `{app}` in the configuration stands for the upstream's address.
    pub(crate) async fn new(settings: &str) -> Self {
        let upstream = echo().await;
        Self::before(upstream, settings)
    }

    /// A gateway in front of an upstream that runs already.
    pub(crate) fn before(upstream: SocketAddr, settings: &str) -> Self {
        let settings = settings.replace("{app}", &format!("http://{upstream}"));
        let text = format!("workers = 1\n{settings}");
        let config = Config::from_toml(&text, Path::new("")).unwrap();
        let gateway = gateway::start(config).unwrap();
        let address = gateway.addresses()[0];
        Self { gateway, address }
    }

    /// Sends bytes as they are and reads until the gateway closes or `enough` stands in what came.
    pub(crate) async fn raw(&self, bytes: impl AsRef<[u8]>, enough: &str) -> String {
        raw(self.address, bytes, enough).await
    }

    /// An honest request on a connection of its own.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.raw(get(path), NEVER).await;
        (status(&answer), answer)
    }

    /// An honest client is served.
    pub(crate) async fn is_alive(&self) {
        let (status, answer) = self.get("/alive").await;
        assert_eq!(status, 200, "{answer}");
    }
}

/// The same to any address.
pub(crate) async fn raw(address: SocketAddr, bytes: impl AsRef<[u8]>, enough: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    read_until(&mut stream, enough).await
}

/// Stands in no answer: read until the end.
pub(crate) const NEVER: &str = "\u{0}never\u{0}";

/// The simplest settings: everything to the upstream, no rules.
pub(crate) const PLAIN: &str = r#"
[[listen]]
address = "127.0.0.1:0"
[upstream.app]
kind = "http"
addresses = ["{app}"]
[[route]]
name = "all"
upstream = "app"
mode = "off"
"#;

/// A request that closes its connection.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
}

/// The status of the first answer; 0: none.
pub(crate) fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Reads until the end, or until something stands in what came.
pub(crate) async fn read_until(stream: &mut TcpStream, enough: &str) -> String {
    let mut all = Vec::new();
    let read = async {
        let mut piece = [0; 4096];
        loop {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(read) => all.extend_from_slice(&piece[..read]),
            }
            if String::from_utf8_lossy(&all).contains(enough) {
                return;
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, read).await;
    let text = String::from_utf8_lossy(&all).into_owned();
    assert!(ended.is_ok(), "no end after {text:?}");
    text
}

/// An upstream that answers with what it saw: request line, header fields, an empty line, the body.
pub(crate) async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let service = hyper::service::service_fn(saw);
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                drop(served.await);
            });
        }
    });
    address
}

async fn saw(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let mut text = format!("saw {} {} {:?}\n", head.method, head.uri, head.version);
    for (name, value) in &head.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    }
    text.push('\n');
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    text.push_str(&String::from_utf8_lossy(&body));
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    if let Some(wanted) =
        head.uri.path().strip_prefix("/status/").and_then(|status| status.parse::<u16>().ok())
    {
        *answer.status_mut() = http::StatusCode::from_u16(wanted).unwrap();
    }
    answer.headers_mut().insert("content-type", http::HeaderValue::from_static("text/plain"));
    Ok(answer)
}

/// An HTTP/2 client without TLS.
pub(crate) async fn http2(address: SocketAddr) -> hyper::client::conn::http2::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    sender
}
