//! Yes, no, or "the template does not say".
use std::ops::{BitAnd, BitOr, Not};

/// Three-valued logic (Kleene): `Unknown` stays unknown unless the other side decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tri {
    True,
    False,
    Unknown,
}

impl Tri {
    #[must_use]
    pub fn is_true(self) -> bool {
        self == Self::True
    }

    #[must_use]
    pub fn is_false(self) -> bool {
        self == Self::False
    }

    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == Self::Unknown
    }

    /// True when any is; unknown when none is but one may be.
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        items.into_iter().fold(Self::False, BitOr::bitor)
    }

    /// False when any is; unknown when none is but one may be.
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        items.into_iter().fold(Self::True, BitAnd::bitand)
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Not for Tri {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl BitAnd for Tri {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }
}

impl BitOr for Tri {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        !(!self & !other)
    }
}
