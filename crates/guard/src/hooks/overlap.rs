//! Which parts of a text come from one of many inputs: a suffix automaton of the text, through which every input runs once.
//!
//! INVARIANT: time and memory are linear in the text and in the inputs together, whatever they hold.
use std::ops::Range;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct State {
    length: u32,
    link: u32,
    /// First of its edges in [`Automaton::edges`].
    edges: u32,
    /// Longest input as a whole, and longest part of an input, that ended in this state.
    whole: u32,
    part: u32,
}

#[derive(Clone, Copy)]
struct Edge {
    byte: u8,
    target: u32,
    next: u32,
}

/// Every substring of one text.
pub(super) struct Automaton {
    states: Vec<State>,
    edges: Vec<Edge>,
    /// The state of each prefix of the text, by its length - 1.
    prefixes: Vec<u32>,
}

impl Automaton {
    /// Of a text, without regard to ASCII case.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut automaton = Self {
            states: Vec::with_capacity(text.len() * 2 + 1),
            edges: Vec::with_capacity(text.len() * 3),
            prefixes: Vec::with_capacity(text.len()),
        };
        automaton.states.push(State { length: 0, link: NONE, edges: NONE, whole: 0, part: 0 });
        let mut last = 0;
        for byte in text {
            last = automaton.extend(last, byte.to_ascii_lowercase());
            automaton.prefixes.push(last);
        }
        automaton
    }

    fn state(&self, at: u32) -> State {
        self.states.get(at as usize).copied().unwrap_or(State {
            length: 0,
            link: NONE,
            edges: NONE,
            whole: 0,
            part: 0,
        })
    }

    fn edge(&self, state: u32, byte: u8) -> Option<u32> {
        let mut at = self.state(state).edges;
        while let Some(edge) = self.edges.get(at as usize) {
            if edge.byte == byte {
                return Some(edge.target);
            }
            at = edge.next;
        }
        None
    }

    fn set_edge(&mut self, state: u32, byte: u8, target: u32) {
        let mut at = self.state(state).edges;
        while let Some(edge) = self.edges.get_mut(at as usize) {
            if edge.byte == byte {
                edge.target = target;
                return;
            }
            at = edge.next;
        }
        let new = u32::try_from(self.edges.len()).unwrap_or(NONE);
        let next = self.state(state).edges;
        self.edges.push(Edge { byte, target, next });
        if let Some(state) = self.states.get_mut(state as usize) {
            state.edges = new;
        }
    }

    fn push(&mut self, length: u32, link: u32) -> u32 {
        let at = u32::try_from(self.states.len()).unwrap_or(NONE);
        self.states.push(State { length, link, edges: NONE, whole: 0, part: 0 });
        at
    }

    /// The well-known construction (Blumer et al. 1985): amortised constant time a letter.
    fn extend(&mut self, last: u32, byte: u8) -> u32 {
        let current = self.push(self.state(last).length + 1, 0);
        let mut walk = last;
        while walk != NONE && self.edge(walk, byte).is_none() {
            self.set_edge(walk, byte, current);
            walk = self.state(walk).link;
        }
        let Some(next) = (walk != NONE).then(|| self.edge(walk, byte)).flatten() else { return current };
        if self.state(walk).length + 1 == self.state(next).length {
            self.link(current, next);
            return current;
        }
        let clone = self.push(self.state(walk).length + 1, self.state(next).link);
        let mut at = self.state(next).edges;
        while let Some(edge) = self.edges.get(at as usize).copied() {
            self.set_edge(clone, edge.byte, edge.target);
            at = edge.next;
        }
        while walk != NONE && self.edge(walk, byte) == Some(next) {
            self.set_edge(walk, byte, clone);
            walk = self.state(walk).link;
        }
        self.link(next, clone);
        self.link(current, clone);
        current
    }

    fn link(&mut self, state: u32, to: u32) {
        if let Some(state) = self.states.get_mut(state as usize) {
            state.link = to;
        }
    }

    /// Runs one input through it; `input` is in lower case.
    pub(super) fn run(&mut self, input: &[u8], part_min: usize) {
        let (mut at, mut length) = (0_u32, 0_u32);
        for &byte in input {
            while at != 0 && self.edge(at, byte).is_none() {
                at = self.state(at).link;
                length = self.state(at).length;
            }
            match self.edge(at, byte) {
                Some(next) => (at, length) = (next, length + 1),
                None => (at, length) = (0, 0),
            }
            if length as usize >= part_min
                && let Some(state) = self.states.get_mut(at as usize)
            {
                state.part = state.part.max(length);
            }
        }
        if !input.is_empty()
            && length as usize == input.len()
            && let Some(state) = self.states.get_mut(at as usize)
        {
            state.whole = state.whole.max(length);
        }
    }

    /// The parts of the text that stand in an input: whole inputs of any length, parts of inputs of at least `part_min`
    /// bytes. Sorted, none inside of another.
    pub(super) fn ranges(mut self, part_min: usize) -> Vec<Range<usize>> {
        let mut order: Vec<u32> = (0..u32::try_from(self.states.len()).unwrap_or(0)).collect();
        order.sort_unstable_by_key(|&at| self.state(at).length);
        for &at in order.iter().rev() {
            let (part, link) = (self.state(at).part, self.state(at).link);
            if part > 0 && link != NONE {
                let length = self.state(link).length;
                if length as usize >= part_min
                    && let Some(state) = self.states.get_mut(link as usize)
                {
                    state.part = length;
                }
            }
        }
        for &at in &order {
            let link = self.state(at).link;
            if link != NONE {
                let above = self.state(link);
                if let Some(state) = self.states.get_mut(at as usize) {
                    state.part = state.part.max(above.part);
                    state.whole = state.whole.max(above.whole);
                }
            }
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        for (position, &prefix) in self.prefixes.iter().enumerate() {
            let state = self.state(prefix);
            let length = state.part.max(state.whole) as usize;
            if length == 0 {
                continue;
            }
            let range = position + 1 - length.min(position + 1)..position + 1;
            while found.last().is_some_and(|last| last.start >= range.start) {
                found.pop();
            }
            if found.last().is_none_or(|last| last.end < range.end) {
                found.push(range);
            }
        }
        found
    }
}
