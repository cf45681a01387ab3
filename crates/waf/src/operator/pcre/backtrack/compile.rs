//! From a tree to a program.
use super::super::{Bytes, Node, Pattern, RepeatKind};
use super::{INSTRUCTIONS_MAX, Program, Step};

/// `None` when the program would be too large, or a back reference names no group.
pub(crate) fn compile(pattern: &Pattern) -> Option<Program> {
    let groups = pattern.groups as usize + 1;
    let mut compiler = Compiler { code: Vec::new(), sets: Vec::new(), slots: 2 * groups, groups };
    compiler.node(&pattern.node)?;
    compiler.push(Step::Done)?;
    let Compiler { code, sets, slots, groups } = compiler;
    Some(Program { code, sets, slots, groups, first: first(&pattern.node) })
}

/// What a match begins with, when it surely takes a byte.
fn first(node: &Node) -> Option<Bytes> {
    match node {
        Node::Byte(byte) => Some(Bytes::of([*byte])),
        Node::Class(set) => Some(*set),
        Node::Group(_, node) | Node::Atomic(node) => first(node),
        Node::Concat(nodes) => nodes
            .iter()
            .find(|node| !matches!(node, Node::Look(_) | Node::Keep | Node::Empty | Node::Around { .. }))
            .and_then(first),
        Node::Alternate(nodes) => {
            nodes.iter().try_fold(Bytes::default(), |set, node| Some(set.union(first(node)?)))
        }
        Node::Repeat { node, min, .. } if *min > 0 => first(node),
        _ => None,
    }
}

struct Compiler {
    code: Vec<Step>,
    sets: Vec<Bytes>,
    slots: usize,
    groups: usize,
}

impl Compiler {
    /// Where the step stands.
    fn push(&mut self, step: Step) -> Option<usize> {
        let at = self.code.len();
        if at >= INSTRUCTIONS_MAX {
            return None;
        }
        self.code.push(step);
        Some(at)
    }

    fn put(&mut self, at: usize, step: Step) {
        if let Some(kept) = self.code.get_mut(at) {
            *kept = step;
        }
    }

    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Empty => {}
            Node::Byte(byte) => {
                self.push(Step::Byte(*byte))?;
            }
            Node::Class(set) => {
                self.sets.push(*set);
                self.push(Step::Set(self.sets.len() - 1))?;
            }
            Node::Look(look) => {
                self.push(Step::Look(*look))?;
            }
            Node::Keep => {
                self.push(Step::Save(0))?;
            }
            Node::Group(None, node) => self.node(node)?,
            Node::Group(Some(group), node) => {
                // the start counts once the group ends: until then back references see the round before
                let begun = self.slot();
                self.push(Step::Save(begun))?;
                self.node(node)?;
                self.push(Step::GroupEnd { begun, group: *group as usize })?;
            }
            Node::Concat(nodes) => nodes.iter().try_for_each(|node| self.node(node))?,
            Node::Alternate(nodes) => self.alternate(nodes, |compiler, node| compiler.node(node))?,
            Node::Repeat { node, min, max, kind: RepeatKind::Possessive } => {
                self.atomic(|compiler| compiler.repeat(node, *min, *max, false))?;
            }
            Node::Repeat { node, min, max, kind } => {
                self.repeat(node, *min, *max, *kind == RepeatKind::Lazy)?
            }
            Node::Atomic(node) => self.atomic(|compiler| compiler.node(node))?,
            Node::Around { behind, negated, node } => self.around(node, *behind, *negated)?,
            Node::Backreference { group, caseless } => {
                let group = *group as usize;
                if group >= self.groups {
                    return None;
                }
                self.push(Step::Backreference { group, caseless: *caseless })?;
            }
        }
        Some(())
    }

    fn alternate(&mut self, nodes: &[Node], each: impl Fn(&mut Self, &Node) -> Option<()>) -> Option<()> {
        let mut ends = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            if at + 1 == nodes.len() {
                each(self, node)?;
                break;
            }
            let split = self.push(Step::Done)?;
            each(self, node)?;
            ends.push(self.push(Step::Done)?);
            self.put(split, Step::Split(split + 1, self.code.len()));
        }
        let end = self.code.len();
        ends.into_iter().for_each(|at| self.put(at, Step::Jump(end)));
        Some(())
    }

    fn atomic(&mut self, body: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let slot = self.slot();
        self.push(Step::AtomicBegin(slot))?;
        body(self)?;
        self.push(Step::AtomicEnd(slot))?;
        Some(())
    }

    fn around(&mut self, node: &Node, behind: bool, negated: bool) -> Option<()> {
        let at = self.push(Step::Done)?;
        let with_back = |compiler: &mut Self, node: &Node| {
            if behind {
                compiler.push(Step::Back(node.length_fixed()?))?;
            }
            compiler.node(node)
        };
        match node {
            Node::Alternate(nodes) => self.alternate(nodes, with_back)?,
            node => with_back(self, node)?,
        }
        self.push(Step::Done)?;
        self.put(at, Step::Around { negated, next: self.code.len() });
        Some(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, lazy: bool) -> Option<()> {
        for _ in 0..min {
            self.node(node)?;
        }
        let split =
            |first, second| if lazy { Step::Split(second, first) } else { Step::Split(first, second) };
        match max {
            None => {
                let round = self.slot();
                let start = self.push(Step::Done)?;
                self.push(Step::Save(round))?;
                self.node(node)?;
                let leave = self.push(Step::Done)?;
                self.push(Step::Jump(start))?;
                let end = self.code.len();
                self.put(leave, Step::LeaveWhenEmpty { slot: round, exit: end });
                self.put(start, split(start + 1, end));
            }
            Some(max) => {
                let mut splits = Vec::new();
                for _ in min..max {
                    splits.push(self.push(Step::Done)?);
                    self.node(node)?;
                }
                let end = self.code.len();
                splits.into_iter().for_each(|at| self.put(at, split(at + 1, end)));
            }
        }
        Some(())
    }
}
