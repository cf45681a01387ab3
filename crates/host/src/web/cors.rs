//! What browsers are told of calls from other origins (the CORS protocol, Fetch standard section 3.2).
use crate::plan::{Cors, WayKind};
use crate::wire::{self, Reply};
use http::{HeaderMap, Method};

/// Whether a browser asks before its request.
pub(super) fn is_preflight(method: &str, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS.as_str()
        && wire::header(headers, "origin").is_some()
        && wire::header(headers, "access-control-request-method").is_some()
}

/// Answers a browser's question. A REST API has one answer for everybody, as its mock integration has; the others know the origin.
pub(super) fn preflight(cors: &Cors, kind: WayKind, origin: Option<&str>) -> Reply {
    let status = if kind == WayKind::Http { 204 } else { 200 };
    let mut reply = wire::reply(status, "application/json", "");
    let shown = match (kind, origin) {
        (WayKind::Rest, _) => Some(cors.origins.first().map_or("*", String::as_str)),
        (_, Some(origin)) => allowed(cors, origin),
        (_, None) => None,
    };
    let Some(shown) = shown else { return reply };
    let or_any = |list: &[String]| if list.is_empty() { "*".to_owned() } else { list.join(",") };
    wire::set(&mut reply, "access-control-allow-origin", shown);
    wire::set(&mut reply, "access-control-allow-methods", &or_any(&cors.methods));
    wire::set(&mut reply, "access-control-allow-headers", &or_any(&cors.headers));
    if let Some(seconds) = cors.max_age {
        wire::set(&mut reply, "access-control-max-age", &seconds.to_string());
    }
    if cors.credentials {
        wire::set(&mut reply, "access-control-allow-credentials", "true");
    }
    reply
}

/// Puts what a browser wants to see on an answer, in the place of what the function said of it.
pub(super) fn answered(reply: &mut Reply, cors: &Cors, origin: &str) {
    for name in ["allow-origin", "allow-credentials", "expose-headers"] {
        reply.headers_mut().remove(format!("access-control-{name}"));
    }
    let Some(shown) = allowed(cors, origin) else { return };
    wire::set(reply, "access-control-allow-origin", shown);
    if cors.credentials {
        wire::set(reply, "access-control-allow-credentials", "true");
    }
    if !cors.exposed.is_empty() {
        wire::set(reply, "access-control-expose-headers", &cors.exposed.join(","));
    }
}

/// The origin as it is told; none when browsers may not call from there. `https://*` stands for every origin of a scheme.
fn allowed<'a>(cors: &Cors, origin: &'a str) -> Option<&'a str> {
    let fits = |one: &String| {
        one == "*"
            || one == origin
            || one.strip_suffix("://*").is_some_and(|scheme| has_scheme(origin, scheme))
    };
    let is_any = cors.origins.iter().any(|one| one == "*");
    cors.origins.iter().any(fits).then_some(if is_any && !cors.credentials { "*" } else { origin })
}

fn has_scheme(origin: &str, scheme: &str) -> bool {
    origin.split_once("://").is_some_and(|(own, _)| own == scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        Cors {
            origins: origins.iter().map(|one| (*one).to_owned()).collect(),
            methods: vec!["GET".to_owned(), "PUT".to_owned()],
            headers: vec!["authorization".to_owned()],
            exposed: vec!["x-total".to_owned()],
            credentials: true,
            max_age: Some(600),
        }
    }

    fn shown<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
        wire::header(reply.headers(), &format!("access-control-{name}"))
    }

    #[test]
    fn one_of_several_origins_is_told() {
        let cors = cors(&["https://a.example", "https://b.example"]);
        let reply = preflight(&cors, WayKind::Http, Some("https://b.example"));
        assert_eq!(shown(&reply, "allow-origin"), Some("https://b.example"));
        assert_eq!(shown(&reply, "allow-methods"), Some("GET,PUT"));
        assert_eq!(shown(&reply, "max-age"), Some("600"));
        assert_eq!(shown(&reply, "allow-credentials"), Some("true"));
        let reply = preflight(&cors, WayKind::Http, Some("https://c.example"));
        assert_eq!(shown(&reply, "allow-origin"), None);
        assert_eq!(shown(&reply, "allow-methods"), None);
    }

    #[test]
    fn what_the_function_said_is_replaced() {
        let mut reply = wire::reply(200, "text/plain", "");
        wire::set(&mut reply, "access-control-allow-origin", "*");
        answered(&mut reply, &cors(&["https://*"]), "http://a.example");
        assert_eq!(shown(&reply, "allow-origin"), None);
        answered(&mut reply, &cors(&["https://*"]), "https://a.example");
        assert_eq!(shown(&reply, "allow-origin"), Some("https://a.example"));
        assert_eq!(shown(&reply, "expose-headers"), Some("x-total"));
    }
}
