//! Keyed hashes that stand for what people send.
//!
//! What is remembered between requests may belong to somebody, so that it is not kept: only a hash of 128 bits under a key that this process
//! drew at random (SipHash-1-3, as the standard library's maps). Nobody outside sees a hash, so nobody can find two values with one; and who sees
//! the memory cannot try values without the key.
use super::inputs::Store;
use crate::Fields;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// The hash of something, among things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark(u64, u64);

/// Whom a mark belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Feed(u32),
    Line,
    Names(Store),
    Values(Store),
    Group(usize),
    Rule(u32),
}

impl Mark {
    pub(super) fn of_value(value: &[u8]) -> Self {
        let hash = hasher().hash(value);
        Self(hash.h1, hash.h2)
    }

    /// Of several texts in their order.
    pub(super) fn of_texts<const N: usize>(texts: [&[u8]; N]) -> Self {
        let mut hasher = *hasher();
        for text in texts {
            hasher.write_usize(text.len());
            hasher.write(text);
        }
        Self::finish(&hasher)
    }

    /// Of the names in their order; `text` is room for them.
    pub(super) fn of_names(fields: &Fields, text: &mut Vec<u8>) -> Self {
        text.clear();
        for field in fields.iter() {
            write_length(field.name.len(), text);
            text.extend_from_slice(field.name);
        }
        Self::of_value(text)
    }

    /// Of all names and values in their order, of which parts begin and end at these numbers; `text` is room for them.
    pub(super) fn of_fields(fields: &Fields, parts: [usize; 3], text: &mut Vec<u8>) -> Self {
        text.clear();
        for number in [fields.len()].into_iter().chain(parts) {
            write_length(number, text);
        }
        for field in fields.iter() {
            write_length(field.name.len(), text);
            write_length(field.value.len(), text);
        }
        text.extend_from_slice(fields.block());
        Self::of_value(text)
    }

    /// The mark of the same thing in one place among others. (0 in both halves stands for nothing, and is as unlikely as any other.)
    pub(super) fn within(self, kind: Kind) -> Self {
        let (kind, number) = match kind {
            Kind::Feed(number) => (0, u64::from(number)),
            Kind::Line => (16, 0),
            Kind::Names(store) => (1, (store as u64) << 32),
            Kind::Values(store) => (2, (store as u64) << 32),
            Kind::Group(number) => (4, number as u64),
            Kind::Rule(number) => (8, u64::from(number)),
        };
        Self(self.0.wrapping_add(MIX.wrapping_mul(kind)), self.1.wrapping_add(number.wrapping_mul(MIX)))
    }

    /// The mark of two things together.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 ^ other.0.rotate_left(1), self.1 ^ other.1.rotate_left(1))
    }

    fn finish(hasher: &SipHasher13) -> Self {
        let hash = hasher.finish128();
        Self(hash.h1, hash.h2)
    }

    /// Its place in a table of so many.
    pub(super) fn place(self, places: usize) -> usize {
        (self.0 ^ self.1) as usize % places
    }
}

/// Small numbers are one byte, others begin with 255.
fn write_length(length: usize, out: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(small) if small < u8::MAX => out.push(small),
        _ => {
            out.push(u8::MAX);
            out.extend_from_slice(&length.to_le_bytes());
        }
    }
}

fn hasher() -> &'static SipHasher13 {
    static KEY: OnceLock<SipHasher13> = OnceLock::new();
    KEY.get_or_init(|| {
        // The system's random numbers, which the standard library draws for its own maps.
        let random = RandomState::new();
        SipHasher13::new_with_keys(random.hash_one(1_u8), random.hash_one(2_u8))
    })
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use super::{Kind, Mark};
    use crate::Fields;
    use crate::engine::inputs::Store;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            fields.push(name.as_bytes(), value.as_bytes());
        }
        fields
    }

    fn of_fields(fields: &Fields, parts: [usize; 3]) -> Mark {
        Mark::of_fields(fields, parts, &mut Vec::new())
    }

    fn of_names(fields: &Fields) -> Mark {
        Mark::of_names(fields, &mut Vec::new())
    }

    #[test]
    fn another_border_is_another_mark() {
        let wanted = fields(&[("ab", "c"), ("d", "")]);
        let mark = of_fields(&wanted, [2; 3]);
        assert_eq!(mark, of_fields(&fields(&[("ab", "c"), ("d", "")]), [2; 3]));
        for other in [
            &[("a", "bc"), ("d", "")][..],
            &[("ab", "c"), ("", "d")],
            &[("ab", "cd")],
            &[("ab", "c"), ("d", ""), ("", "")],
            &[("d", ""), ("ab", "c")],
            &[("Ab", "c"), ("d", "")],
        ] {
            assert_ne!(mark, of_fields(&fields(other), [2; 3]), "{other:?}");
            assert_ne!(of_names(&wanted), of_names(&fields(other)), "{other:?}");
        }
        assert_ne!(mark, of_fields(&wanted, [1, 2, 2]));
        assert_eq!(of_names(&wanted), of_names(&fields(&[("ab", "x"), ("d", "yz")])));
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        assert_eq!(Mark::of_texts([b"a", b"bc"]), Mark::of_texts([b"a", b"bc"]));
        assert_ne!(Mark::of_texts([b"a", b"bc"]), Mark::of_texts([b"ab", b"c"]));
    }

    #[test]
    fn every_place_has_another_mark() {
        let value = Mark::of_value(b"a");
        let mut marks = Vec::new();
        for store in [Store::Args, Store::RequestHeaders, Store::Cookies] {
            for of_store in [value.within(Kind::Names(store)), value.within(Kind::Values(store))] {
                for number in 0..3 {
                    marks.push(of_store.within(Kind::Group(number)));
                    marks.push(of_store.within(Kind::Rule(number as u32)));
                    marks.push(value.within(Kind::Feed(number as u32)));
                }
            }
        }
        let all: std::collections::BTreeSet<_> = marks.iter().map(|mark| (mark.0, mark.1)).collect();
        assert_eq!(all.len(), 3 * 2 * 3 * 2 + 3);
        assert_ne!(value.and(Mark::of_value(b"b")), Mark::of_value(b"b").and(value));
    }
}
