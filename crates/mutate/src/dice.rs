//! Chance that can be repeated, and what it does to an input.
use crate::Seed;

/// A generator that needs no crate: xorshift of 64 bits.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// 0 would stay 0: 1 then.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }

    /// One of them; the default when there is none.
    pub fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }
}

/// Steps of one mutation.
const STEPS: usize = 6;
/// A piece is put in at most so often at once.
const REPEATED_MAX: usize = 2_000;

/// Makes new inputs of old ones.
#[derive(Clone, Debug)]
pub struct Mutator {
    pub dice: Dice,
    pieces: Vec<&'static [u8]>,
    /// What is UTF-8 stays so.
    is_text: bool,
}

impl Mutator {
    /// For parsers of bytes. `pieces` are what the format is made of.
    #[must_use]
    pub fn of_bytes(pieces: &[&'static [u8]], seed: u64) -> Self {
        Self { dice: Dice::new(seed), pieces: pieces.to_vec(), is_text: false }
    }

    /// For parsers of text.
    #[must_use]
    pub fn of_text(pieces: &[&'static str], seed: u64) -> Self {
        let pieces = pieces.iter().map(|piece| piece.as_bytes()).collect();
        Self { dice: Dice::new(seed), pieces, is_text: true }
    }

    /// One of the seeds, changed in one to seven places; nothing when there is no seed.
    pub fn mutated(&mut self, seeds: &[Seed]) -> Option<Seed> {
        let first = seeds.get(self.dice.below(seeds.len()))?;
        let other = seeds.get(self.dice.below(seeds.len()))?;
        let mut seed = first.clone();
        for _ in 0..=self.dice.below(STEPS) {
            self.step(&mut seed.bytes, &other.bytes);
        }
        Some(seed)
    }

    fn step(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.place(bytes, bytes.len() + 1);
        match self.dice.below(9) {
            0 => put(bytes, at, self.dice.pick(&self.pieces)),
            1 => {
                let many = 1 + self.dice.below(REPEATED_MAX);
                put(bytes, at, &self.dice.pick(&self.pieces).repeat(many));
            }
            2 => {
                let end = self.end(bytes, at, 40);
                bytes.drain(at..end);
            }
            3 => {
                let from = self.place(other, other.len() + 1);
                let end = self.end(other, from, 200);
                put(bytes, at, other.get(from..end).unwrap_or_default());
            }
            4 => {
                let end = self.end(bytes, at, 200);
                let twice = bytes.get(at..end).unwrap_or_default().to_vec();
                put(bytes, at, &twice);
            }
            5 => {
                let line = self.line(bytes);
                bytes.drain(line);
            }
            6 => {
                let line = self.line(other);
                put(bytes, at, other.get(line).unwrap_or_default());
            }
            7 => self.change(bytes, at),
            // Seldom: what follows a cut is never read.
            _ if at > 0 && self.dice.below(3) == 0 => bytes.truncate(at),
            _ => {}
        }
    }

    /// One letter becomes another; of bytes one bit.
    fn change(&mut self, bytes: &mut Vec<u8>, at: usize) {
        if self.is_text {
            let end = self.end(bytes, at, 1);
            let letter = u8::try_from(32 + self.dice.below(95)).unwrap_or(b' ');
            drop(bytes.splice(at..end, [letter]));
        } else if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << self.dice.below(8);
        }
    }

    fn place(&mut self, bytes: &[u8], end: usize) -> usize {
        let at = self.dice.below(end).min(bytes.len());
        self.boundary(bytes, at)
    }

    fn end(&mut self, bytes: &[u8], from: usize, most: usize) -> usize {
        let end = (from + 1 + self.dice.below(most)).min(bytes.len());
        self.boundary(bytes, end).max(from)
    }

    /// The start of the letter at a place.
    fn boundary(&self, bytes: &[u8], mut at: usize) -> usize {
        let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        while self.is_text && at > 0 && is_inside(at) {
            at -= 1;
        }
        at
    }

    /// A whole line, with its end.
    fn line(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let at = self.dice.below(bytes.len() + 1).min(bytes.len());
        let (before, after) = bytes.split_at_checked(at).unwrap_or_default();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
        let end = after.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |found| at + found + 1);
        start..end
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    drop(bytes.splice(at..at, piece.iter().copied()));
}
