//! Texts of policies, compared with three answers.
use model::Tri;

use crate::{Pattern, Piece};

/// Whether `text` is one that `pattern` stands for: surely, never, or only perhaps.
pub(crate) fn compare(pattern: &[Piece], text: &[Piece]) -> Tri {
    if pattern == [Piece::Any] {
        return Tri::True;
    }
    if let ([Piece::Text(one)], [Piece::Text(other)]) = (pattern, text) {
        return (one == other).into();
    }
    Pattern { pieces: text.to_vec() }.within(&Pattern { pieces: pattern.to_vec() })
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
        Pattern::parse(text).pieces
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
