//! Maven's versions, by the "version order specification" of its POM reference.
use std::cmp::Ordering;

/// A version of Maven: every text is one.
#[derive(Debug, Clone)]
pub(super) struct Maven {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    is_hyphen: bool,
    value: Worth,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Worth {
    /// Digits without zeros in front.
    Number(String),
    Word(String),
}

impl Worth {
    fn is_null(&self) -> bool {
        match self {
            Self::Number(digits) => digits.is_empty(),
            Self::Word(word) => matches!(word.as_str(), "" | "final" | "ga" | "release"),
        }
    }
}

impl Maven {
    pub(super) fn parse(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let mut tokens = Vec::new();
        let mut current = String::new();
        let mut is_hyphen = false;
        for letter in lower.chars() {
            if matches!(letter, '.' | '-' | '_') {
                tokens.push(token(is_hyphen, &current, false));
                current.clear();
                is_hyphen = letter == '-';
                continue;
            }
            let turns = current
                .chars()
                .next_back()
                .is_some_and(|last| last.is_ascii_digit() != letter.is_ascii_digit());
            if turns {
                tokens.push(token(is_hyphen, &current, letter.is_ascii_digit()));
                current.clear();
                is_hyphen = true;
            }
            current.push(letter);
        }
        tokens.push(token(is_hyphen, &current, false));
        Self { tokens: trimmed(tokens) }
    }

    pub(super) fn is_prerelease(&self) -> bool {
        let early = ["alpha", "beta", "milestone", "rc", "snapshot"];
        self.tokens
            .iter()
            .any(|token| matches!(&token.value, Worth::Word(word) if early.contains(&word.as_str())))
    }
}

fn token(is_hyphen: bool, text: &str, digit_follows: bool) -> Token {
    let value = if text.is_empty() || text.bytes().all(|byte| byte.is_ascii_digit()) {
        Worth::Number(text.trim_start_matches('0').to_owned())
    } else {
        let word = match text {
            "a" if digit_follows => "alpha",
            "b" if digit_follows => "beta",
            "m" if digit_follows => "milestone",
            "cr" => "rc",
            other => other,
        };
        Worth::Word(word.to_owned())
    };
    Token { is_hyphen, value }
}

/// Without what means nothing: at the end, and before each hyphen.
fn trimmed(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::new();
    for token in tokens {
        if token.is_hyphen {
            trim_end(&mut kept);
        }
        kept.push(token);
    }
    trim_end(&mut kept);
    kept
}

fn trim_end(tokens: &mut Vec<Token>) {
    while tokens.len() > 1 && tokens.last().is_some_and(|token| token.value.is_null()) {
        tokens.pop();
    }
}

impl Ord for Maven {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.tokens.len().max(other.tokens.len());
        (0..length)
            .map(|at| match (self.tokens.get(at), other.tokens.get(at)) {
                (Some(a), Some(b)) => compare(a, b),
                (Some(a), None) => compare(a, &padding(a)),
                (None, Some(b)) => compare(&padding(b), b),
                (None, None) => Ordering::Equal,
            })
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Maven {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Maven {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Maven {}

/// What stands where the other version has this token and this one none.
fn padding(token: &Token) -> Token {
    let value = match token.value {
        Worth::Number(_) => Worth::Number(String::new()),
        Worth::Word(_) => Worth::Word(String::new()),
    };
    Token { is_hyphen: token.is_hyphen, value }
}

fn compare(a: &Token, b: &Token) -> Ordering {
    match (&a.value, &b.value) {
        (Worth::Number(x), Worth::Number(y)) if a.is_hyphen == b.is_hyphen => {
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        }
        // `-1` comes before `.1`.
        (Worth::Number(_), Worth::Number(_)) => b.is_hyphen.cmp(&a.is_hyphen),
        (Worth::Word(x), Worth::Word(y)) => rank(x).cmp(&rank(y)),
        (Worth::Word(_), Worth::Number(_)) => Ordering::Less,
        (Worth::Number(_), Worth::Word(_)) => Ordering::Greater,
    }
}

fn rank(word: &str) -> (u8, &str) {
    match word {
        "alpha" => (0, ""),
        "beta" => (1, ""),
        "milestone" => (2, ""),
        "rc" => (3, ""),
        "snapshot" => (4, ""),
        "" | "final" | "ga" | "release" => (5, ""),
        "sp" => (6, ""),
        other => (7, other),
    }
}
