//! Numbers as decimals: bounds, multiples and equality are exact, whatever a float would make of them.
//!
//! A number of JSON arrives as the shortest text of a 64-bit integer or float: at most 20 digits behind each other, and an
//! exponent. Integers past 64 bits were rounded to a float by the parser, as the function's own does that with most of them.
use std::cmp::Ordering;

/// `±mantissa · 10^exponent`, without a zero at the end of the mantissa.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    mantissa: u128,
    exponent: i32,
}

/// Digits that a mantissa may have.
const DIGITS_MAX: u32 = 36;

impl Decimal {
    /// Reads `-12.5e-3`; none when it is no number, or has too many digits.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().ok()?),
            None => (text, 0_i32),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() {
            return None;
        }
        let mut number = Self { is_negative, mantissa: 0, exponent };
        // Zeros are counted until a digit follows: those of a great float are many, and all at its end.
        let mut zeros = 0;
        for (at, digit) in whole.bytes().chain(part.bytes()).enumerate() {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.exponent = number.exponent.checked_sub(i32::from(at >= whole.len()))?;
            zeros += 1;
            if digit != 0 {
                number.mantissa = scaled(number.mantissa, zeros)?.checked_add(digit.into())?;
                zeros = 0;
            }
        }
        number.exponent = number.exponent.checked_add(i32::try_from(zeros).ok()?)?;
        if number.mantissa == 0 {
            (number.is_negative, number.exponent) = (false, 0);
        }
        (number.mantissa.checked_ilog10().unwrap_or(0) < DIGITS_MAX).then_some(number)
    }

    pub(super) const fn is_integer(self) -> bool {
        self.exponent >= 0
    }

    pub(super) const fn is_positive(self) -> bool {
        !self.is_negative && self.mantissa != 0
    }

    /// As a count: none when it is none, or a very large one.
    pub(super) fn count(self) -> Option<u64> {
        let zeros = u32::try_from(self.exponent).ok()?;
        (!self.is_negative).then(|| u64::try_from(scaled(self.mantissa, zeros)?).ok())?
    }

    /// Equal for equal numbers alone.
    pub(super) fn bytes(self) -> impl Iterator<Item = u8> {
        let mantissa = self.mantissa.to_le_bytes().into_iter();
        mantissa.chain(self.exponent.to_le_bytes()).chain([u8::from(self.is_negative)])
    }

    /// Whether it is a whole number of times the other, which is positive.
    pub(super) fn is_multiple_of(self, of: Self) -> bool {
        if self.mantissa == 0 {
            return true;
        }
        let Some(zeros) = self.exponent.checked_sub(of.exponent).and_then(|zeros| u32::try_from(zeros).ok())
        else {
            // The divisor ends in zeros that this number, in the same unit, has not.
            return false;
        };
        let Some(mut rest) = self.mantissa.checked_rem(of.mantissa) else { return false };
        for _ in 0..zeros {
            if rest == 0 {
                break;
            }
            rest = tenfold_rest(rest, of.mantissa);
        }
        rest == 0
    }

    /// Where the first digit stands.
    fn magnitude(self) -> i64 {
        i64::from(self.mantissa.checked_ilog10().unwrap_or(0)) + i64::from(self.exponent)
    }

    fn compare_sizes(self, other: Self) -> Ordering {
        if self.mantissa == 0 || other.mantissa == 0 {
            return self.mantissa.cmp(&other.mantissa);
        }
        let shift = |number: Self| {
            let length = number.mantissa.checked_ilog10().unwrap_or(0);
            scaled(number.mantissa, DIGITS_MAX.saturating_sub(length)).unwrap_or(u128::MAX)
        };
        self.magnitude().cmp(&other.magnitude()).then_with(|| shift(self).cmp(&shift(other)))
    }
}

/// With zeros behind it.
fn scaled(mantissa: u128, zeros: u32) -> Option<u128> {
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10_u128.checked_pow(zeros)?)
}

/// Ten times a number below `of`, without what `of` divides.
fn tenfold_rest(number: u128, of: u128) -> u128 {
    // Both are below 10^37, so that ten times them is below 2^128.
    number.wrapping_mul(10).checked_rem(of).unwrap_or(0)
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_sizes(*other),
            (true, true) => other.compare_sizes(*self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn number(text: &str) -> Decimal {
        Decimal::read(text).expect("a number")
    }

    #[test]
    fn numbers_are_compared_as_they_are_written() {
        let order = [
            "-1e300", "-10", "-9.5", "-0.1", "0", "5e-324", "0.1", "0.11", "1", "9.99", "10", "1e20", "1e308",
        ];
        for (at, left) in order.iter().enumerate() {
            for (place, right) in order.iter().enumerate() {
                assert_eq!(number(left).cmp(&number(right)), at.cmp(&place), "{left} {right}");
            }
        }
        assert_eq!(
            (number("-0.0"), number("1.50"), number("1e2")),
            (number("0"), number("15e-1"), number("100.0"))
        );
        assert_eq!(number(&f64::MAX.to_string()).magnitude(), 308);
        assert_eq!(number(&5e-324.to_string()), number("5e-324"));
        assert_eq!(number("18446744073709551615").count(), Some(u64::MAX));
        assert_eq!(
            (number("1e3").count(), number("0.5").count(), number("-1").count()),
            (Some(1000), None, None)
        );
        for wrong in ["", "-", ".5", "1e", "a", "1a"] {
            assert_eq!(Decimal::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        for (of, good, bad) in [
            ("0.01", &["0.07", "4.35", "1e308", "0", "-19.99"][..], &["0.005", "1e-3"][..]),
            ("0.0001", &["0.0075"], &["0.00751"]),
            ("3", &["9", "3e0", "111", "30", "3e100"], &["1e100", "10", "0.3"]),
            ("7e10", &["7e10", "14e10", "7e300"], &["7e9", "1e300"]),
            ("0.123456789", &["0.123456789", "123456789"], &["1e308"]),
            ("18446744073709551615", &["18446744073709551615"], &["18446744073709551614", "1e300"]),
        ] {
            good.iter().for_each(|text| assert!(number(text).is_multiple_of(number(of)), "{text} of {of}"));
            bad.iter().for_each(|text| assert!(!number(text).is_multiple_of(number(of)), "{text} of {of}"));
        }
    }
}
