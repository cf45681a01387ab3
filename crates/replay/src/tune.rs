//! Exclusions from recorded traffic that its owner holds to be honest.
//!
//! Every match on such traffic is a false positive. The narrowest exclusion is proposed that ends it: one parameter of one
//! rule on one path, then everywhere. Values are told by their shape only, since they belong to people.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use waf::Match;

/// What was seen, request by request.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    seen: BTreeMap<(u64, String), Seen>,
    requests: usize,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    message: String,
    requests: usize,
    paths: BTreeSet<String>,
    shapes: BTreeSet<String>,
}

/// One proposal, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub rule: u64,
    pub message: String,
    /// The variable to leave out (`ARGS:note`); `None`: the rule as a whole.
    pub variable: Option<String>,
    /// On this path only.
    pub path: Option<String>,
    /// How many requests match for it.
    pub requests: usize,
    /// Forms of the values: letters as `a`, digits as `9`.
    pub shapes: Vec<String>,
    /// Why somebody should look twice.
    pub caution: Option<&'static str>,
}

/// Shapes that one proposal shows.
const SHAPES_MAX: usize = 3;
/// Paths that are told apart; with more, the exclusion holds everywhere.
const PATHS_MAX: usize = 3;
/// The first id of proposed rules; the Core Rule Set leaves 1 to 99,999 to its users.
const FIRST_ID: u64 = 10_000;

impl Observations {
    /// Adds the matches of one request.
    pub fn add(&mut self, target: &[u8], matches: &[Match]) {
        self.requests += 1;
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        let path = String::from_utf8_lossy(path).into_owned();
        let mut counted = BTreeSet::new();
        for found in matches.iter().filter(|found| is_about_the_request(&found.variable)) {
            let key = (found.rule, general(&found.variable));
            let seen = self.seen.entry(key.clone()).or_default();
            seen.message.clone_from(&found.message);
            seen.paths.insert(path.clone());
            if seen.shapes.len() < SHAPES_MAX {
                seen.shapes.insert(shape(&found.value));
            }
            if counted.insert(key) {
                seen.requests += 1;
            }
        }
    }

    /// The proposals, most frequent first, for matches in at least this many requests.
    #[must_use]
    pub fn proposals(&self, least: usize) -> Vec<Exclusion> {
        let mut found: Vec<Exclusion> = Vec::new();
        for ((rule, variable), seen) in self.seen.iter().filter(|(_, seen)| seen.requests >= least) {
            let is_excludable = variable.contains(':');
            let is_few = seen.paths.len() <= PATHS_MAX && !variable.contains('/');
            let paths: Vec<Option<String>> =
                if is_few { seen.paths.iter().cloned().map(Some).collect() } else { vec![None] };
            found.extend(paths.into_iter().map(|path| Exclusion {
                rule: *rule,
                message: seen.message.clone(),
                variable: is_excludable.then(|| variable.clone()),
                path,
                requests: seen.requests,
                shapes: seen.shapes.iter().cloned().collect(),
                caution: caution(is_excludable, is_few),
            }));
        }
        found.sort_by(|a, b| b.requests.cmp(&a.requests).then(a.rule.cmp(&b.rule)));
        found
    }

    /// How many requests were added.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests
    }
}

fn caution(is_excludable: bool, is_few: bool) -> Option<&'static str> {
    match (is_excludable, is_few) {
        (false, true) => Some("the whole rule is off on this path; a rewrite of the rule may be better"),
        (false, false) => Some("the whole rule is off everywhere; a lower paranoia level may be better"),
        (true, false) => Some("the variable is left out on every path"),
        (true, true) => None,
    }
}

/// Sums and scores are not what a request says.
fn is_about_the_request(variable: &str) -> bool {
    !variable.is_empty() && !variable.starts_with("TX") && !variable.starts_with("MATCHED_")
}

/// Positions in lists differ from request to request: `ARGS:json.items.0.note` is `ARGS:/^json\.items\.[0-9]+\.note$/`.
fn general(variable: &str) -> String {
    let Some((collection, name)) = variable.split_once(':') else { return variable.to_owned() };
    let is_position = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !name.split('.').any(is_position) {
        return variable.to_owned();
    }
    let parts: Vec<String> = name
        .split('.')
        .map(|part| if is_position(part) { "[0-9]+".to_owned() } else { escaped(part) })
        .collect();
    format!("{collection}:/^{}$/", parts.join("\\."))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if !c.is_alphanumeric() && c != '_' && c != '-' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Letters as `a`, digits as `9`, runs told once.
fn shape(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars().take(200) {
        let class = match c {
            _ if c.is_alphabetic() => 'a',
            _ if c.is_numeric() => '9',
            _ => c,
        };
        if !(matches!(class, 'a' | '9') && out.ends_with(class)) {
            out.push(class);
        }
    }
    out
}

/// The proposals as SecLang: what stands before the rules (limited to a path) and what stands after them.
#[must_use]
pub fn seclang(exclusions: &[Exclusion]) -> (String, String) {
    let mut before = String::new();
    let mut after = String::new();
    for (id, one) in (FIRST_ID..).zip(exclusions) {
        let out = if one.path.is_some() { &mut before } else { &mut after };
        write_reason(out, one);
        let rule = one.rule;
        out.push_str(&match (&one.path, &one.variable) {
            (Some(path), Some(variable)) => format!(
                "SecRule REQUEST_FILENAME \"@streq {}\" \"id:{id},phase:1,pass,nolog,ctl:ruleRemoveTargetById={rule};{variable}\"\n",
                quoted(path)
            ),
            (Some(path), None) => format!(
                "SecRule REQUEST_FILENAME \"@streq {}\" \"id:{id},phase:1,pass,nolog,ctl:ruleRemoveById={rule}\"\n",
                quoted(path)
            ),
            (None, Some(variable)) => format!("SecRuleUpdateTargetById {rule} \"!{variable}\"\n"),
            (None, None) => format!("SecRuleRemoveById {rule}\n"),
        });
    }
    (before, after)
}

fn write_reason(out: &mut String, one: &Exclusion) {
    // Writing to a string does not fail.
    let mut line = |text: String| out.write_str(&text).unwrap_or_default();
    line(format!("# {} ({}): {} honest requests match", one.rule, one.message, one.requests));
    line(match one.shapes.len() {
        0 => "\n".to_owned(),
        _ => format!(", with values like {}\n", one.shapes.join("  ").replace(['\n', '\r'], " ")),
    });
    if let Some(caution) = one.caution {
        line(format!("# Look twice: {caution}\n"));
    }
}

/// A path inside of a quoted argument; `%{` would begin a macro.
fn quoted(path: &str) -> String {
    path.replace('\\', "\\\\").replace('"', "\\\"").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::{Observations, seclang};
    use expect_test::expect;
    use std::sync::Arc;
    use waf::Match;
    use waf::rule::Phase;

    fn matched(rule: u64, variable: &str, value: &str) -> Match {
        Match {
            rule,
            phase: Phase::RequestBody,
            message: "SQL".to_owned(),
            data: String::new(),
            severity: None,
            tags: Arc::from([]),
            variable: variable.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn the_narrowest_exclusion_is_proposed() {
        let mut seen = Observations::default();
        for n in 0..4 {
            let target = format!("/api/{n}?x=1");
            seen.add(
                target.as_bytes(),
                &[matched(1, "ARGS:note", "O'Neil 17"), matched(3, "REQUEST_URI", "/a")],
            );
            seen.add(
                b"/orders",
                &[matched(2, &format!("ARGS:json.items.{n}.note"), "a--b"), matched(9, "TX:score", "5")],
            );
            seen.add(b"/login", &[matched(4, "ARGS:password", "x")]);
        }
        seen.add(b"/once", &[matched(5, "ARGS:a", "x")]);
        let (before, after) = seclang(&seen.proposals(2));
        expect![[r#"
            # 4 (SQL): 4 honest requests match, with values like a
            SecRule REQUEST_FILENAME "@streq /login" "id:10003,phase:1,pass,nolog,ctl:ruleRemoveTargetById=4;ARGS:password"
        "#]]
        .assert_eq(&before);
        expect![[r#"
            # 1 (SQL): 4 honest requests match, with values like a'a 9
            # Look twice: the variable is left out on every path
            SecRuleUpdateTargetById 1 "!ARGS:note"
            # 2 (SQL): 4 honest requests match, with values like a--a
            # Look twice: the variable is left out on every path
            SecRuleUpdateTargetById 2 "!ARGS:/^json\.items\.[0-9]+\.note$/"
            # 3 (SQL): 4 honest requests match, with values like /a
            # Look twice: the whole rule is off everywhere; a lower paranoia level may be better
            SecRuleRemoveById 3
        "#]]
        .assert_eq(&after);
    }
}
