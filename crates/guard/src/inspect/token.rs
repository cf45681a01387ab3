//! Tokens: who calls, as far as a signature proves it.
//!
//! Many handlers decode a token and believe it. So where the application has an issuer, whatever stands in `authorization` and
//! looks like a token must be of an issuer that is known, and every token that names such an issuer must hold, wherever it stands.
use super::keys::Issuer;
use super::problem::Problem;
use crate::Layer;
use access::jwt::JwtError;
use access::{Identity, encode};
use policy::{HttpRoute, Treatment};
use waf::event::HttpRequest;

/// Bytes of a text that is looked at as a token.
const TOKEN_BYTES_MAX: usize = 64 << 10;
/// Tokens of one request that are verified.
const TOKENS_MAX: usize = 8;

/// All issuers of an application.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) issuers: Vec<Issuer>,
    pub(super) unknown: Treatment,
}

/// A token that stands where its application reads it.
struct Shown<'a> {
    text: &'a str,
    /// Where the route takes its token, or `authorization`.
    is_main: bool,
}

impl Tokens {
    /// Verifies what a request shows. `now`: seconds since 1970. Gives who calls, and what is only told.
    pub(super) fn check(
        &self,
        http: &HttpRequest,
        route: Option<&HttpRoute>,
        now: u64,
    ) -> Result<(Option<Identity>, Option<Problem>), Problem> {
        let place = route.and_then(|route| route.token.as_deref()).unwrap_or("header:authorization");
        let values = texts(http, place);
        let mut identity = None;
        let mut told = None;
        if self.issuers.is_empty() {
            return Ok((None, None));
        }
        for shown in values.iter().map(|(text, is_main)| Shown { text, is_main: *is_main }).take(TOKENS_MAX) {
            match self.verify(&shown, route, now) {
                Ok(found) => identity = identity.or(found),
                Err(problem) if problem.rule.as_deref() == Some("unknown-token") => match self.unknown {
                    Treatment::Tell => told = Some(problem),
                    Treatment::Mask | Treatment::Refuse => return Err(problem),
                },
                Err(problem) => return Err(problem),
            }
        }
        // An issuer that this function cannot know verifies nothing here; the trigger did.
        let is_ready = |name: &String| self.issuers.iter().any(|issuer| issuer.name == *name);
        let is_wanted = route.is_some_and(|route| route.issuers.iter().any(is_ready));
        if is_wanted && identity.is_none() {
            let reason = format!("the route wants a token in `{place}`, and there is none");
            return Err(Problem::new(Layer::Authentication, 401, reason).rule("token"));
        }
        Ok((identity, told))
    }

    fn verify(
        &self,
        shown: &Shown<'_>,
        route: Option<&HttpRoute>,
        now: u64,
    ) -> Result<Option<Identity>, Problem> {
        let named = issuer_named(shown.text);
        let wanted = route.map(|route| &route.issuers).filter(|names| !names.is_empty());
        let of_issuer = |issuer: &&Issuer| {
            Some(&issuer.url) == named.as_ref()
                && (!shown.is_main || wanted.is_none_or(|names| names.contains(&issuer.name)))
        };
        let mut last: Option<JwtError> = None;
        for issuer in self.issuers.iter().filter(of_issuer) {
            match issuer.verify(shown.text, now) {
                Ok(identity) => return Ok(Some(identity)),
                // Of several settings for one issuer (id tokens, access tokens) the one that came furthest tells why.
                Err(error) => {
                    if last.is_none() || !matches!(error, JwtError::Missing(_) | JwtError::Audience(_)) {
                        last = Some(error);
                    }
                }
            }
        }
        match last {
            Some(error) => {
                let is_mistake = matches!(error, JwtError::Expired { .. } | JwtError::Early { .. });
                let reason = super::problem::shown(&format!("the token does not hold: {error}"));
                let problem = Problem::new(Layer::Authentication, 401, reason).rule("token");
                Err(Problem { hostile: !is_mistake, ..problem }
                    .fact("challenge", "Bearer error=\"invalid_token\""))
            }
            // A token of another issuer in a cookie or a further header is the application's own matter.
            None if !shown.is_main => Ok(None),
            None => {
                let reason = "the token names no issuer that is known, so nobody can verify it";
                Err(Problem::hostile(Layer::Authentication, 401, reason)
                    .rule("unknown-token")
                    .fact("challenge", "Bearer error=\"invalid_token\""))
            }
        }
    }
}

/// Everything in a request that looks like a token.
fn texts(http: &HttpRequest, place: &str) -> Vec<(String, bool)> {
    let (kind, wanted) = place.split_once(':').unwrap_or(("header", place));
    let mut found = Vec::new();
    let mut take = |text: &[u8], is_main: bool| {
        if text.len() <= TOKEN_BYTES_MAX
            && let Ok(text) = std::str::from_utf8(text)
            && let Some(token) = token_of(text)
        {
            found.push((token.to_owned(), is_main));
        }
    };
    for field in http.headers.iter() {
        if field.name.eq_ignore_ascii_case(b"cookie") {
            for pair in field.value.split(|byte| *byte == b';') {
                let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
                let (name, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
                let is_main = kind == "cookie" && name.trim_ascii() == wanted.as_bytes();
                take(value.strip_prefix(b"=").unwrap_or(value), is_main);
            }
            continue;
        }
        let is_main = field.name.eq_ignore_ascii_case(b"authorization")
            || (kind == "header" && field.name.eq_ignore_ascii_case(wanted.as_bytes()));
        take(field.value, is_main);
    }
    if kind == "query"
        && let Some(at) = http.target.iter().position(|byte| *byte == b'?')
    {
        let query = http.target.get(at + 1..).unwrap_or_default();
        for pair in query.split(|byte| *byte == b'&') {
            if let Some(value) = pair.strip_prefix(wanted.as_bytes()).and_then(|rest| rest.strip_prefix(b"="))
            {
                take(value, true);
            }
        }
    }
    // Those that count come first.
    let (mut first, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_main)| *is_main);
    first.extend(others);
    first
}

/// A text that some reader would take for a token: after a scheme, parts with points between, one of which holds an object.
///
/// Readers are generous (missing padding, both alphabets, signs that they skip), so this is, too.
fn token_of(text: &str) -> Option<&str> {
    let text = text.trim();
    let token = match text.split_once([' ', '\t']) {
        Some((scheme, rest)) if !scheme.contains('.') => rest.trim(),
        _ => text,
    };
    let is_object = |part: &str| decoded(part).trim_ascii_start().first() == Some(&b'{');
    (token.contains('.') && token.split('.').take(6).any(is_object)).then_some(token)
}

/// The bytes of a part, as the most generous reader has them.
fn decoded(part: &str) -> Vec<u8> {
    let plain: String = part
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_'))
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    // A last sign alone holds no byte; bits past the last byte do not count.
    let mut text =
        plain.get(..plain.len() - usize::from(plain.len() % 4 == 1)).unwrap_or_default().to_owned();
    if !text.len().is_multiple_of(4) {
        text.push_str("AA".get(..4 - text.len() % 4).unwrap_or_default());
    }
    encode::from_base64url(&text).unwrap_or_default()
}

/// The issuer that a token names, by whichever part says so; nothing of it is believed.
fn issuer_named(token: &str) -> Option<String> {
    token.split('.').take(6).find_map(|part| {
        let bytes = decoded(part);
        // The filling of the last group may have added a byte behind the object.
        let mut objects = serde_json::Deserializer::from_slice(&bytes).into_iter::<serde_json::Value>();
        let claims = objects.next()?.ok()?;
        claims.get("iss")?.as_str().map(str::to_owned)
    })
}
