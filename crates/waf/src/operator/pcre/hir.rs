//! From a tree to `regex-syntax`'s HIR, where that means the same.
use super::{Bytes, Look, Node, RepeatKind};
use regex_syntax::hir::{self, Capture, Class, ClassBytes, ClassBytesRange, Hir, Repetition};

/// `None` when the pattern needs look-around, back references or the like.
pub(in crate::operator) fn hir(node: &Node) -> Option<Hir> {
    Some(match node {
        Node::Empty => Hir::empty(),
        Node::Byte(byte) => Hir::literal([*byte]),
        Node::Class(set) => class(*set),
        Node::Look(look) => Hir::look(match look {
            Look::Start => hir::Look::Start,
            Look::LineStart => hir::Look::StartLF,
            Look::End => hir::Look::End,
            Look::LineEnd => hir::Look::EndLF,
            Look::Word => hir::Look::WordAscii,
            Look::NotWord => hir::Look::WordAsciiNegate,
            Look::FinalEnd => return None,
        }),
        Node::Group(None, node) => hir(node)?,
        Node::Group(Some(index), node) => {
            Hir::capture(Capture { index: *index, name: None, sub: Box::new(hir(node)?) })
        }
        Node::Concat(nodes) => concat(nodes)?,
        Node::Alternate(nodes) => Hir::alternation(nodes.iter().map(hir).collect::<Option<_>>()?),
        Node::Repeat { node, min, max, kind } => {
            if *kind == RepeatKind::Possessive {
                return None;
            }
            repeat(hir(node)?, *min, *max, *kind)
        }
        Node::Atomic(_) | Node::Around { .. } | Node::Backreference { .. } | Node::Keep => return None,
    })
}

/// A possessive repetition of one set is the greedy one when what follows begins with another byte.
fn concat(nodes: &[Node]) -> Option<Hir> {
    let mut parts = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        let part = match node {
            Node::Repeat { node, min, max, kind: RepeatKind::Possessive } => {
                let set = single(node)?;
                let next = nodes.get(at + 1).and_then(first_bytes)?;
                if set.meets(next) {
                    return None;
                }
                repeat(class(set), *min, *max, RepeatKind::Greedy)
            }
            node => hir(node)?,
        };
        parts.push(part);
    }
    Some(Hir::concat(parts))
}

fn repeat(sub: Hir, min: u32, max: Option<u32>, kind: RepeatKind) -> Hir {
    Hir::repetition(Repetition { min, max, greedy: kind == RepeatKind::Greedy, sub: Box::new(sub) })
}

fn class(set: Bytes) -> Hir {
    let ranges = set.ranges().into_iter().map(|(first, last)| ClassBytesRange::new(first, last));
    Hir::class(Class::Bytes(ClassBytes::new(ranges)))
}

fn single(node: &Node) -> Option<Bytes> {
    match node {
        Node::Byte(byte) => Some(Bytes::of([*byte])),
        Node::Class(set) => Some(*set),
        Node::Group(None, node) => single(node),
        _ => None,
    }
}

/// The bytes that a node begins with, when it surely takes one.
fn first_bytes(node: &Node) -> Option<Bytes> {
    match node {
        Node::Group(_, node) => first_bytes(node),
        Node::Concat(nodes) => nodes.first().and_then(first_bytes),
        Node::Alternate(nodes) => {
            nodes.iter().try_fold(Bytes::default(), |set, node| Some(set.union(first_bytes(node)?)))
        }
        Node::Repeat { node, min, .. } if *min > 0 => first_bytes(node),
        node => single(node),
    }
}
