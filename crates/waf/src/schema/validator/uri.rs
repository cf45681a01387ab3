//! References: how one is resolved against another (RFC 3986, section 5), and whether a text is one (RFC 3986 and 3987).
use std::net::Ipv6Addr;

/// A reference in its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub(super) scheme: Option<&'t str>,
    authority: Option<&'t str>,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

impl<'t> Parts<'t> {
    /// Takes any text apart (RFC 3986, appendix B).
    pub(super) fn of(text: &'t str) -> Self {
        let (rest, fragment) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, rest),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) =
                    rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query, fragment }
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What a reference names from a base, and its fragment.
pub(super) fn resolve<'r>(base: &str, reference: &'r str) -> (String, &'r str) {
    let (from, to) = (Parts::of(base), Parts::of(reference));
    let fragment = to.fragment.unwrap_or_default();
    let (authority, path, query) = if to.scheme.is_some() || to.authority.is_some() {
        (to.authority, without_dots(to.path), to.query)
    } else if to.path.is_empty() {
        (from.authority, from.path.to_owned(), to.query.or(from.query))
    } else if to.path.starts_with('/') {
        (from.authority, without_dots(to.path), to.query)
    } else {
        let folder = from.path.rsplit_once('/').map(|(folder, _)| folder);
        let folder = folder.map(|folder| format!("{folder}/"));
        let folder = folder.or_else(|| from.authority.map(|_| "/".to_owned())).unwrap_or_default();
        (from.authority, without_dots(&format!("{folder}{}", to.path)), to.query)
    };
    let mut out = String::new();
    if let Some(scheme) = to.scheme.or(from.scheme) {
        out.push_str(&scheme.to_ascii_lowercase());
        out.push(':');
    }
    if let Some(authority) = authority {
        out.push_str("//");
        out.push_str(&authority.to_ascii_lowercase());
    }
    out.push_str(&path);
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    (out, fragment)
}

/// A path without `.` and `..` (section 5.2.4).
fn without_dots(path: &str) -> String {
    if !path.starts_with('/') && !path.contains("/.") && !path.starts_with('.') {
        // A name, as that of a URN.
        return path.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." && out.last().is_some_and(|last| !last.is_empty() || out.len() > 1) {
                    out.pop();
                }
                if is_last {
                    out.push("");
                }
            }
            segment => out.push(segment),
        }
    }
    out.join("/")
}

/// What a text may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// A URI: ASCII.
    Ascii,
    /// An IRI.
    Unicode,
}

/// Whether a text is a reference; with a scheme, where it must have one.
pub(super) fn is_reference(text: &str, letters: Letters, needs_scheme: bool) -> bool {
    let parts = Parts::of(text);
    let is_relative = parts.scheme.is_none();
    // The first segment of a relative path has no colon: it would be a scheme.
    let first = parts.path.split('/').next().unwrap_or_default();
    let is_made = |text: &str, more: &str| is_made_of(text, letters, more);
    let is_ambiguous =
        parts.authority.is_none() && (is_relative && first.contains(':') || parts.path.starts_with("//"));
    if is_relative && needs_scheme || is_ambiguous {
        return false;
    }
    parts.authority.is_none_or(|authority| is_authority(authority, letters))
        && is_made(parts.path, ":@/")
        && parts.query.is_none_or(|query| {
            let private = |char: char| letters == Letters::Unicode && is_private(char);
            let known: String = query.chars().filter(|char| !private(*char)).collect();
            is_made(&known, ":@/?")
        })
        && parts.fragment.is_none_or(|fragment| is_made(fragment, ":@/?"))
}

fn is_authority(authority: &str, letters: Letters) -> bool {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    if !is_made_of(user, letters, ":") {
        return false;
    }
    if let Some((address, port)) = place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = if port.is_empty() { Some("") } else { port.strip_prefix(':') };
        return port.is_some_and(is_port)
            && (address.parse::<Ipv6Addr>().is_ok() || is_future_address(address));
    }
    let (host, port) = place.split_once(':').unwrap_or((place, ""));
    is_port(port) && is_made_of(host, letters, "")
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `v1.a:b`: an address of a version to come.
fn is_future_address(text: &str) -> bool {
    let Some((version, address)) = text.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !address.is_empty()
        && !address.contains('%')
        && is_made_of(address, Letters::Ascii, ":")
}

/// Unreserved characters, those that part, escapes, and more.
fn is_made_of(text: &str, letters: Letters, more: &str) -> bool {
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let is_good = match char {
            '%' => {
                let mut digit = || chars.next().is_some_and(|char| char.is_ascii_hexdigit());
                digit() && digit()
            }
            _ if char.is_ascii() => {
                char.is_ascii_alphanumeric() || "-._~!$&'()*+,;=".contains(char) || more.contains(char)
            }
            _ => letters == Letters::Unicode && is_ucs(char),
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// `ucschar` of RFC 3987.
fn is_ucs(char: char) -> bool {
    let code = u32::from(char);
    matches!(code, 0xA0..=0xD7FF | 0xF900..=0xFDCF | 0xFDF0..=0xFFEF)
        || (0x1_0000..0xF_0000).contains(&code)
            && code & 0xFFFF < 0xFFFE
            && !(0xE_0000..0xE_1000).contains(&code)
}

/// `iprivate` of RFC 3987.
fn is_private(char: char) -> bool {
    let code = u32::from(char);
    matches!(code, 0xE000..=0xF8FF) || code >= 0xF_0000 && code & 0xFFFF < 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::{Letters, is_reference, resolve};

    #[test]
    fn references_are_resolved_as_the_standard_shows() {
        // RFC 3986, sections 5.4.1 and 5.4.2.
        for (reference, whole) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
        ] {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference).0, whole, "{reference}");
        }
        assert_eq!(resolve("urn:uuid:x", "#/a"), ("urn:uuid:x".to_owned(), "/a"));
        assert_eq!(resolve("", "a.json#b"), ("a.json".to_owned(), "b"));
        assert_eq!(resolve("http://A.example", "x"), ("http://a.example/x".to_owned(), ""));
    }

    #[test]
    fn a_text_is_a_reference_or_not() {
        let good = [
            "http://u:p@h:80/a%20b?c=d/e#f?g",
            "urn:a:b",
            "ftp://[::1]:21/",
            "http://[v1.a:b]/",
            "mailto:a@b",
        ];
        good.iter().for_each(|text| assert!(is_reference(text, Letters::Ascii, true), "{text}"));
        let bad = [
            "http:// a",
            "http://a/%2",
            "http://[1]/",
            "http://a:b/",
            "http://a/é",
            "a b:c",
            "http://a\\b",
            "h:a^",
            "//x",
        ];
        bad.iter().for_each(|text| assert!(!is_reference(text, Letters::Ascii, true), "{text}"));
        assert!(is_reference("http://é/ü?\u{E000}", Letters::Unicode, true));
        assert!(!is_reference("http://é/\u{E000}", Letters::Unicode, true));
        assert!(is_reference("a/b:c", Letters::Ascii, false) && is_reference("", Letters::Ascii, false));
        assert!(!is_reference("1a:b", Letters::Ascii, false));
    }
}
