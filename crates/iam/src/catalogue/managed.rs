//! Policies that AWS keeps. They lie in pages, so that one policy costs one page.
use std::sync::OnceLock;

use super::Managed;
use super::packed::Book;

const BOOK: Book = Book {
    index: include!(concat!(env!("OUT_DIR"), "/managed.rs")),
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/managed")),
};
/// Pages that were read.
static READ: [OnceLock<String>; BOOK.index.len()] = [const { OnceLock::new() }; BOOK.index.len()];

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
    let page = BOOK.page_with(&name.to_ascii_lowercase())?;
    lines(page).find(|one| one.arn.rsplit('/').next() == Some(name))
}

pub(super) fn all() -> impl Iterator<Item = Managed> {
    (0..READ.len()).flat_map(lines)
}

fn lines(page: usize) -> impl Iterator<Item = Managed> {
    let text = READ.get(page).map_or("", |read| read.get_or_init(|| BOOK.text(page)));
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(arn, document)| Managed { arn, document })
}

#[cfg(test)]
pub(super) fn bytes() -> usize {
    BOOK.size()
}
