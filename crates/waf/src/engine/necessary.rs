//! From a pattern to a smaller one that matches wherever the pattern does.
//!
//! An automaton of many patterns remembers, for each of them, how far it has come. What stands before and behind a gap (`.*`, `[^>]{0,200}`) makes it
//! remember for ever that the first half was there, and a hundred patterns with gaps multiply. So a pattern is cut at its gaps, and the piece
//! that says most is kept: a value without that piece cannot match. Counts are forgotten, too. The automaton then depends on
//! the last few bytes alone, and stays small whatever it reads.
//!
//! INVARIANT: a text that contains a match of the pattern contains a match of what [`of`] gives.
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// A repeated class with more letters than this is a gap: words of a natural text stay in it.
const GAP_LETTERS_MIN: usize = 12;
/// Counts up to this are kept.
const COUNT_MAX: u32 = 3;
/// How much a piece must say to stand for its pattern, in bits of surprise at one place of a natural text. Words are likelier than their letters.
const BITS_MIN: f64 = 24.0;

/// A smaller pattern that matches wherever this one does.
pub(super) fn of(pattern: &Hir) -> Hir {
    let simple = simplified(pattern);
    // Without a gap the best piece is all of it.
    let piece = if has_gap(&simple) { best(&simple) } else { None };
    piece.filter(|piece| bits(piece) >= BITS_MIN).unwrap_or(simple)
}

/// Without captures and large counts.
fn simplified(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Capture(capture) => simplified(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(simplified).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(simplified).collect()),
        HirKind::Repetition(repetition) => {
            let large = repetition.max.is_some_and(|max| max > COUNT_MAX);
            Hir::repetition(Repetition {
                min: repetition.min.min(COUNT_MAX),
                max: if large { None } else { repetition.max },
                greedy: repetition.greedy,
                sub: Box::new(simplified(&repetition.sub)),
            })
        }
    }
}

/// Whether a gap stands anywhere in it.
fn has_gap(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
        HirKind::Capture(capture) => has_gap(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_gap),
        HirKind::Repetition(repetition) => {
            let repeats = repetition.max.is_none_or(|max| max > 1);
            repeats && is_broad(&repetition.sub) || has_gap(&repetition.sub)
        }
    }
}

/// Whether something matches any of many bytes.
fn is_broad(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(class) => letters(class) > GAP_LETTERS_MIN,
        HirKind::Capture(capture) => is_broad(&capture.sub),
        HirKind::Alternation(parts) | HirKind::Concat(parts) => parts.iter().any(is_broad),
        HirKind::Repetition(repetition) => is_broad(&repetition.sub),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
    }
}

/// The piece without a gap that says most, and that every match has.
fn best(hir: &Hir) -> Option<Hir> {
    if !has_gap(hir) {
        return Some(hir.clone());
    }
    match hir.kind() {
        HirKind::Concat(parts) => {
            let mut pieces = Vec::new();
            let mut run = Vec::new();
            for part in parts {
                if !has_gap(part) {
                    run.push(part.clone());
                    continue;
                }
                pieces.push(Hir::concat(std::mem::take(&mut run)));
                pieces.extend(best(part));
            }
            pieces.push(Hir::concat(run));
            let weighed = pieces.into_iter().map(|piece| (bits(&piece), piece));
            weighed.max_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, piece)| piece)
        }
        HirKind::Alternation(parts) => {
            parts.iter().map(best).collect::<Option<Vec<Hir>>>().map(Hir::alternation)
        }
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub),
        _ => None,
    }
}

/// How surprising a match is at one place of a natural text, in bits: 0 for what matches everything.
fn bits(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0.0,
        HirKind::Literal(literal) => literal.0.iter().map(|byte| -share(*byte).log2()).sum(),
        HirKind::Class(class) => -bytes(class).map(share).sum::<f64>().clamp(f64::MIN_POSITIVE, 1.0).log2(),
        HirKind::Repetition(repetition) => f64::from(repetition.min) * bits(&repetition.sub),
        HirKind::Capture(capture) => bits(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(bits).sum(),
        HirKind::Alternation(parts) => {
            -parts.iter().map(|part| (-bits(part)).exp2()).sum::<f64>().clamp(f64::MIN_POSITIVE, 1.0).log2()
        }
    }
}

/// How often a byte stands in a natural text, roughly.
pub(super) fn share(byte: u8) -> f64 {
    match byte {
        b' ' => 0.14,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'h' | b'l' | b'd' => 0.05,
        b'a'..=b'z' => 0.015,
        b'0'..=b'9' => 0.01,
        b'A'..=b'Z' => 0.003,
        b'.' | b',' | b'-' | b'_' | b'/' | b'=' | b'"' => 0.008,
        0x21..=0x7e | b'\n' => 0.002,
        _ => 0.0003,
    }
}

pub(super) fn bytes(class: &Class) -> impl Iterator<Item = u8> {
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) => class
            .iter()
            .map(|range| {
                (u8::try_from(range.start()).unwrap_or(u8::MAX), u8::try_from(range.end()).unwrap_or(u8::MAX))
            })
            .collect(),
    };
    ranges.into_iter().flat_map(|(start, end)| start..=end)
}

fn letters(class: &Class) -> usize {
    bytes(class).filter(u8::is_ascii_lowercase).count()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        let hir = |pattern: &str| {
            regex_syntax::ParserBuilder::new()
                .utf8(false)
                .unicode(false)
                .build()
                .parse(pattern)
                .expect("a pattern")
        };
        assert_eq!(of(&hir(pattern)).to_string(), hir(expected).to_string(), "{pattern}");
    }

    #[test]
    fn the_piece_that_says_most_is_kept() {
        check("a.*select_pwn.*b", "select_pwn");
        check("(?:union_x.*x|create_y.*y)z", "(?:union_x|create_y)");
        check("<[^>]*onload=", "onload=");
    }

    #[test]
    fn what_need_not_be_there_is_no_piece() {
        check("(?:foobar.*)?evil<>.*", "evil<>");
        check("(?:a.*)?b", "(?:a.*)?b");
    }

    #[test]
    fn counts_are_forgotten() {
        check(r"union\s{1,64}select", r"union\s+select");
    }
}
