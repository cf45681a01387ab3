//! Checksums of card and identity numbers: `@verifyCC`, `@verifyCPF`, `@verifySSN`, `@verifySVNR`.

/// Whose checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    /// Payment cards (Luhn, ISO/IEC 7812-1).
    Card,
    /// Brazil's tax number.
    Cpf,
    /// The United States' social security number.
    Ssn,
    /// Austria's social insurance number.
    Svnr,
}

impl Checksum {
    /// Whether a text is such a number, whatever stands between its digits.
    pub(super) fn holds(self, text: &[u8]) -> bool {
        match self {
            Self::Card => luhn(text),
            Self::Cpf => cpf(&first_digits(text)),
            Self::Ssn => ssn(&all_digits(text)),
            Self::Svnr => svnr(&first_digits(text)),
        }
    }
}

fn digits(text: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
}

/// The first `N` digits, up to a NUL; `None` when there are fewer.
fn first_digits<const N: usize>(text: &[u8]) -> Option<[u32; N]> {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    let found: Vec<u32> = digits(text.get(..end).unwrap_or(text)).take(N).collect();
    found.try_into().ok()
}

/// All digits when they are exactly `N`.
fn all_digits<const N: usize>(text: &[u8]) -> Option<[u32; N]> {
    let found: Vec<u32> = digits(text).take(N + 1).collect();
    found.try_into().ok()
}

fn luhn(text: &[u8]) -> bool {
    let mut sum = 0;
    let mut count = 0usize;
    for digit in digits(text).rev() {
        let weighted = if count % 2 == 1 { digit * 2 } else { digit };
        sum = (sum + weighted / 10 + weighted % 10) % 10;
        count += 1;
    }
    count > 0 && sum == 0
}

/// One digit repeated, or `0123…`.
fn is_pattern(digits: &[u32]) -> bool {
    let repeated = digits.windows(2).all(|pair| matches!(pair, [first, second] if first == second));
    let counted = (0..10).cycle().zip(digits).all(|(expected, &digit)| expected == digit);
    repeated || counted
}

fn cpf(digits: &Option<[u32; 11]>) -> bool {
    let Some(digits) = digits else { return false };
    if is_pattern(digits) {
        return false;
    }
    // the check digit of some digits: weights count down to 2
    let check = |counted: usize| {
        let sum: u32 = digits
            .iter()
            .take(counted)
            .zip((2..=counted as u32 + 1).rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
    };
    let [.., first, second] = digits;
    *first == check(9) && {
        // the second is computed with the first as it should be, which it is
        *second == check(10)
    }
}

fn ssn(digits: &Option<[u32; 9]>) -> bool {
    let Some(digits) = digits else { return false };
    let counted = digits.windows(2).all(|pair| matches!(pair, [first, second] if first + 1 == *second));
    let repeated = digits.windows(2).all(|pair| matches!(pair, [first, second] if first == second));
    let number = |part: &[u32]| part.iter().fold(0, |number, digit| number * 10 + digit);
    let [a, b, c, d, e, serial @ ..] = digits;
    let area = number(&[*a, *b, *c]);
    !counted
        && !repeated
        && area != 0
        && area < 740
        && area != 666
        && number(&[*d, *e]) != 0
        && number(serial) != 0
}

fn svnr(digits: &Option<[u32; 10]>) -> bool {
    const WEIGHTS: [u32; 10] = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6];
    let Some(digits) = digits else { return false };
    if is_pattern(digits) || *digits == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let [_, _, _, check, ..] = digits;
    *check == sum % 11 % 10
}
