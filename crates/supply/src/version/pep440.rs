//! Python's versions, as PEP 440 orders them.

/// A version of PEP 440. Fields stand in the order in which they decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pep440 {
    epoch: u128,
    /// Without zeros at the end.
    release: Vec<u128>,
    pre: Pre,
    post: Option<u128>,
    dev: Dev,
    local: Option<Vec<Local>>,
}

/// A development release without another label comes before alphas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pre {
    OnlyDev,
    Alpha(u128),
    Beta(u128),
    Candidate(u128),
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Number(u128),
    None,
}

/// A part of a local version: words come before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Word(String),
    Number(u128),
}

impl Pep440 {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let text = lower.strip_prefix('v').unwrap_or(&lower);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(locals(local)?)),
            None => (text, None),
        };
        let (epoch, rest) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let mut cursor = Cursor { rest };
        let mut release = vec![cursor.number()?];
        while cursor
            .rest
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|at: char| at.is_ascii_digit()))
        {
            cursor.rest = cursor.rest.get(1..)?;
            release.push(cursor.number()?);
        }
        while release.last() == Some(&0) {
            release.pop();
        }
        let pre = cursor.pre();
        let post = cursor.post();
        let dev = cursor.labelled(&["dev"]).map_or(Dev::None, Dev::Number);
        if !cursor.rest.is_empty() {
            return None;
        }
        let pre = match pre {
            None if post.is_none() && dev != Dev::None => Pre::OnlyDev,
            None => Pre::None,
            Some(pre) => pre,
        };
        Some(Self { epoch, release, pre, post, dev, local })
    }

    pub(super) fn is_prerelease(&self) -> bool {
        self.pre != Pre::None || self.dev != Dev::None
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn number(&mut self) -> Option<u128> {
        let digits = self.rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at_checked(digits)?;
        let number = number.parse().ok()?;
        self.rest = rest;
        Some(number)
    }

    /// `.dev3`, `-rc1`, `a`: the number of a label, 0 when it has none.
    fn labelled(&mut self, names: &[&str]) -> Option<u128> {
        let bare = self.rest.strip_prefix(['.', '-', '_']).unwrap_or(self.rest);
        let after = names.iter().find_map(|name| bare.strip_prefix(name))?;
        let digits = after.strip_prefix(['.', '-', '_']).unwrap_or(after);
        let mut inner = Cursor { rest: digits };
        match inner.number() {
            Some(number) => {
                self.rest = inner.rest;
                Some(number)
            }
            // A separator without a number belongs to what follows.
            None => {
                self.rest = after;
                Some(0)
            }
        }
    }

    fn pre(&mut self) -> Option<Pre> {
        let alpha = self.labelled(&["alpha", "a"]).map(Pre::Alpha);
        let beta = alpha.or_else(|| self.labelled(&["beta", "b"]).map(Pre::Beta));
        beta.or_else(|| self.labelled(&["rc", "c", "preview", "pre"]).map(Pre::Candidate))
    }

    fn post(&mut self) -> Option<u128> {
        if let Some(number) = self.labelled(&["post", "rev", "r"]) {
            return Some(number);
        }
        // `1.0-1` is a post release, too.
        let mut inner = Cursor { rest: self.rest.strip_prefix('-')? };
        let number = inner.number()?;
        self.rest = inner.rest;
        Some(number)
    }
}

fn locals(text: &str) -> Option<Vec<Local>> {
    let part = |part: &str| {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        Some(part.parse().map_or_else(|_| Local::Word(part.to_owned()), Local::Number))
    };
    text.split(['.', '-', '_']).map(part).collect()
}
