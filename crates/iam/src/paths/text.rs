//! Texts with wildcards and with parts that only a deployment knows, compared with three answers.
use model::Tri;

use crate::Piece;

/// Longer texts are not compared sign by sign: the answer is "unknown". ARNs end at 2,048 signs.
const SIGNS_MAX: usize = 2_100;

/// One step of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign<'a> {
    Char(char),
    One,
    Any,
    /// Some text that is not known; equal to itself.
    Open(&'a str),
}

/// Whether `text` is one that `pattern` stands for: surely, never, or only perhaps.
pub(crate) fn compare(pattern: &[Piece], text: &[Piece]) -> Tri {
    if pattern == [Piece::Any] || (pattern == text && !text.iter().any(is_wild)) {
        return Tri::True;
    }
    if let ([Piece::Text(one)], [Piece::Text(other)]) = (pattern, text) {
        return (one == other).into();
    }
    let (pattern, text) = (signs(pattern), signs(text));
    if pattern.len().max(text.len()) > SIGNS_MAX {
        return Tri::Unknown;
    }
    match matched(&pattern, &text) {
        (true, _) => Tri::True,
        (false, true) => Tri::Unknown,
        (false, false) => Tri::False,
    }
}

fn is_wild(piece: &Piece) -> bool {
    matches!(piece, Piece::One | Piece::Any)
}

fn signs(pieces: &[Piece]) -> Vec<Sign<'_>> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => found.extend(text.chars().map(Sign::Char)),
            Piece::One => found.push(Sign::One),
            Piece::Any => found.push(Sign::Any),
            Piece::Variable(name) | Piece::Symbol(name) => found.push(Sign::Open(name)),
        }
    }
    found
}

/// Whether the pattern must, and whether it may, stand for the text. Linear in the product of both lengths.
fn matched(pattern: &[Sign<'_>], text: &[Sign<'_>]) -> (bool, bool) {
    // One row for each sign of the pattern: may/must its beginning stand for the first `j` signs of the text?
    let mut above: Vec<(bool, bool)> = vec![(false, false); text.len() + 1];
    if let Some(first) = above.first_mut() {
        *first = (true, true);
    }
    let mut before = (true, true);
    for (place, sign) in above.iter_mut().skip(1).zip(text) {
        before = (false, before.1 && matches!(sign, Sign::Open(_)));
        *place = before;
    }
    for sign in pattern {
        above = row(*sign, text, &above);
    }
    above.last().copied().unwrap_or((false, false))
}

fn row(sign: Sign<'_>, text: &[Sign<'_>], above: &[(bool, bool)]) -> Vec<(bool, bool)> {
    let start = above.first().copied().unwrap_or((false, false));
    let empty = match sign {
        Sign::Any => start,
        Sign::Open(_) => (false, start.1),
        Sign::Char(_) | Sign::One => (false, false),
    };
    let mut row = Vec::with_capacity(above.len());
    row.push(empty);
    let mut left = empty;
    for ((corner, up), letter) in above.iter().zip(above.iter().skip(1)).zip(text) {
        let mut must = match (sign, letter) {
            (Sign::Any, _) => left.0 || up.0,
            (Sign::One, Sign::Char(_)) => corner.0,
            (Sign::Char(one), Sign::Char(other)) => one == *other && corner.0,
            (Sign::Open(one), Sign::Open(other)) => one == *other && corner.0,
            _ => false,
        };
        // A text with a wildcard stands for many: nothing but `*` is sure of them all.
        must &= !matches!(letter, Sign::Any | Sign::One) || sign == Sign::Any;
        let may = match (sign, letter) {
            (Sign::Any | Sign::Open(_), _) | (_, Sign::Open(_) | Sign::Any) => left.1 || up.1 || corner.1,
            (Sign::One, _) | (_, Sign::One) => corner.1,
            (Sign::Char(one), Sign::Char(other)) => one == *other && corner.1,
        };
        left = (must, may);
        row.push(left);
    }
    row
}

/// Whether an action of a statement (`s3:Get*`) stands for this action, without regard to case.
pub(crate) fn action_covers(pattern: &str, action: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut at, mut on) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = action.get(on) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, on));
                at += 1;
                continue;
            }
            Some(sign) if *sign == b'?' || sign.eq_ignore_ascii_case(letter) => {
                at += 1;
                on += 1;
                continue;
            }
            _ => {}
        }
        let Some((back, from)) = star else { return false };
        star = Some((back, from + 1));
        (at, on) = (back + 1, from + 1);
    }
    pattern.get(at..).unwrap_or_default().iter().all(|sign| *sign == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<Piece> {
        super::super::arn::pieces_of_text(text)
    }

    #[test]
    fn wildcards_and_open_parts_have_three_answers() {
        let cases = [
            ("*", "role/a", Tri::True),
            ("role/app-*", "role/app-x", Tri::True),
            ("role/app-*", "role/web", Tri::False),
            ("role/app-?", "role/app-1", Tri::True),
            ("role/app-?", "role/app-12", Tri::False),
            ("role/${aws:x}", "role/a", Tri::Unknown),
            ("role/${aws:x}", "role/${aws:x}", Tri::True),
            ("role/app-*", "role/${aws:x}", Tri::Unknown),
            ("role/*", "role/${aws:x}", Tri::True),
            ("user/*", "role/${aws:x}", Tri::False),
            ("role/a*b*c", "role/a-b-b-c", Tri::True),
            ("", "", Tri::True),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(compare(&pieces(pattern), &pieces(text)), expected, "{pattern} ~ {text}");
        }
    }

    #[test]
    fn actions_have_no_case() {
        assert!(action_covers("IAM:pass*", "iam:PassRole"));
        assert!(action_covers("iam:*Role", "iam:PassRole"));
        assert!(action_covers("*:*", "iam:PassRole"));
        assert!(!action_covers("iam:Pass", "iam:PassRole"));
        assert!(!action_covers("s3:*", "iam:PassRole"));
        assert!(action_covers("iam:P?ssRole*", "iam:PassRole"));
    }
}
