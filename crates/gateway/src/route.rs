//! From a host, a path and a method to a route.
use crate::config::{self, Config, ConfigError, Mode};
use crate::path::NormalPath;
use http::Method;
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// A route made ready.
#[derive(Debug)]
pub(crate) struct Route {
    /// As configured.
    pub(crate) settings: config::Route,
    /// Its place in [`Routes`]; counters stand in the same place.
    pub(crate) index: usize,
    hosts: Vec<HostPattern>,
    segments: Vec<Segment>,
    /// Ends with `/*`.
    open: bool,
}

/// Every route, in the order of the configuration, and one last for requests that fit none.
#[derive(Debug)]
pub(crate) struct Routes {
    list: Vec<Route>,
}

#[derive(Debug)]
enum HostPattern {
    Exact(String),
    /// `*.example.com`, kept as `.example.com`.
    Below(String),
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// The name of the route for requests that fit none.
pub(crate) const NONE: &str = "none";

impl Routes {
    /// Makes the routes ready.
    pub(crate) fn build(config: &Config) -> Result<Self, ConfigError> {
        let mut names = BTreeSet::new();
        let mut list = Vec::with_capacity(config.route.len() + 1);
        for settings in &config.route {
            let at = format!("route.{}", settings.name);
            if settings.name == NONE || !names.insert(&settings.name) {
                return Err(ConfigError::setting(
                    at,
                    "this name is taken; give every route a name of its own",
                ));
            }
            if !config.upstream.contains_key(&settings.upstream) {
                let message = format!("no upstream is called `{}`; add `[upstream.{0}]`", settings.upstream);
                return Err(ConfigError::setting(at, message));
            }
            let upstream = config.upstream.get(&settings.upstream);
            if settings.grpc && !upstream.is_some_and(|upstream| upstream.http2) {
                let message =
                    format!("gRPC needs HTTP/2: add `http2 = true` to `[upstream.{}]`", settings.upstream);
                return Err(ConfigError::setting(format!("{at}.grpc"), message));
            }
            list.push(Route::new(settings.clone(), list.len())?);
        }
        let none = config::Route { mode: Mode::Block, ..config::Route::named(NONE) };
        list.push(Route::new(none, list.len())?);
        Ok(Self { list })
    }

    /// The first route that fits. `host` in lower case and without port.
    pub(crate) fn find(&self, host: &str, path: &NormalPath, method: &Method) -> Option<&Route> {
        let routes = self.list.get(..self.list.len().saturating_sub(1)).unwrap_or_default();
        routes.iter().find(|route| route.fits(host, path.readable(), method))
    }

    /// The route of requests that fit none; it has no upstream.
    pub(crate) fn none(&self) -> Option<&Route> {
        self.list.last()
    }

    pub(crate) fn all(&self) -> &[Route] {
        &self.list
    }
}

/// A route's name and the parameters that a path gives it.
pub type Fitting = (String, Vec<(String, String)>);

/// The route that a request fits: to explain what a configuration does.
///
/// # Errors
/// Routes that cannot be, a path or a method that is none.
pub fn fitting(
    config: &Config,
    host: &str,
    path: &str,
    method: &str,
) -> Result<Option<Fitting>, ConfigError> {
    let wrong = |what: &str, why: String| ConfigError::setting(what, why);
    let path = crate::path::normalise(path).map_err(|why| wrong("path", why.to_string()))?;
    let method = Method::from_bytes(method.as_bytes()).map_err(|why| wrong("method", why.to_string()))?;
    let routes = Routes::build(config)?;
    let found = routes.find(&host.to_ascii_lowercase(), &path, &method);
    Ok(found.map(|route| {
        let parameters = route.parameters(path.readable());
        let owned = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        (route.settings.name.clone(), owned.collect())
    }))
}

impl Route {
    fn new(settings: config::Route, index: usize) -> Result<Self, ConfigError> {
        let at = format!("route.{}.path", settings.name);
        let Some(path) = settings.path.strip_prefix('/') else {
            return Err(ConfigError::setting(at, "a path begins with `/`"));
        };
        let (path, open) = match path.strip_suffix('*') {
            Some(before) if before.is_empty() || before.ends_with('/') => {
                (before.trim_end_matches('/'), true)
            }
            Some(_) => return Err(ConfigError::setting(at, "`*` stands alone at the end, after `/`")),
            None => (path, false),
        };
        let mut segments = Vec::new();
        for part in path.split('/').filter(|part| !(open && part.is_empty())) {
            let parameter = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            match parameter {
                Some(name) if is_name(name) => segments.push(Segment::Parameter(name.to_owned())),
                Some(_) => {
                    let message = format!(
                        "`{part}` is no parameter, which takes one whole segment (`{{id}}`); for all that follows write `/*` at the end"
                    );
                    return Err(ConfigError::setting(at, message));
                }
                None if part.contains(['{', '}', '*', '?', '#', '%']) => {
                    let message =
                        format!("`{part}` mixes text with a pattern; write whole segments, decoded");
                    return Err(ConfigError::setting(at, message));
                }
                None => segments.push(Segment::Literal(part.to_owned())),
            }
        }
        let hosts = settings.hosts.iter().map(|host| HostPattern::new(host)).collect();
        Ok(Self { settings, index, hosts, segments, open })
    }

    /// Whether every request that fits the other one fits this one, too: behind this one it is never used.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.settings, &other.settings);
        let methods = ours.methods.is_empty()
            || (!theirs.methods.is_empty() && theirs.methods.is_subset(&ours.methods));
        let hosts = ours.hosts.is_empty()
            || (!theirs.hosts.is_empty() && theirs.hosts.iter().all(|host| ours.hosts.contains(host)));
        let fits = |(own, their): (&Segment, &Segment)| match (own, their) {
            (Segment::Parameter(_), Segment::Literal(text)) => !text.is_empty(),
            (Segment::Parameter(_), Segment::Parameter(_)) => true,
            (Segment::Literal(own), Segment::Literal(their)) => own == their,
            (Segment::Literal(_), Segment::Parameter(_)) => false,
        };
        let (own, their) = (self.segments.len(), other.segments.len());
        let length = if self.open { own <= their } else { own == their && !other.open };
        methods && hosts && length && self.segments.iter().zip(&other.segments).all(fits)
    }

    fn fits(&self, host: &str, path: &str, method: &Method) -> bool {
        let methods = &self.settings.methods;
        (methods.is_empty() || methods.contains(method.as_str()))
            && (self.hosts.is_empty() || self.hosts.iter().any(|pattern| pattern.fits(host)))
            && self.fits_path(path)
    }

    fn fits_path(&self, path: &str) -> bool {
        if self.open && self.segments.is_empty() {
            return true;
        }
        let mut parts = path.split('/').skip(1);
        for segment in &self.segments {
            let Some(part) = parts.next() else { return false };
            let fits = match segment {
                Segment::Literal(text) => text == part,
                Segment::Parameter(_) => !part.is_empty(),
            };
            if !fits {
                return false;
            }
        }
        self.open || parts.next().is_none()
    }

    /// The path parameters of a path that fits.
    pub(crate) fn parameters<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.segments.iter().zip(path.split('/').skip(1)).filter_map(|(segment, part)| match segment {
            Segment::Parameter(name) => Some((name.as_str(), part)),
            Segment::Literal(_) => None,
        })
    }

    /// How many bytes of a normal path `strip_prefix` takes away.
    pub(crate) fn prefix<'a>(&self, wire: &'a str) -> &'a str {
        if !self.settings.strip_prefix {
            return "";
        }
        let literal =
            self.segments.iter().take_while(|segment| matches!(segment, Segment::Literal(_))).count();
        let mut end = 0;
        for part in wire.split('/').skip(1).take(literal) {
            end += part.len() + 1;
        }
        wire.get(..end).unwrap_or_default()
    }
}

/// What API Gateway writes as `{proxy+}`, and others as `{*rest}`, is no name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['+', '*', '{', '}', '?', ':'])
}

impl HostPattern {
    fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        match text.strip_prefix('*') {
            Some(rest) if rest.starts_with('.') => Self::Below(rest.to_owned()),
            _ => Self::Exact(text),
        }
    }

    fn fits(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => name == host,
            Self::Below(end) => {
                host.strip_suffix(end.as_str()).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
        }
    }
}
