//! What starts functions: routes of APIs, function URLs, event sources.
use super::functions::arn_in;
use crate::names::Names;
use model::{App, Kind, Node, Relation, Tri, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The kind of a way in, which decides the event and the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WayKind {
    Rest,
    Http,
    Url,
    LoadBalancer,
}

/// One API or function URL: an origin of its own.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// The node.
    pub(crate) name: String,
    pub(crate) kind: WayKind,
    pub(crate) id: String,
    pub(crate) stage: String,
    pub(crate) routes: Vec<Route>,
    pub(crate) cors: Option<Cors>,
    pub(crate) stage_variables: Json,
    /// The answers are streams.
    pub(crate) streamed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// `ANY` for all.
    pub(crate) method: String,
    /// `/orders/{id}`, `/files/{path+}`, `$default`.
    pub(crate) path: String,
    /// Node of the function.
    pub(crate) function: String,
    /// `none`, `iam`, `jwt`, `user-pool`, `custom`, `api-key`.
    pub(crate) auth: String,
    pub(crate) authorizer: Option<Authorizer>,
}

/// How browsers may call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cors {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    /// Headers of answers that code in browsers may read.
    pub(crate) exposed: Vec<String>,
    pub(crate) credentials: bool,
    /// Seconds for which a browser need not ask again.
    pub(crate) max_age: Option<i64>,
}

/// Who is asked about callers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authorizer {
    /// Node of the function of a Lambda authorizer.
    pub(crate) function: Option<String>,
    /// `TOKEN`, `REQUEST`, `JWT`, `COGNITO_USER_POOLS`.
    pub(crate) kind: String,
    /// `Authorization` of `$request.header.Authorization`.
    pub(crate) header: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audiences: Vec<String>,
}

/// Anything else that starts a function.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    /// The graph's word: `queue`, `object-store`, …
    pub(crate) event: String,
    pub(crate) function: String,
    pub(crate) source: Option<String>,
    /// Name of the source in the account.
    pub(crate) source_name: Option<String>,
    pub(crate) batch_size: Option<usize>,
    pub(crate) window_ms: u64,
    pub(crate) partial_failures: bool,
    pub(crate) retries: Option<i64>,
    pub(crate) filter: Json,
    pub(crate) pattern: Json,
    pub(crate) schedule: Option<String>,
    pub(crate) on_failure: Option<String>,
}

/// Kinds of events that are requests.
const HTTP: &[(&str, WayKind)] = &[
    ("rest-api", WayKind::Rest),
    ("http-api", WayKind::Http),
    ("function-url", WayKind::Url),
    ("load-balancer", WayKind::LoadBalancer),
];

fn texts(app: &App, names: &Names, value: Option<&Value>) -> Vec<String> {
    let list = value.map_or(&[][..], Value::one_or_many);
    list.iter()
        .filter_map(|item| names.text(app, item))
        .map(|text| text.trim_matches('\'').to_owned())
        .collect()
}

/// The ways in, APIs first, in template order.
pub(super) fn ways(app: &App, names: &Names) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for trigger in app.all(Kind::Trigger) {
        let Some((_, kind)) = HTTP.iter().find(|(event, _)| trigger.text("event") == Some(*event)) else {
            continue;
        };
        let Some(function) = app.targets(trigger, Relation::Triggers).next() else { continue };
        let api = trigger.attrs.get("api").and_then(Value::first_reference);
        let api = api.and_then(|reference| app.named(&reference.target));
        let url = app.all(Kind::FunctionUrl).find(|url| url.owner == Some(function.id));
        let source = if *kind == WayKind::Url { url } else { api };
        let name = source.map_or(trigger.name.as_str(), |node| node.name.as_str());
        let position = ways.iter().position(|way| way.name == name).unwrap_or_else(|| {
            ways.push(way(app, names, name, *kind, source));
            ways.len() - 1
        });
        let Some(way) = ways.get_mut(position) else { continue };
        let route = Route {
            method: trigger.text("method").unwrap_or("ANY").to_ascii_uppercase().replace('*', "ANY"),
            path: trigger.text("path").map_or("$default".to_owned(), str::to_owned),
            function: function.name.clone(),
            auth: trigger.text("auth").unwrap_or("none").to_owned(),
            authorizer: authorizer(app, names, trigger, source),
        };
        let is_known = way.routes.iter().any(|one| one.method == route.method && one.path == route.path);
        if !is_known {
            way.routes.push(route);
        }
    }
    ways.sort_by_key(|way| way.kind == WayKind::Url);
    ways
}

fn way(app: &App, names: &Names, name: &str, kind: WayKind, source: Option<&Node>) -> Way {
    let list = |attr: &str| texts(app, names, source.and_then(|node| node.attrs.get(attr)));
    let origins = list("cors_origins");
    let cors = (!origins.is_empty()).then(|| Cors {
        origins,
        methods: list("cors_methods"),
        headers: list("cors_headers"),
        exposed: list("cors_exposed"),
        max_age: source.and_then(|node| seconds(node, "cors_max_age")),
        credentials: source
            .is_some_and(|node| node.attrs.get("cors_credentials").map(Value::truth) == Some(Tri::True)),
    });
    let stage_node = source.and_then(|api| app.parts(api, Kind::ApiStage).next());
    let written = source
        .filter(|node| node.kind == Kind::Api)
        .and_then(|node| node.attrs.get("stage_name"))
        .or_else(|| stage_node.and_then(|stage| stage.attrs.get("name")))
        .and_then(|value| names.text(app, value));
    let stage = written.unwrap_or_else(|| if kind == WayKind::Rest { "Prod" } else { "$default" }.to_owned());
    let variables = stage_node.and_then(|stage| stage.attrs.get("variables"));
    Way {
        name: name.to_owned(),
        kind,
        id: source.map_or_else(|| "local".to_owned(), |node| names.id(app, node)),
        stage,
        routes: Vec::new(),
        cors,
        stage_variables: variables.map_or(Json::Null, |value| names.json(app, value)),
        streamed: source
            .filter(|node| node.kind == Kind::FunctionUrl)
            .is_some_and(|node| node.text("invoke_mode") == Some("RESPONSE_STREAM")),
    }
}

/// A number; SAM writes it as a text in single quotes for REST APIs.
fn seconds(node: &Node, attr: &str) -> Option<i64> {
    node.int(attr).or_else(|| node.text(attr)?.trim_matches('\'').parse().ok())
}

fn authorizer(app: &App, names: &Names, trigger: &Node, api: Option<&Node>) -> Option<Authorizer> {
    let auth = trigger.text("auth")?;
    if !["jwt", "user-pool", "custom"].contains(&auth) {
        return None;
    }
    let route = api.into_iter().flat_map(|api| app.parts(api, Kind::ApiRoute)).find(|route| {
        route.text("path") == trigger.text("path")
            && route.text("method").unwrap_or("ANY") == trigger.text("method").unwrap_or("ANY")
    });
    let linked =
        route.and_then(|route| app.targets(route, Relation::Uses).find(|node| node.kind == Kind::Authorizer));
    let of_api = || {
        let api = api?;
        app.all(Kind::Authorizer).find(|node| node.owner == Some(api.id) && fits(node, auth))
    };
    let node = linked.or_else(of_api)?;
    let text = |attr: &str| node.attrs.get(attr).and_then(|value| names.text(app, value));
    let sources = texts(app, names, node.attrs.get("identity_source"));
    let header =
        sources.iter().find_map(|source| source.rsplit_once(".header.").map(|(_, name)| name.to_owned()));
    let function = app.targets(node, Relation::Invokes).find(|node| node.kind == Kind::Function);
    Some(Authorizer {
        function: function.map(|node| node.name.clone()),
        kind: text("type").unwrap_or_default(),
        header,
        issuer: text("issuer").or_else(|| pool_issuer(app, names, node)),
        audiences: texts(app, names, node.attrs.get("audience")),
    })
}

fn pool_issuer(app: &App, names: &Names, node: &Node) -> Option<String> {
    let pool = node.attrs.get("user_pools")?.one_or_many().first()?.first_reference()?;
    names.reference(app, &pool.target, Some("ProviderURL"))
}

fn fits(node: &Node, auth: &str) -> bool {
    let kind = node.text("type").unwrap_or_default().to_ascii_uppercase();
    match auth {
        "jwt" => kind == "JWT",
        "user-pool" => kind == "COGNITO_USER_POOLS",
        _ => kind == "REQUEST" || kind == "TOKEN" || kind.is_empty(),
    }
}

/// Every trigger that is no request.
pub(super) fn triggers(app: &App, names: &Names) -> Vec<Trigger> {
    let is_http = |event: &str| HTTP.iter().any(|(known, _)| *known == event);
    let mut seen = BTreeSet::new();
    app.all(Kind::Trigger)
        .filter(|trigger| trigger.flag_or("enabled", true) != Tri::False)
        .filter_map(|trigger| {
            let event = trigger.text("event").filter(|event| !is_http(event))?;
            let function = app.targets(trigger, Relation::Triggers).next()?;
            let source = trigger.attrs.get("source");
            let node = source.and_then(Value::first_reference).and_then(|one| app.named(&one.target));
            let number = |attr: &str| trigger.int(attr).and_then(|n| usize::try_from(n).ok());
            let json =
                |attr: &str| trigger.attrs.get(attr).map_or(Json::Null, |value| names.json(app, value));
            let arn = source.and_then(|value| arn_in(app, names, value));
            let name_of = |arn: &String| arn.rsplit([':', '/']).next().unwrap_or_default().to_owned();
            let found = Trigger {
                name: trigger.name.clone(),
                event: event.to_owned(),
                function: function.name.clone(),
                source_name: node.map(|node| names.name(app, node)).or_else(|| arn.as_ref().map(name_of)),
                source: arn,
                batch_size: number("batch_size"),
                window_ms: number("batch_window_seconds").map_or(0, |n| n as u64 * 1000),
                partial_failures: trigger.flag("partial_failures") == Tri::True,
                retries: trigger.int("retries"),
                filter: json("filter"),
                pattern: json("pattern"),
                schedule: trigger.text("schedule").map(str::to_owned),
                on_failure: trigger.attrs.get("on_failure").and_then(|value| arn_in(app, names, value)),
            };
            let once =
                (found.event.clone(), found.function.clone(), found.source.clone(), trigger.name.clone());
            seen.insert(once).then_some(found)
        })
        .collect()
}

impl Route {
    /// The path's variables, when the route fits; the second is how good it fits: less is better.
    pub(crate) fn fits(&self, method: &str, path: &str) -> Option<(Vec<(String, String)>, usize)> {
        let any = self.method == "ANY" || self.method.is_empty();
        if !any && self.method != method {
            return None;
        }
        let mut penalty = usize::from(any);
        if self.path == "$default" || self.path == "/*" {
            return Some((Vec::new(), 1_000_000 + penalty));
        }
        let mut variables = Vec::new();
        let mut wanted = self.path.trim_matches('/').split('/');
        let mut given = path.trim_matches('/').split('/').peekable();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some((variables, penalty)),
                (Some(part), Some(text)) if part.starts_with('{') && part.ends_with("+}") => {
                    if text.is_empty() {
                        return None;
                    }
                    let mut rest = vec![text];
                    rest.extend(given.by_ref());
                    variables.push((part.trim_matches(['{', '}', '+']).to_owned(), rest.join("/")));
                    penalty += 10_000;
                }
                (Some(part), Some(text)) if part.starts_with('{') && part.ends_with('}') => {
                    if text.is_empty() {
                        return None;
                    }
                    variables.push((part.trim_matches(['{', '}']).to_owned(), text.to_owned()));
                    penalty += 10;
                }
                (Some(part), Some(text)) if part == text => {}
                _ => return None,
            }
        }
    }
}
