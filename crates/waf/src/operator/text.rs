//! Operators that compare texts byte by byte.
use memchr::memmem;

/// Which relation between a value and the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    BeginsWith,
    Contains,
    ContainsWord,
    EndsWith,
    StrEq,
    Within,
}

impl Relation {
    pub(super) fn holds(self, value: &[u8], argument: &[u8]) -> bool {
        match self {
            Self::BeginsWith => value.starts_with(argument),
            Self::Contains => memmem::find(value, argument).is_some(),
            Self::ContainsWord => contains_word(value, argument),
            Self::EndsWith => value.ends_with(argument),
            Self::StrEq => value == argument,
            Self::Within => is_within(value, argument),
        }
    }
}

/// Arguments up to this are searched without preparing a search, which costs more than it saves.
const SHORT_BYTES_MAX: usize = 1 << 10;

fn is_within(value: &[u8], argument: &[u8]) -> bool {
    if value.len() > argument.len() {
        return false;
    }
    let middle = value.len() / 2;
    let Some(byte) = value.get(middle).filter(|_| argument.len() <= SHORT_BYTES_MAX) else {
        return memmem::find(argument, value).is_some();
    };
    memchr::memchr_iter(*byte, argument).any(|at| {
        at.checked_sub(middle)
            .and_then(|start| argument.get(start..start + value.len()))
            .is_some_and(|part| part == value)
    })
}

/// A word stands between bytes that are no ASCII letters. ModSecurity's rule, with its corners: no argument always matches; an end
/// of the value is a border only when the other side of the word is a byte of the value.
fn contains_word(value: &[u8], word: &[u8]) -> bool {
    if word.is_empty() || value == word {
        return true;
    }
    let border =
        |at: Option<usize>| at.and_then(|at| value.get(at)).is_some_and(|byte| !byte.is_ascii_alphabetic());
    let mut from = 0;
    while let Some(found) = memmem::find(value.get(from..).unwrap_or_default(), word) {
        let start = from + found;
        let end = start + word.len();
        let before = start == 0 || border(start.checked_sub(1));
        let after = end == value.len() || border(Some(end));
        if before && after {
            return true;
        }
        from = start + 1;
    }
    false
}
