//! What a pattern says, and how it becomes what the engines take.
use crate::operator::pcre::{Bytes, Look, Node, RepeatKind};
use regex_syntax::hir::{self, Class, ClassUnicode, Hir, Repetition};
use regex_syntax::utf8::{Utf8Range, Utf8Sequences};

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Class(ClassUnicode),
    Start,
    End,
    /// `^` and `$` with `(?m)`.
    LineStart,
    LineEnd,
    Word,
    NotWord,
    Group(Option<u32>, Box<Tree>),
    Concat(Vec<Tree>),
    Alternate(Vec<Tree>),
    Repeat {
        tree: Box<Tree>,
        least: u32,
        most: Option<u32>,
        is_greedy: bool,
    },
    Around {
        is_behind: bool,
        is_negated: bool,
        tree: Box<Tree>,
    },
    Reference {
        group: u32,
        is_caseless: bool,
    },
}

impl Tree {
    /// For automata; none when the pattern looks around or back.
    pub(super) fn hir(&self) -> Option<Hir> {
        Some(match self {
            Self::Class(class) => Hir::class(Class::Unicode(class.clone())),
            Self::Start => Hir::look(hir::Look::Start),
            Self::End => Hir::look(hir::Look::End),
            Self::LineStart => Hir::look(hir::Look::StartLF),
            Self::LineEnd => Hir::look(hir::Look::EndLF),
            Self::Word => Hir::look(hir::Look::WordAscii),
            Self::NotWord => Hir::look(hir::Look::WordAsciiNegate),
            // Nobody asks what a group has.
            Self::Group(_, tree) => tree.hir()?,
            Self::Concat(trees) => Hir::concat(trees.iter().map(Self::hir).collect::<Option<_>>()?),
            Self::Alternate(trees) => Hir::alternation(trees.iter().map(Self::hir).collect::<Option<_>>()?),
            Self::Repeat { tree, least, most, is_greedy } => Hir::repetition(Repetition {
                min: *least,
                max: *most,
                greedy: *is_greedy,
                sub: Box::new(tree.hir()?),
            }),
            Self::Around { .. } | Self::Reference { .. } => return None,
        })
    }

    /// For the machine, over the bytes of UTF-8; none when a look-behind has no fixed length.
    pub(super) fn node(&self) -> Option<Node> {
        let all = |trees: &[Self]| trees.iter().map(Self::node).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Class(class) => of_class(class),
            Self::Start => Node::Look(Look::Start),
            Self::End => Node::Look(Look::End),
            Self::LineStart => Node::Look(Look::LineStart),
            Self::LineEnd => Node::Look(Look::LineEnd),
            Self::Word => Node::Look(Look::Word),
            Self::NotWord => Node::Look(Look::NotWord),
            Self::Group(group, tree) => Node::Group(*group, Box::new(tree.node()?)),
            Self::Concat(trees) => Node::Concat(all(trees)?),
            Self::Alternate(trees) => Node::Alternate(all(trees)?),
            Self::Repeat { tree, least, most, is_greedy } => Node::Repeat {
                node: Box::new(tree.node()?),
                min: *least,
                max: *most,
                kind: if *is_greedy { RepeatKind::Greedy } else { RepeatKind::Lazy },
            },
            Self::Around { is_behind, is_negated, tree } => {
                let node = tree.node()?;
                let is_fixed = match &node {
                    Node::Alternate(nodes) => nodes.iter().all(|node| node.length_fixed().is_some()),
                    node => node.length_fixed().is_some(),
                };
                if *is_behind && !is_fixed {
                    return None;
                }
                Node::Around { behind: *is_behind, negated: *is_negated, node: Box::new(node) }
            }
            Self::Reference { group, is_caseless } => {
                Node::Backreference { group: *group, caseless: *is_caseless }
            }
        })
    }
}

/// The bytes within a character, but its first.
pub(super) fn continuation() -> Bytes {
    Bytes::of(0x80..=0xBF)
}

/// A class as sequences of bytes: one set where all of it is ASCII, so that its length is fixed.
fn of_class(class: &ClassUnicode) -> Node {
    let mut single = Bytes::default();
    let mut longer = Vec::new();
    let of_range = |range: &Utf8Range| Bytes::of(range.start..=range.end);
    for range in class.ranges() {
        for sequence in Utf8Sequences::new(range.start(), range.end()) {
            match sequence.as_slice() {
                [one] => single = single.union(of_range(one)),
                several => {
                    longer.push(Node::Concat(
                        several.iter().map(|range| Node::Class(of_range(range))).collect(),
                    ));
                }
            }
        }
    }
    if longer.is_empty() {
        return Node::Class(single);
    }
    if single != Bytes::default() {
        longer.insert(0, Node::Class(single));
    }
    Node::Alternate(longer)
}
