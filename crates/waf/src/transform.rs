//! Transformations (`t:`): from bytes to bytes, and most often to the same bytes.
//!
//! One scan of a value gives its [`Features`]; they say without a second look which transformations leave it as it is.
use crate::rule::Transformation;
use std::collections::BTreeMap;

/// Which kinds of bytes stand in a value (a bit each: `%`, `&`, `\`, upper case, white space, NUL, above 0x7F, …).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(pub u32);

/// Scans a value once.
#[must_use]
pub fn features(value: &[u8]) -> Features {
    let _ = value;
    Features(u32::MAX)
}

/// Whether a transformation surely leaves a value of these features unchanged. `false` says nothing.
#[must_use]
pub fn leaves_alone(transformation: Transformation, features: Features) -> bool {
    let _ = (transformation, features);
    false
}

/// What some transformations need to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// `SecUnicodeMapFile`
    pub unicode_map: Option<&'a BTreeMap<u32, u8>>,
}

/// Applies a transformation: writes the result to `out`, which is cleared first, and says whether it differs from the value.
/// When it says `false`, `out` holds nothing of use.
pub fn apply(transformation: Transformation, value: &[u8], context: Context<'_>, out: &mut Vec<u8>) -> bool {
    let _ = (transformation, value, context);
    out.clear();
    false
}
