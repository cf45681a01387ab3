//! HTTP in front of functions: each API and function URL has a port of its own.
//!
//! A request becomes the event of its kind (`event`), the function's answer becomes a response (`answer`), as API Gateway
//! and function URLs do it. Callers are known as the template says (`authorize`).
mod answer;
mod authorize;
mod cors;
pub(crate) mod event;
mod gate;

use crate::clock;
use crate::cloud::Cloud;
use crate::environment::Shared;
use crate::invocation::{Answer, Asked, PAYLOAD_BYTES_MAX};
use crate::plan::{Cors, Route, Way, WayKind};
use crate::pool::Pool;
use crate::talk::Line;
use crate::wire::{self, Reply, Unread};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpListener;

pub(crate) use gate::{Gate, Given, Pools, capacity, request_id};

/// Milliseconds that an API waits for its function.
const API_MS_MAX: u64 = 29_000;
/// Bytes of a request (10 MB at API Gateway, 6 MB at a function URL).
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;

/// One origin.
#[derive(Debug)]
pub(crate) struct Web {
    pub(crate) way: Way,
    pub(crate) pools: Arc<BTreeMap<String, Arc<Pool>>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) cloud: Option<Arc<Cloud>>,
    /// Requests come through a gateway, which names them and tells whose they are.
    pub(crate) fronted: bool,
}

/// An origin that can be replaced by what a changed application says.
#[derive(Debug)]
pub(crate) struct Origin(RwLock<Arc<Web>>);

impl Origin {
    pub(crate) fn new(web: Web) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(web))))
    }

    fn now(&self) -> Arc<Web> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Requests from now on are answered by these routes.
    pub(crate) fn replace(&self, way: Way) {
        let old = self.now();
        let (pools, shared) = (Arc::clone(&old.pools), Arc::clone(&old.shared));
        let web = Web { way, pools, shared, cloud: old.cloud.clone(), fronted: old.fronted };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(web);
    }

    /// Answers until the task is ended.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        wire::serve(listener, move |request| self.now().handle(request)).await;
    }
}

/// A request that was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) id: String,
    /// The address that the request came from.
    pub(crate) client: String,
    pub(crate) time_ms: u64,
    pub(crate) method: String,
    /// As it came, without the stage.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) variables: Vec<(String, String)>,
    /// What an authorizer said.
    pub(crate) identity: Value,
}

impl Web {
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let started = tokio::time::Instant::now();
        let method = request.method().as_str().to_owned();
        let path = request.uri().path().to_owned();
        let origin = wire::header(request.headers(), "origin").map(str::to_owned);
        let id = self.id(request.headers());
        let (mut reply, function) = self.answer(request, &id).await;
        if let (Some(origin), Some(cors)) = (origin, &self.way.cors)
            && self.way.kind != WayKind::Rest
        {
            cors::answered(&mut reply, cors, &origin);
        }
        // As API Gateway and function URLs do: by it an answer is found in the lines of the host.
        wire::set(&mut reply, "x-amzn-requestid", &id);
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = reply.status().as_u16();
        self.shared.talk.say(Line::Request { method, path, function, status, ms, request_id: id });
        reply
    }

    /// As the gateway called it, so that its events and the invocation's are of one request.
    fn id(&self, headers: &HeaderMap) -> String {
        let given = wire::header(headers, "x-request-id").filter(|_| self.fronted);
        given.map_or_else(clock::uuid, request_id)
    }

    /// Who connected to the gateway: the last one that it wrote down.
    fn client(&self, headers: &HeaderMap) -> String {
        let chain = wire::header(headers, "x-forwarded-for").filter(|_| self.fronted);
        let last = chain.and_then(|chain| chain.rsplit(',').next()).map(str::trim);
        last.filter(|last| !last.is_empty()).unwrap_or("127.0.0.1").to_owned()
    }

    async fn answer(&self, request: Request<Incoming>, id: &str) -> (Reply, Option<String>) {
        let path = self.without_stage(request.uri().path()).to_owned();
        let method = request.method().as_str().to_owned();
        // A function URL answers browsers itself; an API does where no route of its own takes the question.
        if let (WayKind::Url, Some(cors)) = (self.way.kind, &self.way.cors)
            && cors::is_preflight(&method, request.headers())
        {
            return (self.preflight(cors, request.headers()), None);
        }
        let Some((route, variables)) = self.route(&method, &path) else {
            return (self.unrouted(&method, request.headers()), None);
        };
        let function = route.function.clone();
        let Some(pool) = self.pools.get(&function) else {
            return (self.unrouted(&method, request.headers()), None);
        };
        let name = Some(pool.function.name.clone());
        let (parts, body) = request.into_parts();
        let limit = if self.way.kind == WayKind::Url { PAYLOAD_BYTES_MAX } else { REQUEST_BYTES_MAX };
        let body = match wire::read(body, limit).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return (message(413, "Request Too Long"), name),
            Err(Unread::Broken) => return (message(400, "Bad Request"), name),
        };
        let mut read = Read {
            id: id.to_owned(),
            client: self.client(&parts.headers),
            time_ms: clock::now_ms(),
            method,
            path,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
            variables,
            identity: Value::Null,
        };
        match self.authorize(route, &read).await {
            Ok(identity) => read.identity = identity,
            Err(reply) => return (*reply, name),
        }
        (self.call(pool, route, &read).await, name)
    }

    async fn call(&self, pool: &Arc<Pool>, route: &Route, read: &Read) -> Reply {
        let event = event::build(&self.way, route, read, &self.shared.settings);
        let asked = Asked {
            payload: event.to_string().into(),
            source: "http".to_owned(),
            trace: wire::header(&read.headers, "x-amzn-trace-id").map(str::to_owned),
            streamed: self.way.streamed,
            request_id: Some(read.id.clone()),
            ..Asked::default()
        };
        let running = pool.invoke(asked);
        let finished = if self.way.kind == WayKind::Url {
            running.await
        } else {
            match tokio::time::timeout(Duration::from_millis(API_MS_MAX), running).await {
                Ok(finished) => finished,
                Err(_) if self.way.kind == WayKind::Rest => {
                    return message(504, "Endpoint request timed out");
                }
                Err(_) => return message(503, "Service Unavailable"),
            }
        };
        let Ok(finished) = finished else {
            let status = if self.way.kind == WayKind::Rest { 500 } else { 503 };
            return message(
                status,
                if status == 500 { "Internal server error" } else { "Service Unavailable" },
            );
        };
        if finished.error.is_none()
            && let Answer::Stream { content_type, pieces } = finished.answer
        {
            return answer::stream(&content_type, pieces).await;
        }
        let (body, error) = finished.whole().await;
        if error.is_some() {
            return self.broken();
        }
        answer::build(&self.way, &body).unwrap_or_else(|| self.broken())
    }

    /// What a caller sees of a function that failed.
    fn broken(&self) -> Reply {
        match self.way.kind {
            WayKind::Rest => message(502, "Internal server error"),
            WayKind::Http => message(500, "Internal Server Error"),
            WayKind::Url => wire::reply(502, "text/plain", "Internal Server Error"),
            WayKind::LoadBalancer => {
                wire::reply(502, "text/html", "<html><body>502 Bad Gateway</body></html>")
            }
        }
    }

    /// The route that fits best.
    fn route(&self, method: &str, path: &str) -> Option<(&Route, Vec<(String, String)>)> {
        let fitting = self.way.routes.iter().filter_map(|route| {
            let (variables, penalty) = route.fits(method, path)?;
            Some((penalty, route, variables))
        });
        fitting.min_by_key(|(penalty, ..)| *penalty).map(|(_, route, variables)| (route, variables))
    }

    /// Paths may begin with the stage's name, as at API Gateway's own address.
    fn without_stage<'a>(&self, path: &'a str) -> &'a str {
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(self.way.stage.as_str()));
        match rest {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }

    fn preflight(&self, cors: &Cors, headers: &HeaderMap) -> Reply {
        cors::preflight(cors, self.way.kind, wire::header(headers, "origin"))
    }

    fn unrouted(&self, method: &str, headers: &HeaderMap) -> Reply {
        if method == Method::OPTIONS.as_str()
            && let Some(cors) = &self.way.cors
        {
            return self.preflight(cors, headers);
        }
        match self.way.kind {
            WayKind::Rest => message(403, "Missing Authentication Token"),
            _ => message(404, "Not Found"),
        }
    }
}

/// API Gateway's own answers.
pub(crate) fn message(status: u16, text: &str) -> Reply {
    wire::json(status, &json!({"message": text}))
}
