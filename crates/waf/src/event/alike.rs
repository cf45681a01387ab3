//! Which values of an event rules judge as they judged an earlier one.
//!
//! A list of a thousand orders has each name a thousand times, with other numbers in the path, and many of its values again.
//! Rules know names without the place in a list, so the second of two equal values is nothing new, and neither is the second number.
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// A name with all names around it, without places in lists.
pub(super) type Shape = u32;

/// The event itself.
pub(super) const ROOT: Shape = 0;

/// Children that are compared one by one; an object with more gets an index.
const CHILDREN_FEW: usize = 8;
/// Digits of what counts as a number.
const DIGITS_MAX: usize = 24;

#[derive(Debug, Default)]
struct Node {
    name: Box<str>,
    children: Vec<Shape>,
    /// By name, where there are many.
    index: HashMap<Box<str>, Shape>,
    /// What stands for every place of a list.
    place: Option<Shape>,
    has_value: bool,
}

/// What has been seen of one event.
#[derive(Debug)]
pub(super) struct Alike {
    nodes: Vec<Node>,
    values: HashSet<u64, BuildHasherDefault<Done>>,
    /// Random, so that nobody can write two values that count as one.
    keys: RandomState,
}

/// Takes what is a hash already.
#[derive(Debug, Default)]
struct Done(u64);

impl Hasher for Done {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Alike {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], values: HashSet::default(), keys: RandomState::new() }
    }

    fn add(&mut self, name: &str) -> Shape {
        let shape = Shape::try_from(self.nodes.len()).unwrap_or(Shape::MAX);
        self.nodes.push(Node { name: name.into(), ..Node::default() });
        shape
    }

    /// A value in a list.
    pub(super) fn place(&mut self, parent: Shape) -> Shape {
        if let Some(known) = self.nodes.get(parent as usize).and_then(|node| node.place) {
            return known;
        }
        let shape = self.add("");
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            node.place = Some(shape);
        }
        shape
    }

    /// The member `name` of an object, which is its member number `at`: objects of a list have theirs in one order mostly.
    pub(super) fn member(&mut self, parent: Shape, name: &str, at: usize) -> Shape {
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.place(parent);
        }
        if let Some(node) = self.nodes.get(parent as usize) {
            let is_it =
                |shape: &&Shape| self.nodes.get(**shape as usize).is_some_and(|one| *one.name == *name);
            let known = node
                .children
                .get(at)
                .filter(is_it)
                .or_else(|| node.children.iter().take(CHILDREN_FEW).find(is_it))
                .or_else(|| node.index.get(name));
            if let Some(known) = known {
                return *known;
            }
        }
        let shape = self.add(name);
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            if node.children.len() >= CHILDREN_FEW {
                node.index.insert(name.into(), shape);
            }
            node.children.push(shape);
        }
        shape
    }

    /// The way from the event to a path (`Records.3.body`).
    pub(super) fn path(&mut self, path: &str) -> Shape {
        path.split('.').filter(|name| !name.is_empty()).fold(ROOT, |shape, name| self.member(shape, name, 0))
    }

    /// Notes a value; whether one that is judged alike was there before.
    pub(super) fn is_repeated(&mut self, shape: Shape, value: &[u8]) -> bool {
        if let Some(node) = self.nodes.get_mut(shape as usize) {
            let had_value = std::mem::replace(&mut node.has_value, true);
            if had_value && is_number(value) {
                return true;
            }
        }
        let mut hasher = self.keys.build_hasher();
        hasher.write_u32(shape);
        hasher.write(value);
        !self.values.insert(hasher.finish())
    }
}

/// A number, `true` or `false`: nothing that any rule looks for.
fn is_number(value: &[u8]) -> bool {
    matches!(value, b"true" | b"false")
        || (value.len() <= DIGITS_MAX
            && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
            && !value.windows(2).any(|pair| pair == b".." || pair == b"--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_lists_are_one_and_names_are_not() {
        let mut alike = Alike::new();
        let (first, second) = (alike.path("Records.0.body"), alike.path("Records.17.body"));
        assert_eq!(first, second);
        assert_ne!(first, alike.path("Records.0.bode"));
        let many: Vec<Shape> = (0..100).map(|at| alike.member(first, &format!("n{at}x"), at)).collect();
        for (at, shape) in many.iter().enumerate() {
            assert_eq!(*shape, alike.member(first, &format!("n{at}x"), 99 - at));
        }
    }

    #[test]
    fn a_value_counts_once_and_a_number_with_the_first_of_its_name() {
        let mut alike = Alike::new();
        let (name, other) = (alike.path("0.name"), alike.path("0.other"));
        assert!(!alike.is_repeated(name, b"ann"));
        assert!(alike.is_repeated(name, b"ann"));
        assert!(!alike.is_repeated(name, b"bob"));
        assert!(alike.is_repeated(name, b"12.5"));
        assert!(!alike.is_repeated(name, b"1..2"));
        assert!(!alike.is_repeated(name, b"1--"));
        assert!(!alike.is_repeated(other, b"ann"));
        let number = alike.path("n");
        assert!(!alike.is_repeated(number, b"7"));
    }
}
