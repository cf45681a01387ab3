//! ARNs taken apart at their colons.
use crate::{Pattern, Piece};

/// Part of an ARN, from 0; the sixth one holds everything behind the fifth colon. `None` when there are fewer.
pub(super) fn part(arn: &Pattern, index: usize) -> Option<Pattern> {
    parts(arn)?.into_iter().nth(index)
}

/// The six parts. `None` when there are fewer.
pub(super) fn parts(arn: &Pattern) -> Option<Vec<Pattern>> {
    let mut parts = vec![Pattern::default()];
    for piece in &arn.pieces {
        let Piece::Text(text) = piece else {
            parts.last_mut()?.pieces.push(piece.clone());
            continue;
        };
        let mut rest = text.as_str();
        while parts.len() < 6 {
            let Some((before, behind)) = rest.split_once(':') else { break };
            append(parts.last_mut()?, before);
            parts.push(Pattern::default());
            rest = behind;
        }
        append(parts.last_mut()?, rest);
    }
    (parts.len() == 6).then_some(parts)
}

/// Parts with a colon behind each.
pub(super) fn join(parts: &[Pattern]) -> Pattern {
    let mut joined = Pattern::default();
    for part in parts {
        for piece in &part.pieces {
            match piece {
                Piece::Text(text) => append(&mut joined, text),
                piece => joined.pieces.push(piece.clone()),
            }
        }
        append(&mut joined, ":");
    }
    joined
}

fn append(part: &mut Pattern, text: &str) {
    if text.is_empty() {
        return;
    }
    match part.pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => part.pieces.push(Piece::Text(text.to_owned())),
    }
}
