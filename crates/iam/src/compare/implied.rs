//! Whether the conditions of one statement say all that those of another ask for.
use model::{Condition, Tri, Value};

use crate::Pattern;

/// True when every one of `asked` follows from one of `held`.
pub(super) fn all(held: &[Condition], asked: &[Condition]) -> Tri {
    Tri::all(asked.iter().map(|asked| {
        let follows = held.iter().any(|held| one(held, asked));
        // Another condition may say the same in other words.
        if follows {
            Tri::True
        } else if held.is_empty() {
            Tri::False
        } else {
            Tri::Unknown
        }
    }))
}

fn one(held: &Condition, asked: &Condition) -> bool {
    if !held.key.eq_ignore_ascii_case(&asked.key) || asked.values.is_empty() {
        return false;
    }
    let (held_by, asked_by) = (Operator::read(&held.operator), Operator::read(&asked.operator));
    // `IfExists` lets more through, so that it may be what is asked for, but not what is held.
    if held_by.quantifier != asked_by.quantifier || (held_by.if_exists && !asked_by.if_exists) {
        return false;
    }
    let same = held_by.base == asked_by.base;
    let widened = matches!(
        (held_by.base.as_str(), asked_by.base.as_str()),
        ("stringequals", "stringlike" | "stringequalsignorecase")
            | ("arnequals", "arnlike")
            | ("arnlike", "arnequals")
    );
    if !same && !widened {
        return false;
    }
    match asked_by.base.as_str() {
        "stringequals" | "bool" | "null" | "binaryequals" | "numericequals" | "dateequals" | "ipaddress" => {
            subset(&held.values, &asked.values, |held, asked| held == asked)
        }
        "stringequalsignorecase" => subset(&held.values, &asked.values, |held, asked| {
            held.to_string().eq_ignore_ascii_case(&asked.to_string())
        }),
        "stringlike" | "arnlike" | "arnequals"
            if !held_by.base.contains("equals") || held_by.base.starts_with("arn") =>
        {
            subset(&held.values, &asked.values, |held, asked| held.within(asked).is_true())
        }
        // A `*` of `StringEquals` is a star.
        "stringlike" => subset(&held.values, &asked.values, |held, asked| {
            !held.is_open() && asked.matches(&held.to_string()).is_true()
        }),
        "stringnotequals"
        | "stringnotequalsignorecase"
        | "numericnotequals"
        | "datenotequals"
        | "notipaddress"
        | "stringnotlike"
        | "arnnotlike"
        | "arnnotequals" => subset(&asked.values, &held.values, |asked, held| asked == held),
        _ => {
            subset(&held.values, &asked.values, |held, asked| held == asked)
                && subset(&asked.values, &held.values, |asked, held| asked == held)
        }
    }
}

/// Each of `few` has one of `many` that fits.
fn subset(few: &[Value], many: &[Value], fits: fn(&Pattern, &Pattern) -> bool) -> bool {
    let many: Vec<Pattern> = many.iter().map(Pattern::of).collect();
    few.iter().map(Pattern::of).all(|one| many.iter().any(|other| fits(&one, other)))
}

/// The parts of a condition operator's name.
struct Operator {
    quantifier: String,
    base: String,
    if_exists: bool,
}

impl Operator {
    fn read(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let (quantifier, base) = name.split_once(':').unwrap_or(("", &name));
        let (base, if_exists) = match base.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        Self { quantifier: quantifier.to_owned(), base: base.to_owned(), if_exists }
    }
}
