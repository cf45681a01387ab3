//! The names of condition operators.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    /// How many of several values must match.
    pub(crate) over: Over,
    pub(crate) test: Test,
    /// Holds when the request has no such key.
    pub(crate) if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The key has one value.
    One,
    Any,
    All,
}

/// What is compared, and whether it must not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    Null,
    Bool,
    Binary,
    Text { how: TextTest, not: bool },
    Arn { not: bool },
    Ip { not: bool },
    Numeric(Order),
    Date(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextTest {
    Equals,
    IgnoreCase,
    Like,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equals,
    NotEquals,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
}

/// Every operator without prefix and suffix, as the guide spells it.
pub(crate) const OPERATORS: &[(&str, Test)] = &[
    ("StringEquals", Test::Text { how: TextTest::Equals, not: false }),
    ("StringNotEquals", Test::Text { how: TextTest::Equals, not: true }),
    ("StringEqualsIgnoreCase", Test::Text { how: TextTest::IgnoreCase, not: false }),
    ("StringNotEqualsIgnoreCase", Test::Text { how: TextTest::IgnoreCase, not: true }),
    ("StringLike", Test::Text { how: TextTest::Like, not: false }),
    ("StringNotLike", Test::Text { how: TextTest::Like, not: true }),
    ("NumericEquals", Test::Numeric(Order::Equals)),
    ("NumericNotEquals", Test::Numeric(Order::NotEquals)),
    ("NumericLessThan", Test::Numeric(Order::Less)),
    ("NumericLessThanEquals", Test::Numeric(Order::LessEquals)),
    ("NumericGreaterThan", Test::Numeric(Order::Greater)),
    ("NumericGreaterThanEquals", Test::Numeric(Order::GreaterEquals)),
    ("DateEquals", Test::Date(Order::Equals)),
    ("DateNotEquals", Test::Date(Order::NotEquals)),
    ("DateLessThan", Test::Date(Order::Less)),
    ("DateLessThanEquals", Test::Date(Order::LessEquals)),
    ("DateGreaterThan", Test::Date(Order::Greater)),
    ("DateGreaterThanEquals", Test::Date(Order::GreaterEquals)),
    ("Bool", Test::Bool),
    ("BinaryEquals", Test::Binary),
    ("IpAddress", Test::Ip { not: false }),
    ("NotIpAddress", Test::Ip { not: true }),
    ("ArnEquals", Test::Arn { not: false }),
    ("ArnLike", Test::Arn { not: false }),
    ("ArnNotEquals", Test::Arn { not: true }),
    ("ArnNotLike", Test::Arn { not: true }),
    ("Null", Test::Null),
];

impl Operator {
    /// `None` for a name that IAM does not know.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let (over, rest) = match name.split_once(':') {
            None => (Over::One, name),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => (Over::Any, rest),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => (Over::All, rest),
            Some(_) => return None,
        };
        let suffix = "IfExists";
        let cut = rest.len().saturating_sub(suffix.len());
        let (base, if_exists) = match rest.split_at_checked(cut) {
            Some((base, end)) if end.eq_ignore_ascii_case(suffix) => (base, true),
            _ => (rest, false),
        };
        let (_, test) = OPERATORS.iter().find(|(known, _)| known.eq_ignore_ascii_case(base))?;
        Some(Self { over, test: *test, if_exists })
    }

    /// Holds when the value is not the one that is named.
    pub(crate) fn is_negative(self) -> bool {
        match self.test {
            Test::Text { not, .. } | Test::Arn { not } | Test::Ip { not } => not,
            Test::Numeric(order) | Test::Date(order) => order == Order::NotEquals,
            Test::Null | Test::Bool | Test::Binary => false,
        }
    }

    /// Policy variables are replaced in its values.
    pub(crate) fn takes_variables(self) -> bool {
        matches!(self.test, Test::Text { .. } | Test::Arn { .. } | Test::Bool)
    }
}
