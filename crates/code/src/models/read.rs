//! Lines of the tables of rules to facts.
use model::SinkKind;

use super::table::{Argument, Class, Condition, Effect, Fact, Pattern, Returns, Rule, normal_name};
use crate::taint::Kinds;

/// The facts of a table, in its order; an error is the line that is wrong, and why.
pub(super) fn facts(text: &'static str) -> impl Iterator<Item = Result<Fact, String>> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| fact(line).ok_or_else(|| line.to_owned()))
}

fn fact(line: &'static str) -> Option<Fact> {
    let mut words = line.split_whitespace();
    let patterns = expand(words.next()?).iter().map(|pattern| self::pattern(pattern)).collect();
    let words: Vec<&'static str> = words.collect();
    let (class, rule) = match *words.as_slice() {
        ["no", class] => (self::class(class)?, None),
        ["sink", kind, argument] => (Class::Sink, Some(sink(kind, argument, Condition::Always)?)),
        ["sink", kind, argument, condition] => {
            (Class::Sink, Some(sink(kind, argument, self::condition(condition)?)?))
        }
        ["returns", what] => (Class::Returns, Some(returns(what, "*", None)?)),
        ["returns", what, argument] => (Class::Returns, Some(returns(what, argument, None)?)),
        ["returns", what, argument, condition] => {
            (Class::Returns, Some(returns(what, argument, Some(self::condition(condition)?))?))
        }
        [word, kinds] => changing(word, kinds, "0")?,
        [word, kinds, argument] => changing(word, kinds, argument)?,
        _ => return None,
    };
    Some(Fact { patterns, class, rule })
}

fn changing(word: &str, kinds: &str, argument: &'static str) -> Option<(Class, Option<Rule>)> {
    let kinds = self::kinds(kinds)?;
    let class = class(word)?;
    let effect = match class {
        Class::Clean => Effect::Clean(kinds),
        Class::Guard => Effect::Guard(kinds),
        Class::Test => Effect::Test(kinds),
        Class::Sink | Class::Returns => return None,
    };
    Some((class, Some(Rule { effect, argument: self::argument(argument)? })))
}

fn sink(kind: &str, argument: &'static str, condition: Condition) -> Option<Rule> {
    Some(Rule { effect: Effect::Sink(self::kind(kind)?, condition), argument: self::argument(argument)? })
}

fn returns(what: &str, argument: &'static str, condition: Option<Condition>) -> Option<Rule> {
    let returns = match what {
        "fresh" => Returns::Fresh,
        "same" => Returns::Same,
        "holds" => Returns::Holds,
        "parsed" => Returns::Parsed,
        "text" => Returns::Text,
        "calls" => Returns::Calls,
        "request" => Returns::Request,
        "token" => Returns::UnverifiedToken,
        _ => return None,
    };
    let effect = match condition {
        Some(condition) => Effect::ReturnsIf(returns, condition),
        None => Effect::Returns(returns),
    };
    Some(Rule { effect, argument: self::argument(argument)? })
}

fn class(word: &str) -> Option<Class> {
    Some(match word {
        "sink" => Class::Sink,
        "clean" => Class::Clean,
        "guard" => Class::Guard,
        "test" => Class::Test,
        "returns" => Class::Returns,
        _ => return None,
    })
}

fn argument(word: &'static str) -> Option<Argument> {
    if let Some(name) = word.strip_prefix('=') {
        return (!name.is_empty()).then_some(Argument::Named(name));
    }
    if let Some(position) = word.strip_suffix('+') {
        return position.parse().ok().map(Argument::From);
    }
    match word {
        "*" => Some(Argument::Any),
        "self" => Some(Argument::Receiver),
        _ => {
            let mut parts = word.split('|');
            Some(Argument::At(parts.next()?.parse().ok()?, parts.collect()))
        }
    }
}

fn condition(word: &'static str) -> Option<Condition> {
    if let Some((word, rest)) = word.split_once(':') {
        return match word {
            "if" => rest.split_once('=').map(|(key, value)| Condition::Option(key, value)),
            "unless" => rest.split_once('=').map(|(key, value)| Condition::Unless(key, value)),
            "fewer" => rest.parse().ok().map(Condition::FewerThan),
            _ => None,
        };
    }
    Some(match word {
        "shell" => Condition::Shell,
        "text" => Condition::Text,
        "sql" => Condition::SqlText,
        "structured" => Condition::Structured,
        _ => return None,
    })
}

fn kinds(words: &str) -> Option<Kinds> {
    words.split(',').try_fold(Kinds::NONE, |all, word| {
        let these = match word {
            "injection" => Kinds::INJECTION,
            "all" => Kinds::ALL,
            _ => Kinds::of(kind(word)?),
        };
        Some(all.and(these))
    })
}

fn kind(word: &str) -> Option<SinkKind> {
    Some(match word {
        "command" => SinkKind::Command,
        "code" => SinkKind::Code,
        "deserialize" => SinkKind::Deserialize,
        "sql" => SinkKind::Sql,
        "nosql" => SinkKind::NoSql,
        "path" => SinkKind::Path,
        "request" => SinkKind::Request,
        "template" => SinkKind::Template,
        "log" => SinkKind::Log,
        "header" => SinkKind::Header,
        "html" => SinkKind::Html,
        "redirect" => SinkKind::Redirect,
        "ldap" => SinkKind::Ldap,
        "xml" => SinkKind::Xml,
        "xpath" => SinkKind::XPath,
        "regex" => SinkKind::Regex,
        "prototype" => SinkKind::Prototype,
        "massassignment" => SinkKind::MassAssignment,
        "invoke" => SinkKind::Invoke,
        "prompt" => SinkKind::Prompt,
        "email" => SinkKind::Email,
        "archive" => SinkKind::Archive,
        _ => return None,
    })
}

fn pattern(text: &str) -> Pattern {
    match text.split_once(':') {
        Some(("*", last)) => Pattern::Anywhere(last.to_owned()),
        Some((module, last)) => {
            Pattern::Under { module: normal_name(module).into_owned(), last: last.to_owned() }
        }
        None => Pattern::Exact(normal_name(text).into_owned()),
    }
}

/// `a.{b,c}` to `a.b` and `a.c`, for every pair of braces; they do not nest.
fn expand(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once('{') else { return vec![text.to_owned()] };
    let Some((inside, after)) = rest.split_once('}') else { return vec![text.to_owned()] };
    let ends = expand(after);
    inside.split(',').flat_map(|one| ends.iter().map(move |end| format!("{before}{one}{end}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_parses() {
        for text in [include_str!("python.txt"), include_str!("javascript.txt")] {
            let wrong: Vec<String> = facts(text).filter_map(Result::err).collect();
            assert_eq!(wrong, Vec::<String>::new());
            for pattern in facts(text).flatten().flat_map(|fact| fact.patterns) {
                let shown = format!("{pattern:?}");
                assert!(!shown.contains(['{', '}']) || !matches!(pattern, Pattern::Exact(_)), "{shown}");
            }
        }
    }

    #[test]
    fn braces_stand_for_every_name_in_them() {
        assert_eq!(expand("{a,b}.x:{c,d}"), ["a.x:c", "a.x:d", "b.x:c", "b.x:d"]);
    }

    #[test]
    fn a_misspelt_word_is_an_error() {
        for line in
            ["os.system sink comand 0", "a clean", "a sink sql x", "a sink sql 0 sometimes", "a wash sql"]
        {
            assert!(fact(line).is_none(), "{line}");
        }
    }
}
