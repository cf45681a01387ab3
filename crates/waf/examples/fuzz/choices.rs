//! Bytes as choices: a generator that walks a grammar asks for the next one. A change of a byte then changes the structure, where a
//! changed letter of a rule or of a document would only be an error in its first line.

/// The choices that an input makes.
pub(crate) struct Choices<'b> {
    bytes: std::slice::Iter<'b, u8>,
    /// What is chosen when the bytes are used up: the same every time.
    state: u64,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        let state = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { bytes: bytes.iter(), state: state | 1 }
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = end.max(1);
        match self.bytes.next() {
            Some(byte) => usize::from(*byte) % end,
            None => {
                self.state ^= self.state << 13;
                self.state ^= self.state >> 7;
                self.state ^= self.state << 17;
                usize::try_from((self.state >> 11) % end as u64).unwrap_or(0)
            }
        }
    }

    /// Once in so many times.
    pub(crate) fn rarely(&mut self, one_of: usize) -> bool {
        self.below(one_of) == 0
    }

    pub(crate) fn one<T: Copy + Default>(&mut self, of: &[T]) -> T {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// Several pieces one behind the other.
    pub(crate) fn text(&mut self, pieces: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.one(pieces)).collect()
    }
}
