//! Requests and events that are too much: oversized, deeply nested, with long names or very many of them.
//!
//! They are made when they are sent: a plan holds none of their bytes.
use crate::Shot;
use serde::Serialize;

/// Bytes past what API Gateway and Lambda's synchronous `Invoke` take (10 MB and 6 MB).
const OVERSIZED: usize = 11 << 20;
/// Bytes of one long text or name.
const LONG: usize = 1 << 20;
/// Levels of nesting: past the stack of most parsers.
const LEVELS: usize = 100_000;
/// Names in one object.
const NAMES: usize = 50_000;
/// Parameters of a query; together less than what servers take as an address.
const PARAMETERS: usize = 900;
/// Bytes of one header's value.
const HEADER: usize = 60 << 10;

/// How a request or an event becomes too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Growth {
    Oversized,
    DeepLists,
    DeepObjects,
    LongText,
    LongName,
    ManyNames,
    ManyParameters,
    LongHeader,
}

impl Growth {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Oversized,
        Self::DeepLists,
        Self::DeepObjects,
        Self::LongText,
        Self::LongName,
        Self::ManyNames,
        Self::ManyParameters,
        Self::LongHeader,
    ];

    /// The name in every output: `deep-lists`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oversized => "oversized",
            Self::DeepLists => "deep-lists",
            Self::DeepObjects => "deep-objects",
            Self::LongText => "long-text",
            Self::LongName => "long-name",
            Self::ManyNames => "many-names",
            Self::ManyParameters => "many-parameters",
            Self::LongHeader => "long-header",
        }
    }

    /// Whether it can be told of such a request.
    pub(crate) fn fits(self, shot: &Shot) -> bool {
        match shot {
            Shot::Invoke { .. } => !matches!(self, Self::ManyParameters | Self::LongHeader),
            Shot::Http { method, .. } => {
                let has_body = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "DELETE");
                has_body || matches!(self, Self::ManyParameters | Self::LongHeader)
            }
        }
    }

    /// The request grown.
    pub(crate) fn grown(self, shot: &Shot) -> Shot {
        self.with(shot, |much| much)
    }

    /// The same form with next to nothing of it: what fails on this, too, does not fail for its size.
    pub(crate) fn small(self, shot: &Shot) -> Shot {
        self.with(shot, |_| 2)
    }

    fn with(self, shot: &Shot, much: impl Fn(usize) -> usize) -> Shot {
        let mut shot = shot.clone();
        match (&mut shot, self) {
            (Shot::Http { query, .. }, Self::ManyParameters) => {
                query.extend((0..much(PARAMETERS)).map(|at| (format!("p{at}"), String::new())));
            }
            (Shot::Http { headers, .. }, Self::LongHeader) => {
                headers.push(("X-Long".to_owned(), "a".repeat(much(HEADER))));
            }
            (Shot::Http { body, .. }, _) => *body = self.document(body, much),
            (Shot::Invoke { event, .. }, _) => *event = self.document(event, much),
        }
        shot
    }

    /// The object with one member more; anything else is replaced by an object with it alone.
    fn document(self, before: &[u8], much: impl Fn(usize) -> usize) -> Vec<u8> {
        let kept = before.trim_ascii().strip_suffix(b"}").filter(|kept| kept.starts_with(b"{"));
        let kept = kept.unwrap_or(b"{").trim_ascii_end();
        let mut out = kept.to_vec();
        if kept.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(self.member(much).as_bytes());
        out.push(b'}');
        out
    }

    fn member(self, much: impl Fn(usize) -> usize) -> String {
        match self {
            Self::Oversized => format!("\"x\":\"{}\"", "a".repeat(much(OVERSIZED))),
            Self::LongText => format!("\"x\":\"{}\"", "a".repeat(much(LONG))),
            Self::LongName => format!("\"{}\":1", "a".repeat(much(LONG))),
            Self::DeepLists => {
                let levels = much(LEVELS);
                format!("\"x\":{}1{}", "[".repeat(levels), "]".repeat(levels))
            }
            Self::DeepObjects => {
                let levels = much(LEVELS);
                format!("\"x\":{}1{}", "{\"x\":".repeat(levels), "}".repeat(levels))
            }
            Self::ManyNames | Self::ManyParameters | Self::LongHeader => {
                let names: Vec<String> = (0..much(NAMES)).map(|at| format!("\"x{at}\":1")).collect();
                names.join(",")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_grows_keeps_the_rest_and_stays_what_it_is() {
        let event = Shot::Invoke { function: "f".to_owned(), event: b"{\"a\":{\"b\":1}} ".to_vec() };
        for growth in Growth::ALL.iter().filter(|growth| growth.fits(&event)) {
            let Shot::Invoke { event: small, .. } = growth.small(&event) else { panic!("an event") };
            let read: Value = serde_json::from_slice(&small).unwrap();
            assert_eq!(read["a"]["b"], 1, "{}", growth.name());
            assert!(small.len() < 60, "{}", growth.name());
            let Shot::Invoke { event: grown, .. } = growth.grown(&event) else { panic!("an event") };
            assert!(grown.len() > 100_000 && grown.ends_with(b"}"), "{}", growth.name());
        }
        let Shot::Invoke { event, .. } =
            Growth::LongText.small(&Shot::Invoke { function: "f".to_owned(), event: b"[1]".to_vec() })
        else {
            panic!("an event")
        };
        assert_eq!(event, b"{\"x\":\"aa\"}");
    }
}
