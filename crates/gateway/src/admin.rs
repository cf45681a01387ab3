//! The administrator's listener: state, reload, drain, block list, metrics. Every call but the two for probes needs the
//! bearer token whose hash stands in the configuration.
use crate::clock;
use crate::layers::address::{hash, is_secret};
use crate::server::{Phase, Shared};
use crate::state;
use access::block::{Change, List};
use access::shared::SharedBlocks;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use store::StateError;
use tokio::sync::Semaphore;

/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 4 << 20;
/// Connections at once.
const CONNECTIONS_MAX: usize = 64;

/// Serves it until the gateway stops.
pub(crate) async fn serve(shared: Arc<Shared>, socket: std::net::TcpListener) {
    let Ok(socket) = tokio::net::TcpListener::from_std(socket) else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = socket.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        drop(tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(5))
                .max_headers(64)
                .serve_connection(TokioIo::new(stream), service);
            // A client that broke off; there is nobody to tell.
            drop(served.await);
            drop(place);
        }));
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut answer = decide(&shared, request).await;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn decide(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let knows = shared.gate.load().state.as_ref().is_none_or(|state| state.serves());
    let serving = *shared.phase.borrow() == Phase::Serving && knows;
    match path.as_str() {
        "/live" => return told(StatusCode::OK, &json!({"live": true})),
        "/ready" if serving => return told(StatusCode::OK, &json!({"ready": true})),
        "/ready" => return told(StatusCode::SERVICE_UNAVAILABLE, &json!({"ready": false})),
        _ => {}
    }
    if !is_administrator(shared, &request) {
        let mut answer = told(StatusCode::UNAUTHORIZED, &json!({"error": "a bearer token is needed"}));
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return answer;
    }
    let now = clock::now().seconds();
    match (request.method(), path.as_str()) {
        (&Method::GET, "/status") => told(StatusCode::OK, &status(shared)),
        (&Method::GET, "/metrics") => metrics(shared),
        (&Method::POST, "/reload") => match shared.reload_file() {
            None => told(StatusCode::OK, &json!({"reloaded": true})),
            Some(problem) => told(StatusCode::CONFLICT, &json!({"error": problem})),
        },
        (&Method::POST, "/drain") => {
            shared.phase.send_if_modified(|phase| {
                let changes = *phase == Phase::Serving;
                if changes {
                    *phase = Phase::Draining;
                }
                changes
            });
            told(StatusCode::ACCEPTED, &json!({"draining": true}))
        }
        (&Method::GET, "/block") => {
            let gate = shared.gate.load_full();
            let list = |list| gate.stack.block.entries(list, now);
            told(StatusCode::OK, &json!({"block": list(List::Block), "allow": list(List::Allow)}))
        }
        (&Method::POST, "/block") => change(shared, request, now).await,
        _ => told(StatusCode::NOT_FOUND, &json!({"error": "no such call"})),
    }
}

/// Changes of the block list: a JSON list of `{"add": {"list": "block", "entry": {…}}}` and `{"remove": …}`.
async fn change(shared: &Arc<Shared>, request: Request<Incoming>, now: u64) -> Response<Full<Bytes>> {
    let wrong = |error: String| told(StatusCode::BAD_REQUEST, &json!({"error": error}));
    let body = match Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return wrong(error.to_string()),
    };
    let changes: Vec<Change> = match serde_json::from_slice(&body) {
        Ok(changes) => changes,
        Err(error) => return wrong(error.to_string()),
    };
    let count = changes.len();
    let gate = shared.gate.load_full();
    match gate.stack.block.change(changes.clone(), now) {
        Ok(()) => match tell_gateways(gate.state.as_deref(), &changes, now).await {
            Ok(()) => told(StatusCode::OK, &json!({"changed": count})),
            Err(error) => {
                let error = format!("changed here, but perhaps not at other gateways; ask again: {error}");
                told(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": error}))
            }
        },
        Err(error) => wrong(error.to_string()),
    }
}

/// Hands changes on to the other gateways.
async fn tell_gateways(
    state: Option<&state::Shared>,
    changes: &[Change],
    now: u64,
) -> Result<(), StateError> {
    let Some(state) = state else { return Ok(()) };
    for change in changes {
        match change {
            Change::Add { list, entry } => SharedBlocks::add(&*state.state, *list, entry, now).await?,
            Change::Remove { list, entry } => SharedBlocks::remove(&*state.state, *list, entry).await?,
        }
    }
    Ok(())
}

/// Compares hashes in a time that tells nothing.
fn is_administrator(shared: &Shared, request: &Request<Incoming>) -> bool {
    let gate = shared.gate.load();
    let wanted = gate.config.admin.as_ref().and_then(|admin| hash(&admin.token_sha256));
    let given =
        request.headers().get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    match (wanted, given) {
        (Some(wanted), Some(given)) => is_secret(given, &[wanted]),
        _ => false,
    }
}

fn status(shared: &Shared) -> Value {
    let gate = shared.gate.load();
    let now = clock::now().micros / 1000;
    let upstreams: Vec<Value> = gate.stack.upstream.all().map(|upstream| {
        let addresses: Vec<Value> = upstream.addresses.iter().map(|address| {
            json!({"address": address.text, "open": address.health.is_open(now), "running": address.health.running()})
        }).collect();
        json!({"name": upstream.name, "addresses": addresses, "concurrency": load(upstream.places.as_ref().map(|places| places.load()))})
    }).collect();
    let routes: Vec<&str> = gate.config.route.iter().map(|route| route.name.as_str()).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "phase": format!("{:?}", *shared.phase.borrow()).to_ascii_lowercase(),
        "connections": shared.connections(),
        "lost_log_lines": shared.logs.lost(),
        "routes": routes,
        "upstreams": upstreams,
        "concurrency": load(gate.stack.concurrency.load()),
    })
}

/// Requests at once, those that wait, and the limit.
fn load(load: Option<(usize, usize, usize)>) -> Value {
    load.map_or(
        Value::Null,
        |(running, waiting, limit)| json!({"running": running, "waiting": waiting, "limit": limit}),
    )
}

fn metrics(shared: &Shared) -> Response<Full<Bytes>> {
    let now = [
        ("connections_open", shared.connections() as u64),
        ("log_lines_lost", shared.logs.lost()),
        ("spans_lost", shared.spans.lost()),
        ("serving", u64::from(*shared.phase.borrow() == Phase::Serving)),
    ];
    let mut answer = Response::new(Full::new(Bytes::from(shared.metrics.text(&now))));
    let media = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, media);
    answer
}

fn told(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(format!("{value}\n"))));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
