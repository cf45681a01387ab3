//! `@eq`, `@ge`, `@gt`, `@le`, `@lt`, with the numbers that C reads out of any text.
//!
//! ModSecurity reads `@eq` with `std::stoi` (an `int`; 0 when it does not fit) and the others with `atoll` (a `long long`; it
//! stops at the greatest or least). Both skip white space, take one sign and the digits, and ignore what follows.

/// Which comparison, value first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
}

impl Comparison {
    pub(super) fn holds(self, value: &[u8], argument: &[u8]) -> bool {
        match self {
            Self::Eq => int(value) == int(argument),
            Self::Ge => long(value) >= long(argument),
            Self::Gt => long(value) > long(argument),
            Self::Le => long(value) <= long(argument),
            Self::Lt => long(value) < long(argument),
        }
    }
}

/// `atoll`
pub(super) fn long(text: &[u8]) -> i64 {
    let start = text
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r'))
        .unwrap_or(text.len());
    let (negative, digits) = match text.get(start..).unwrap_or_default() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let mut number = 0i64;
    for &byte in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
        let digit = i64::from(byte - b'0');
        let next = number
            .checked_mul(10)
            .and_then(|number| if negative { number.checked_sub(digit) } else { number.checked_add(digit) });
        match next {
            Some(next) => number = next,
            None => return if negative { i64::MIN } else { i64::MAX },
        }
    }
    number
}

/// `std::stoi`, 0 where it throws.
fn int(text: &[u8]) -> i32 {
    i32::try_from(long(text)).unwrap_or(0)
}
