//! An application whose answers a test writes, and which counts what it was asked for.
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub(crate) type Request = http::Request<bytes::Bytes>;
pub(crate) type Response = http::Response<String>;

/// An application that runs.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    /// `METHOD target` of each request, in their order.
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
}

impl App {
    /// What it was asked for since the last look.
    pub(crate) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// Starts one.
pub(crate) async fn app(answer: impl Fn(Request) -> Response + Send + Sync + 'static) -> App {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let shared = Arc::clone(&seen);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (seen, answer) = (Arc::clone(&shared), Arc::clone(&answer));
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                    seen.lock().unwrap().push(format!("{} {}", head.method, head.uri));
                    let answered = answer(http::Request::from_parts(head, body));
                    Ok::<_, Infallible>(answered.map(|body| Full::new(bytes::Bytes::from(body))))
                }
            });
            tokio::spawn(async move {
                let served = hyper::server::conn::http1::Builder::new();
                drop(served.serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    App { address, seen }
}

/// An answer with these fields.
pub(crate) fn answer(status: u16, fields: &[(&str, &str)], body: impl Into<String>) -> Response {
    let mut response = http::Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}
