//! Patterns: wildcards, filters of object keys, event patterns of EventBridge and of event source mappings.
use serde_json::Value;

/// Wildcards of IAM: `*` and `?`.
pub(crate) fn wild(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut here) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(byte) if *byte == b'?' || text.get(here) == Some(byte) => {
                at += 1;
                here += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    at = back + 1;
                    here = from + 1;
                    star = Some((back, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

/// Whether an event fits an event pattern (EventBridge, "Event pattern syntax"); the depth of both is bounded by their size.
pub(crate) fn fits(pattern: &Value, event: &Value) -> bool {
    let Some(wanted) = pattern.as_object() else { return false };
    wanted.iter().all(|(key, wanted)| {
        if key == "$or" {
            return wanted.as_array().is_some_and(|list| list.iter().any(|one| fits(one, event)));
        }
        let given = event.get(key);
        match wanted {
            Value::Object(_) => given.is_some_and(|given| fits(wanted, given)),
            Value::Array(rules) => match given {
                Some(Value::Array(values)) if !values.is_empty() => {
                    values.iter().any(|value| rules.iter().any(|rule| rule_fits(rule, Some(value))))
                }
                other => rules.iter().any(|rule| rule_fits(rule, other)),
            },
            _ => false,
        }
    })
}

fn rule_fits(rule: &Value, given: Option<&Value>) -> bool {
    let Some(rule) = rule.as_object() else { return given == Some(rule) };
    let Some((name, wanted)) = rule.iter().next() else { return false };
    let text = given.and_then(Value::as_str);
    let folded = |text: &str| text.to_lowercase();
    match (name.as_str(), wanted) {
        ("exists", Value::Bool(wanted)) => given.is_some() == *wanted,
        ("prefix", Value::String(front)) => text.is_some_and(|text| text.starts_with(front.as_str())),
        ("prefix", Value::Object(inner)) => {
            let front = inner.get("equals-ignore-case").and_then(Value::as_str);
            front.zip(text).is_some_and(|(front, text)| folded(text).starts_with(&folded(front)))
        }
        ("suffix", Value::String(end)) => text.is_some_and(|text| text.ends_with(end.as_str())),
        ("equals-ignore-case", Value::String(other)) => {
            text.is_some_and(|text| folded(text) == folded(other))
        }
        ("wildcard", Value::String(pattern)) => text.is_some_and(|text| wild(pattern, text)),
        ("anything-but", Value::Array(list)) => given.is_some_and(|given| !list.contains(given)),
        ("anything-but", inner @ Value::Object(_)) => given.is_some() && !rule_fits(inner, given),
        ("anything-but", other) => given.is_some_and(|given| given != other),
        ("numeric", Value::Array(tests)) => {
            given.and_then(Value::as_f64).is_some_and(|number| numeric(tests, number))
        }
        _ => false,
    }
}

fn numeric(tests: &[Value], number: f64) -> bool {
    tests.chunks(2).all(|test| match test {
        [Value::String(operator), bound] => bound.as_f64().is_some_and(|bound| match operator.as_str() {
            "<" => number < bound,
            "<=" => number <= bound,
            ">" => number > bound,
            ">=" => number >= bound,
            "=" => (number - bound).abs() < f64::EPSILON,
            _ => false,
        }),
        _ => false,
    })
}

/// Whether a record passes the filters of an event source mapping; no filter lets everything pass.
pub(crate) fn passes(filter: &Value, record: &Value) -> bool {
    let filters = filter.get("Filters").or_else(|| filter.get("filter")).unwrap_or(filter);
    let list = match filters {
        Value::Array(list) if !list.is_empty() => list.as_slice(),
        _ => return true,
    };
    list.iter().any(|one| {
        let text = one.get("Pattern").or_else(|| one.get("pattern"));
        let pattern = match text {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(other) => other.clone(),
            None => return false,
        };
        fits(&pattern, record)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn wildcards_are_those_of_iam() {
        assert!(wild("arn:*:a/?", "arn:x:a/b"));
        assert!(wild("*", ""));
        assert!(!wild("a*b", "ac"));
    }

    #[test]
    fn event_patterns_are_those_of_eventbridge() {
        let event = json!({"source": "my.app", "detail": {"state": "stopped", "n": 5, "tags": ["a", "b"]}});
        assert!(fits(
            &json!({"source": ["my.app"], "detail": {"n": [{"numeric": [">", 4, "<=", 5]}]}}),
            &event
        ));
        assert!(fits(&json!({"detail": {"tags": ["b"], "gone": [{"exists": false}]}}), &event));
        assert!(fits(&json!({"detail": {"state": [{"anything-but": "running"}]}}), &event));
        assert!(!fits(&json!({"detail": {"state": [{"prefix": "run"}]}}), &event));
        assert!(passes(&json!({"Filters": [{"Pattern": "{\"source\":[{\"prefix\":\"my\"}]}"}]}), &event));
        assert!(passes(&Value::Null, &event));
    }
}
