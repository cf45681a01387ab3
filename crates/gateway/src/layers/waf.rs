//! What rules find: the inspection engine, in its phases.
use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError, Mode};
use crate::exchange::{Answer, Decision, Exchange, Flow, is_endless_type, plain};
use crate::logs;
use crate::server::DropConnection;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, LOCATION};
use http::{StatusCode, Version};
use refused::Told;
use serde::Deserialize;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use waf::rule::EngineMode;
use waf::{Disruption, Fields, Plan, Transaction, Verdict};

pub(super) mod decode;
mod memory;
mod refused;
mod rules;
pub(crate) mod shared;

pub(crate) use refused::RefusedHead;
pub(crate) use rules::read as read_file;

/// Settings of the layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Files in SecLang (`*` stands for many), folders of them, or a folder of the Core Rule Set, in order; empty: the rules of ours.
    pub rules: Vec<PathBuf>,
    /// The rules of ours after the others.
    pub own: bool,
    /// The Core Rule Set's paranoia level, 1 to 4, where not its own default.
    pub paranoia: Option<u8>,
    /// Variables of the rules (`tx.NAME`) that are set before any rule.
    pub variables: BTreeMap<String, String>,
    /// Off: no rule is asked anywhere.
    pub on: bool,
    /// Obeys `SecRuleEngine` of the rules instead of the routes' `mode`.
    pub engine_of_rules: bool,
    /// Problems of rules that are not fatal are accepted.
    pub lenient: bool,
    /// Members of persistent collections (`initcol`) that are kept in memory.
    pub collections_max: usize,
    /// Collections are counted by all gateways that share `[state]`, not by each alone.
    pub collections_shared: bool,
    /// What to do with an answer whose body is larger than the rules look at, or whose encoding cannot be read.
    pub unread_answer: Unread,
    /// Requests in a second that are refused for their shape and that rules look at all the same, so that an attack is told; past
    /// them, requests of that kind are only refused and counted.
    pub refused_per_second_max: u32,
    /// The body of answers to blocked requests, as a file.
    pub page: Option<PathBuf>,
    /// Its media type.
    pub page_type: String,
}

/// A body that cannot be inspected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// Its beginning is inspected, the rest passes.
    #[default]
    Pass,
    /// 502
    Refuse,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            own: false,
            paranoia: None,
            variables: BTreeMap::new(),
            on: true,
            engine_of_rules: false,
            lenient: false,
            collections_max: 100_000,
            collections_shared: false,
            unread_answer: Unread::default(),
            refused_per_second_max: 100,
            page: None,
            page_type: "text/html; charset=utf-8".to_owned(),
        }
    }
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Waf {
    /// For routes that block.
    block: Option<Arc<Plan>>,
    /// For routes that only detect.
    detect: Option<Arc<Plan>>,
    persistence: Arc<memory::Memory>,
    unread_answer: Unread,
    page: Option<(bytes::Bytes, HeaderValue)>,
    sources: rules::Sources,
    refused_per_second_max: u32,
    budget: refused::Budget,
}

impl Layer for Waf {
    const NAME: &'static str = "waf";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = &config.waf;
        let persistence = match before {
            Some(before) => {
                let is_shared = settings.on && settings.collections_shared;
                if before.persistence.out.get().is_some() != is_shared {
                    let message = "changes with a restart only";
                    return Err(ConfigError::setting("waf.collections-shared", message));
                }
                before.persistence.set_most(settings.collections_max);
                Arc::clone(&before.persistence)
            }
            None => Arc::new(memory::Memory::new(settings.collections_max)),
        };
        let page = match &settings.page {
            Some(path) => {
                let path = config.path(path);
                let bytes =
                    rules::read(&path).map_err(|error| ConfigError::file("waf.page", &path, error))?;
                let media = HeaderValue::from_str(&settings.page_type)
                    .map_err(|_| ConfigError::setting("waf.page-type", "is no header value"))?;
                Some((bytes::Bytes::from(bytes), media))
            }
            None => None,
        };
        let has = |mode| config.route.iter().any(|route| route.mode == mode);
        let wanted = rules::Wanted {
            block: settings.on && has(Mode::Block),
            detect: settings.on && has(Mode::Detect),
        };
        let before = before.map(|before| (&before.sources, &before.block, &before.detect));
        let (sources, block, detect) = rules::plans(config, wanted, before)?;
        // Both are made of the same rules.
        if let Some(plan) = block.as_ref().or(detect.as_ref()) {
            persistence.set_lives(plan.collection_seconds());
        }
        Ok(Self {
            block,
            detect,
            persistence,
            unread_answer: settings.unread_answer,
            page,
            sources,
            refused_per_second_max: settings.refused_per_second_max,
            budget: refused::Budget::default(),
        })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let waf = &exchange.gate.stack.waf;
        let plan = match exchange.route.settings.mode {
            Mode::Off => None,
            Mode::Detect => waf.detect.as_ref(),
            Mode::Block => waf.block.as_ref(),
        };
        let Some(plan) = plan else { return Flow::Continue(()) };
        let mut transaction = begin(exchange, plan, &*waf.persistence);
        let verdict = head(&mut transaction, exchange);
        if let Verdict::Disrupt(disruption) = verdict {
            exchange.waf = Some(transaction);
            return self.block(exchange, &disruption);
        }
        let mut parameters = Fields::default();
        for (name, value) in exchange.route.parameters(exchange.path.readable()) {
            parameters.push(name.as_bytes(), value.as_bytes());
        }
        if !parameters.is_empty() {
            transaction.arguments(&parameters);
        }
        let body = match exchange.body {
            Body::Empty => Some(bytes::Bytes::new()),
            _ => match exchange.whole_body(Self::NAME).await {
                ControlFlow::Continue(body) => body,
                ControlFlow::Break(answer) => {
                    // The body cannot be had; the rules still see the rest, and what they found is told.
                    exchange.note_verdict(transaction.request_body(&[]));
                    exchange.waf = Some(transaction);
                    return Flow::Break(answer);
                }
            },
        };
        let Some(body) = body else {
            // A stream that may never end: heads only, and told.
            exchange.waf = Some(transaction);
            exchange.uninspected = Some("a streamed request body");
            return Flow::Continue(());
        };
        let most = plan.request_body_bytes_max();
        let verdict = match decode::decode(&exchange.head.headers, &body, most) {
            Ok(plain) => transaction.request_body(plain.get(..plain.len().min(most)).unwrap_or_default()),
            Err(problem) => {
                exchange.waf = Some(transaction);
                if exchange.route.settings.mode == Mode::Detect {
                    exchange.note(Self::NAME, problem.to_string());
                    return Flow::Continue(());
                }
                return exchange.refuse(Self::NAME, StatusCode::UNSUPPORTED_MEDIA_TYPE, problem.to_string());
            }
        };
        exchange.waf = Some(transaction);
        match verdict {
            Verdict::Pass => Flow::Continue(()),
            Verdict::Disrupt(disruption) => self.block(exchange, &disruption),
        }
    }

    async fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        if exchange.answered_by != super::upstream::Upstream::NAME {
            return;
        }
        let Some(mut transaction) = exchange.waf.take() else { return };
        let verdict = with_fields(answer.headers(), Version::HTTP_11, None, |headers| {
            transaction.response(&waf::Response {
                status: answer.status().as_u16(),
                protocol: logs::protocol(exchange.head.version).as_bytes(),
                headers,
            })
        });
        let media = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let plan = if exchange.route.settings.mode == Mode::Detect { &self.detect } else { &self.block };
        let wanted = plan.as_ref().filter(|plan| plan.wants_response_body(media));
        let verdict = match (verdict, wanted) {
            (Verdict::Disrupt(disruption), _) => Verdict::Disrupt(disruption),
            (Verdict::Pass, None) => Verdict::Pass,
            (Verdict::Pass, Some(_))
                if is_endless_type(media)
                    || exchange.route.settings.streamed
                    || answer.status() == StatusCode::SWITCHING_PROTOCOLS =>
            {
                exchange.uninspected = Some("a streamed response body");
                Verdict::Pass
            }
            (Verdict::Pass, Some(plan)) => {
                match self
                    .answer_body(exchange, &mut transaction, answer, plan.response_body_bytes_max())
                    .await
                {
                    Ok(verdict) => verdict,
                    Err(refused) => {
                        exchange.waf = Some(transaction);
                        *answer = refused;
                        return;
                    }
                }
            }
        };
        exchange.waf = Some(transaction);
        let Verdict::Disrupt(disruption) = verdict else { return };
        if let Flow::Break(blocked) = self.block(exchange, &disruption) {
            *answer = blocked;
        }
    }
}

impl Waf {
    /// Counts together with other gateways, where the owner says so.
    pub(crate) fn share(
        &mut self,
        config: &Config,
        state: Option<&Arc<crate::state::Shared>>,
    ) -> Result<(), ConfigError> {
        let wanted = config.waf.collections_shared && config.waf.on;
        if wanted && state.is_none() {
            let message = "needs a section `[state]`; add it, or leave this out";
            return Err(ConfigError::setting("waf.collections-shared", message));
        }
        if wanted {
            self.persistence.out.get_or_init(Arc::default);
        }
        Ok(())
    }

    /// Where changes of collections wait for the store.
    fn outbox(&self) -> Option<&Arc<shared::Outbox>> {
        self.persistence.out.get()
    }

    fn memory(&self) -> &memory::Memory {
        &self.persistence
    }

    /// Phase 4: the body, or its beginning when it is longer than the rules look at.
    async fn answer_body(
        &self,
        exchange: &mut Exchange<'_>,
        transaction: &mut Transaction<'_>,
        answer: &mut Answer,
        most: usize,
    ) -> Result<Verdict, Answer> {
        let (start, whole) = match answer.body_mut().start(most).await {
            Ok(start) => start,
            Err(error) => {
                exchange.note(Self::NAME, format!("the answer broke off: {error}"));
                exchange.answered_by = "upstream-failed";
                return Err(plain(StatusCode::BAD_GATEWAY));
            }
        };
        let plain_start = decode::decode(answer.headers(), &start, most);
        let unread = match &plain_start {
            Ok(_) if whole => None,
            Ok(_) => Some("an answer longer than the rules look at".to_owned()),
            Err(_) if !whole && answer.headers().contains_key(CONTENT_ENCODING) => {
                Some("an encoded answer longer than the rules look at".to_owned())
            }
            Err(problem) => Some(problem.to_string()),
        };
        if let Some(reason) = unread {
            exchange.uninspected = Some("a part of the response body");
            if self.unread_answer == Unread::Refuse && exchange.route.settings.mode == Mode::Block {
                return match exchange.refuse(Self::NAME, StatusCode::BAD_GATEWAY, reason) {
                    Flow::Break(refused) => Err(refused),
                    Flow::Continue(()) => Ok(Verdict::Pass),
                };
            }
        }
        Ok(match plain_start {
            Ok(plain) => transaction.response_body(plain.get(..plain.len().min(most)).unwrap_or_default()),
            Err(_) => transaction.response_body(&[]),
        })
    }

    fn block(&self, exchange: &mut Exchange<'_>, disruption: &Disruption) -> Flow {
        exchange.decisions.push(Decision {
            layer: Self::NAME,
            reason: format!("rule {}", disruption.rule),
            refused: true,
            rules: vec![disruption.rule],
        });
        let status = StatusCode::from_u16(disruption.status).unwrap_or(StatusCode::FORBIDDEN);
        let mut answer = plain(status);
        if let Some((page, media)) = &self.page {
            *answer.body_mut() = Body::Full(page.clone());
            answer.headers_mut().insert(CONTENT_TYPE, media.clone());
        }
        if let Some(Ok(location)) = disruption.location.as_deref().map(HeaderValue::from_str) {
            if !status.is_redirection() {
                *answer.status_mut() = StatusCode::FOUND;
            }
            answer.headers_mut().insert(LOCATION, location);
        }
        if disruption.drop {
            answer.extensions_mut().insert(DropConnection);
        }
        exchange.answer(Self::NAME, answer)
    }

    /// The last phase, and the log of matches.
    pub(crate) fn finish(&self, exchange: &mut Exchange<'_>) {
        let Some(mut transaction) = exchange.waf.take() else { return };
        transaction.finish();
        if let Some(disruption) = transaction.would_disrupt() {
            exchange.decisions.push(Decision {
                layer: Self::NAME,
                reason: format!("rule {} would have blocked", disruption.rule),
                refused: false,
                rules: vec![disruption.rule],
            });
        }
        let target = target(exchange);
        let told = Told {
            shared: exchange.shared,
            micros: exchange.moment.micros,
            id: &exchange.id,
            client: exchange.client,
            route: &exchange.route.settings.name,
            target: &target,
        };
        told.write(&transaction);
    }
}

fn begin<'g>(
    exchange: &Exchange<'_>,
    plan: &'g Plan,
    persistence: &'g dyn waf::Persistence,
) -> Transaction<'g> {
    let client = waf::Client {
        address: exchange.client,
        port: exchange.connection.peer.port(),
        server_address: exchange.connection.local.ip().to_canonical(),
        server_port: exchange.connection.local.port(),
        id: exchange.id.clone(),
        now_micros: exchange.moment.micros,
    };
    Transaction::new(plan, &client, persistence)
}

/// The request's head through the rules.
fn head(transaction: &mut Transaction<'_>, exchange: &Exchange<'_>) -> Verdict {
    let head = &exchange.head;
    with_fields(&head.headers, head.version, head.uri.host(), |headers| {
        transaction.request(&waf::Request {
            method: head.method.as_str().as_bytes(),
            target: target(exchange).as_bytes(),
            protocol: logs::protocol(head.version).as_bytes(),
            headers,
        })
    })
}

/// The target as it stood in the request line: with scheme and host only where HTTP/1 said them.
fn target<'e>(exchange: &'e Exchange<'_>) -> Cow<'e, str> {
    let uri = &exchange.head.uri;
    if exchange.head.version < Version::HTTP_2 && uri.authority().is_some() {
        return Cow::Owned(uri.to_string());
    }
    Cow::Borrowed(uri.path_and_query().map_or("/", |target| target.as_str()))
}

/// Fields up to this many stay as memory for the next request of the thread.
const FIELDS_KEPT_MAX: usize = 128;

/// Gives header fields as the engine reads them, in memory that the requests of a thread share.
fn with_fields<T>(
    headers: &HeaderMap,
    version: Version,
    authority: Option<&str>,
    read: impl FnOnce(&Fields) -> T,
) -> T {
    thread_local!(static KEPT: Cell<Fields> = Cell::default());
    let mut fields = KEPT.take();
    fill(&mut fields, headers, version, authority);
    let given = read(&fields);
    if headers.len() <= FIELDS_KEPT_MAX && headers.values().map(HeaderValue::len).sum::<usize>() <= 8 << 10 {
        fields.clear();
        KEPT.set(fields);
    }
    given
}

/// HTTP/2 names the host elsewhere; rules look for `Host`.
fn fill(fields: &mut Fields, headers: &HeaderMap, version: Version, authority: Option<&str>) {
    if let (Version::HTTP_2, Some(host)) = (version, authority)
        && !headers.contains_key(HOST)
    {
        fields.push(b"Host", host.as_bytes());
    }
    for (name, value) in headers {
        fields.push_with(|buffer| {
            spell(name.as_str(), buffer);
            let middle = buffer.len();
            buffer.extend_from_slice(value.as_bytes());
            middle
        });
    }
}

/// A header's name as people write it (`User-Agent`): the HTTP library keeps names in lower case, and logs and exclusions are read
/// by people. Case says nothing (RFC 9110, section 5.1).
fn spell(name: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(name.as_bytes());
    let mut begins = true;
    for byte in out.get_mut(start..).unwrap_or_default() {
        if begins {
            byte.make_ascii_uppercase();
        }
        begins = *byte == b'-';
    }
}

/// Whether the plan of a rule set is one that blocks, as its own files say.
fn blocks(plan: &Plan) -> bool {
    plan.engine() == EngineMode::On
}
