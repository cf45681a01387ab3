//! Policies that AWS keeps. They lie in pieces, so that one policy costs one piece.
use std::sync::OnceLock;

use super::{Managed, packed};

/// The first name of each piece, and the piece.
const PIECES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/managed.rs"));
/// Pieces that were read.
static READ: [OnceLock<String>; PIECES.len()] = [const { OnceLock::new() }; PIECES.len()];

/// By ARN of any partition, with or without the path, or by bare name.
pub(super) fn named(arn_or_name: &str) -> Option<Managed> {
    let name = match arn_or_name.strip_prefix("arn:") {
        Some(arn) => {
            let (head, path) = arn.split_once(":policy/")?;
            // `aws:iam::aws`: policies of an account are others, whatever their names.
            head.ends_with(":iam::aws").then_some(path)?
        }
        None => arn_or_name,
    };
    let name = name.rsplit('/').next().filter(|name| !name.is_empty())?;
    let lower = name.to_ascii_lowercase();
    let piece = PIECES.partition_point(|(first, _)| first.to_ascii_lowercase() <= lower).checked_sub(1)?;
    lines(piece).find(|one| one.arn.rsplit('/').next() == Some(name))
}

pub(super) fn all() -> impl Iterator<Item = Managed> {
    (0..PIECES.len()).flat_map(lines)
}

fn lines(piece: usize) -> impl Iterator<Item = Managed> {
    let text = READ.get(piece).zip(PIECES.get(piece));
    let text = text.map_or("", |(read, (_, bytes))| read.get_or_init(|| packed::text(bytes)));
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(arn, document)| Managed { arn, document })
}
