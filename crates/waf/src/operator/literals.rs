//! Which texts must stand in whatever a pattern matches.
//!
//! Texts are ASCII-case-folded: a value is folded before it is searched for them.
use super::pcre::{Bytes, Node};

/// Texts in one set at most.
const TEXTS_MAX: usize = 512;

/// Texts that one stretch of a pattern may stand for at most, before it is cut.
const EXACT_MAX: usize = 64;

/// Bytes of one text at most.
const TEXT_BYTES_MAX: usize = 32;

/// Bytes of a class at most, for it to be spelled out.
const CLASS_MAX: usize = 12;

type Texts = Vec<Vec<u8>>;

/// What is known of a node.
struct Facts {
    /// All texts that it can be, when they are few.
    exact: Option<Texts>,
    /// Texts of which one stands in every match.
    required: Option<Texts>,
}

/// A set of folded texts of which every match contains at least one; `None` when there is no useful set.
pub(super) fn required(node: &Node) -> Option<Texts> {
    let facts = facts(node);
    let mut texts = best(facts.required, facts.exact)?;
    texts.sort_unstable();
    texts.dedup();
    Some(texts)
}

/// How telling a text is: rare bytes count more.
fn weight(text: &[u8]) -> u32 {
    text.iter()
        .map(|byte| match byte {
            b' ' => 4,
            b'a'..=b'z' | b'0'..=b'9' => 10,
            b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b',' | b'&' | b'?' | b'+' | b'%' => 14,
            b'\n' | b'\r' | b'"' => 16,
            _ => 24,
        })
        .sum()
}

/// The least telling text decides; many texts tell less.
fn value(texts: &Texts) -> u32 {
    let least = texts.iter().map(|text| weight(text)).min().unwrap_or(0);
    least.saturating_sub(2 * texts.len().max(1).ilog2())
}

fn is_useful(texts: &Texts) -> bool {
    !texts.is_empty() && texts.len() <= TEXTS_MAX && texts.iter().all(|text| !text.is_empty())
}

fn best(first: Option<Texts>, second: Option<Texts>) -> Option<Texts> {
    match (first.filter(is_useful), second.filter(is_useful)) {
        (Some(first), Some(second)) => Some(if value(&second) > value(&first) { second } else { first }),
        (first, second) => first.or(second),
    }
}

fn unknown() -> Facts {
    Facts { exact: None, required: None }
}

fn exactly(texts: Texts) -> Facts {
    Facts { exact: Some(texts), required: None }
}

fn facts(node: &Node) -> Facts {
    match node {
        Node::Empty | Node::Look(_) | Node::Keep | Node::Around { .. } => exactly(vec![Vec::new()]),
        Node::Byte(byte) => exactly(vec![vec![byte.to_ascii_lowercase()]]),
        Node::Class(set) => class(*set),
        Node::Group(_, node) | Node::Atomic(node) => facts(node),
        Node::Concat(nodes) => concat(nodes),
        Node::Alternate(nodes) => alternate(nodes),
        Node::Repeat { node, min, max, .. } => repeat(node, *min, *max),
        Node::Backreference { .. } => unknown(),
    }
}

fn class(set: Bytes) -> Facts {
    let mut texts: Texts =
        set.iter().take(2 * CLASS_MAX + 1).map(|byte| vec![byte.to_ascii_lowercase()]).collect();
    texts.sort_unstable();
    texts.dedup();
    if texts.len() > CLASS_MAX { unknown() } else { exactly(texts) }
}

fn product(left: &Texts, right: &Texts) -> Option<Texts> {
    if left.len() * right.len() > EXACT_MAX {
        return None;
    }
    let mut texts = Vec::with_capacity(left.len() * right.len());
    for first in left {
        for second in right {
            if first.len() + second.len() > TEXT_BYTES_MAX {
                return None;
            }
            texts.push([first.as_slice(), second].concat());
        }
    }
    texts.sort_unstable();
    texts.dedup();
    Some(texts)
}

fn concat(nodes: &[Node]) -> Facts {
    let mut stretch = vec![Vec::new()];
    let mut whole = true;
    let mut found = None;
    for node in nodes {
        let Facts { exact, required } = facts(node);
        found = best(found, required);
        match exact {
            Some(exact) => match product(&stretch, &exact) {
                Some(longer) => stretch = longer,
                None => {
                    whole = false;
                    found = best(found, Some(std::mem::replace(&mut stretch, exact)));
                }
            },
            None => {
                whole = false;
                found = best(found, Some(std::mem::replace(&mut stretch, vec![Vec::new()])));
            }
        }
    }
    if whole {
        return Facts { exact: Some(stretch), required: found };
    }
    Facts { exact: None, required: best(found, Some(stretch)) }
}

fn alternate(nodes: &[Node]) -> Facts {
    let mut exact = Some(Vec::new());
    let mut required = Some(Vec::new());
    for node in nodes {
        let mut facts = facts(node);
        if let Some(texts) = &mut required {
            match best(facts.required.take(), facts.exact.clone()) {
                Some(more) if texts.len() + more.len() <= TEXTS_MAX => texts.extend(more),
                _ => required = None,
            }
        }
        if let Some(texts) = &mut exact {
            match facts.exact {
                Some(more) if texts.len() + more.len() <= EXACT_MAX => texts.extend(more),
                _ => exact = None,
            }
        }
    }
    Facts { exact, required }
}

fn repeat(node: &Node, min: u32, max: Option<u32>) -> Facts {
    let inner = facts(node);
    match (min, max) {
        (0, Some(1)) => {
            let exact = inner.exact.map(|mut texts| {
                texts.push(Vec::new());
                texts
            });
            Facts { exact, required: None }
        }
        (0, _) => unknown(),
        (1, Some(1)) => inner,
        (count, max) => {
            let mut repeated = inner.exact.clone();
            for _ in 1..count.min(TEXT_BYTES_MAX as u32) {
                let longer = repeated
                    .as_ref()
                    .zip(inner.exact.as_ref())
                    .and_then(|(left, right)| product(left, right));
                let Some(longer) = longer else { break };
                repeated = Some(longer);
            }
            let all = max == Some(count)
                && count <= TEXT_BYTES_MAX as u32
                && repeated.as_ref().zip(inner.exact.as_ref()).is_some_and(|(repeated, inner)| {
                    let length = |texts: &Texts| texts.iter().map(Vec::len).max().unwrap_or(0);
                    inner.len() == 1 && length(repeated) == length(inner) * count as usize
                });
            let required = best(inner.required, repeated.clone());
            Facts { exact: repeated.filter(|_| all), required }
        }
    }
}

/// A quick look at a value: whether one of the texts may stand in it. Pairs of neighbours, hashed to a bit each.
#[derive(Debug)]
pub(super) enum Gate {
    Open,
    /// A byte of this set must occur.
    Byte(Box<Bytes>),
    /// A pair of neighbours whose bit is set must occur.
    Pair(Box<[u64; PAIR_WORDS]>),
}

const PAIR_WORDS: usize = 32;

fn pair_hash(first: u8, second: u8) -> usize {
    let mixed = (u32::from(first | 0x20) << 8 | u32::from(second | 0x20)).wrapping_mul(0x9e37_79b1);
    (mixed >> 21) as usize
}

impl Gate {
    pub(super) fn new(texts: Option<&Texts>) -> Self {
        let Some(texts) = texts else { return Self::Open };
        if texts.iter().any(|text| text.len() < 2) {
            let rarest =
                texts.iter().filter_map(|text| text.iter().copied().max_by_key(|&byte| weight(&[byte])));
            return Self::Byte(Box::new(Bytes::of(rarest).caseless()));
        }
        let mut bits = [0u64; PAIR_WORDS];
        for text in texts {
            let rarest = text.windows(2).max_by_key(|pair| weight(pair));
            if let Some(&[first, second]) = rarest {
                let at = pair_hash(first, second);
                if let Some(word) = bits.get_mut(at / 64) {
                    *word |= 1 << (at % 64);
                }
            }
        }
        Self::Pair(Box::new(bits))
    }

    /// `false`: no match is possible.
    pub(super) fn lets(&self, value: &[u8]) -> bool {
        match self {
            Self::Open => true,
            Self::Byte(set) => value.iter().any(|&byte| set.contains(byte)),
            Self::Pair(bits) => value.windows(2).any(|pair| {
                let [first, second] = *pair else { return false };
                let at = pair_hash(first, second);
                bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
            }),
        }
    }
}
