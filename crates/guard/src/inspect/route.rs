//! Which route of an API a request took.
use policy::HttpRoute;

/// Values of a route's parameters by name, as they were sent.
pub(super) type Parameters = Vec<(String, String)>;

/// The route that fits best: the most literal segments, then a method of its own before `ANY`.
pub(super) fn find<'r>(
    routes: impl Iterator<Item = &'r HttpRoute>,
    method: &str,
    path: &str,
) -> Option<(&'r HttpRoute, Parameters)> {
    let fitting = routes.filter_map(|route| {
        let is_any = matches!(route.method.as_str(), "ANY" | "*" | "");
        if !is_any && !route.method.eq_ignore_ascii_case(method) {
            return None;
        }
        let (literal, parameters) = fits(&route.path, path)?;
        Some(((literal, !is_any), route, parameters))
    });
    fitting.max_by_key(|(rank, _, _)| *rank).map(|(_, route, parameters)| (route, parameters))
}

/// Whether a path fits a pattern: the number of literal segments, and parameters.
fn fits(pattern: &str, path: &str) -> Option<(usize, Parameters)> {
    if pattern == "$default" || pattern == "*" {
        return Some((0, Vec::new()));
    }
    let mut parts = segments(path);
    let (mut literal, mut parameters) = (1, Vec::new());
    for segment in segments(pattern) {
        let parameter = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = parameter.and_then(|name| name.strip_suffix('+')) {
            let rest: Vec<&str> = parts.collect();
            parameters.push((name.to_owned(), rest.join("/")));
            return (!rest.is_empty()).then_some((literal, parameters));
        }
        let part = parts.next()?;
        match parameter {
            Some(name) => parameters.push((name.to_owned(), part.to_owned())),
            None if segment == "*" || segment == part => literal += 1,
            None => return None,
        }
    }
    parts.next().is_none().then_some((literal, parameters))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(path: &str) -> String {
        let route = |method: &str, path: &str| HttpRoute {
            method: method.to_owned(),
            path: path.to_owned(),
            ..HttpRoute::default()
        };
        let routes = [
            route("GET", "/orders/{id}"),
            route("ANY", "/orders/new"),
            route("GET", "/files/{path+}"),
            route("ANY", "$default"),
        ];
        let (found, parameters) = find(routes.iter(), "GET", path).unwrap();
        format!("{} {parameters:?}", found.path)
    }

    #[test]
    fn the_most_literal_route_is_taken() {
        assert_eq!(taken("/orders/17"), r#"/orders/{id} [("id", "17")]"#);
        assert_eq!(taken("/orders/new"), "/orders/new []");
        assert_eq!(taken("/orders/new/"), "/orders/new []");
        assert_eq!(taken("/files/a/b"), r#"/files/{path+} [("path", "a/b")]"#);
        assert_eq!(taken("/files"), "$default []");
        assert_eq!(taken("/else"), "$default []");
    }
}
