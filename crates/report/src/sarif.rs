//! A scan as SARIF 2.1.0 (OASIS), for code-scanning services.
//!
//! Columns count Unicode code points and the end of a region is exclusive, as the standard has it.
//! A fix that is an exact edit of files stands in `fixes`, every fix in words in `properties.fix`: how
//! to write a setting of a template, only the front end that read it knows. The way of data to a
//! finding is its code flow.
use std::collections::BTreeMap;

use model::{
    Check, Confidence, Finding, Fix, Framework, Kind, Problem, ProblemKind, Severity, Span, Suppressed,
};
use serde_json::{Map, Value as Json, json};

use crate::group::{rules, undecided};
use crate::identity::fingerprints;
use crate::scan::plural;
use crate::snippet::Region;
use crate::view::View;
use crate::{Scan, controls, coverage, data, pages, repair, snippet, text, visible};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// Shows a scan as a SARIF log.
#[must_use]
pub fn sarif(scan: &Scan<'_>) -> String {
    let ids: Vec<&'static str> = rules(scan).into_keys().collect();
    let log = Log { scan, view: View::new(scan), ids };
    data::print(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Buckler",
                "version": scan.version,
                "rules": rules(scan).into_values().map(|check| rule(scan, check)).collect::<Json>(),
                "notifications": notification_kinds(),
            }},
            "originalUriBaseIds": { ROOT: { "description": { "text": "The folder that the scan was started in." } } },
            "invocations": [log.invocation()],
            "columnKind": "unicodeCodePoints",
            "results": log.results(),
            "properties": { "root": scan.root, "date": scan.date.to_string() },
        }],
    }))
}

fn rule(scan: &Scan<'_>, check: &Check) -> Json {
    let mut tags = vec!["security".to_owned()];
    tags.extend(check.controls.iter().map(|control| tag(control)));
    let why = crate::page::why(check);
    let mut rule = json!({
        "id": check.id,
        "name": pascal_case(check.id),
        "shortDescription": { "text": check.title() },
        "fullDescription": { "text": if why.is_empty() { check.title() } else { &why } },
        "help": { "text": pages::explain(check, crate::Colour::Never), "markdown": pages::check_page(check) },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": {
            "tags": tags,
            "precision": precision(check.confidence),
            "security-severity": score(check.severity),
            "problem.severity": problem_severity(check.severity),
            "also_known_as": check.also_known_as,
        },
    });
    if let Some(link) = scan.link(check) {
        set(&mut rule, "helpUri", Json::from(link));
    }
    rule
}

/// CWE tags in the form that code-scanning services group by.
fn tag(control: &str) -> String {
    controls::cwe(control).map_or_else(|| control.to_owned(), |number| format!("external/cwe/cwe-{number}"))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A score inside the band that services give the same name.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Possible => "medium",
    }
}

fn pascal_case(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    words.collect()
}

fn notification_kinds() -> Json {
    let kinds = [
        (ProblemKind::Unreadable, "Part of a file could not be read."),
        (ProblemKind::Limit, "A limit stopped the reading."),
        (ProblemKind::Unresolved, "A value, file or module could not be resolved."),
        (ProblemKind::Unsupported, "A resource type that is not known yet."),
        (ProblemKind::Suspicious, "The deployer would refuse this, or read it differently."),
    ];
    let kinds = kinds.iter().map(|(kind, text)| (kind.as_str(), *text));
    let others = [
        ("undecided", "A check could not decide, since values are not known."),
        ("unread-code", "Code of a function that was not read, or not all of it, and so not judged."),
        ("stale-suppression", "A suppression that has no effect."),
    ];
    kinds.chain(others).map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } })).collect()
}

struct Log<'a> {
    scan: &'a Scan<'a>,
    view: View<'a>,
    ids: Vec<&'static str>,
}

impl Log<'_> {
    fn results(&self) -> Json {
        let prints = fingerprints(self.scan.project, self.scan.findings);
        let accepted = self.scan.suppressed.iter().map(|suppressed| &suppressed.finding);
        let accepted_prints = fingerprints(self.scan.project, accepted);
        let open = self.scan.findings.iter().zip(prints).map(|(finding, print)| {
            let mut result = self.result(finding, &print);
            // The standard: all results have suppressions, or none has.
            if !self.scan.suppressed.is_empty() {
                set(&mut result, "suppressions", json!([]));
            }
            result
        });
        let accepted = self.scan.suppressed.iter().zip(accepted_prints).map(|(suppressed, print)| {
            let mut result = self.result(&suppressed.finding, &print);
            set(&mut result, "suppressions", json!([self.suppression(suppressed)]));
            result
        });
        open.chain(accepted).collect()
    }

    fn result(&self, finding: &Finding, print: &str) -> Json {
        let fix = repair::words(self.scan, &self.view, finding)
            .or_else(|| finding.fix.as_ref().map(|fix| fix.title.clone()));
        let mut result = json!({
            "ruleId": finding.check.id,
            "ruleIndex": self.ids.binary_search(&finding.check.id).unwrap_or_default(),
            "level": level(finding.severity),
            "message": { "text": message(&finding.message) },
            "locations": [self.location(finding)],
            "partialFingerprints": { "buckler/v1": print },
            "properties": {
                "app": self.scan.app_name(finding.app),
                "resource_type": finding.provider_type,
                "severity": finding.severity.as_str(),
                "fix": fix,
            },
        });
        if !finding.related.is_empty() {
            let related = finding.related.iter().enumerate().map(|(index, related)| {
                let mut location = self.place(related.at);
                set(&mut location, "id", Json::from(index + 1));
                set(&mut location, "message", json!({ "text": message(&related.message) }));
                location
            });
            set(&mut result, "relatedLocations", related.collect());
        }
        if !finding.path.is_empty() {
            let locations: Json = self.flow(finding);
            set(&mut result, "codeFlows", json!([{ "threadFlows": [{ "locations": locations }] }]));
        }
        if let Some(fix) = finding.fix.as_ref().and_then(|fix| self.edits(fix)) {
            set(&mut result, "fixes", json!([fix]));
        }
        result
    }

    /// The steps of a finding's path (SARIF 3.38). Its kinds are the standard's words (3.38.8).
    fn flow(&self, finding: &Finding) -> Json {
        let last = finding.path.len() - 1;
        let steps = finding.path.iter().enumerate().map(|(index, step)| {
            let mut location = self.place(step.at);
            set(&mut location, "message", json!({ "text": message(&step.message) }));
            let (kinds, importance): (&[&str], &str) = match index {
                0 => (&["acquire", "taint"], "essential"),
                _ if index == last => (&["danger", "taint"], "essential"),
                _ => (&["taint"], "important"),
            };
            json!({
                "location": location,
                "kinds": kinds,
                "nestingLevel": 0,
                "executionOrder": index + 1,
                "importance": importance,
            })
        });
        steps.collect()
    }

    /// A fix as edits (SARIF 3.55); `None` when it is not known to the character.
    fn edits(&self, fix: &Fix) -> Option<Json> {
        let mut changes: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for edit in repair::exact(&self.view, fix)? {
            let file = self.scan.project.file(edit.at)?;
            let mut replacement = json!({ "deletedRegion": lines(snippet::region(file, edit.at)) });
            if !edit.text.is_empty() {
                set(&mut replacement, "insertedContent", json!({ "text": edit.text }));
            }
            changes.entry(&file.path).or_default().push(replacement);
        }
        let changes = changes.into_iter().map(|(path, replacements)| {
            json!({
                "artifactLocation": { "uri": self.uri(path), "uriBaseId": ROOT },
                "replacements": replacements,
            })
        });
        Some(
            json!({ "description": { "text": message(&fix.title) }, "artifactChanges": changes.collect::<Json>() }),
        )
    }

    fn location(&self, finding: &Finding) -> Json {
        let mut location = self.place(finding.at);
        let file = self.scan.project.file(finding.at).map_or("", |file| file.path.as_str());
        let app = self.scan.project.app_of(finding);
        let in_template = app.is_none_or(|app| app.framework != Framework::Files);
        // What no template describes may have no name but its file's, which the physical location has.
        if finding.node.is_empty() || (!in_template && finding.node == file) {
            return location;
        }
        let mut name = json!({ "name": finding.node, "fullyQualifiedName": finding.node });
        if in_template {
            let full = format!("{}#{}", self.scan.app_name(finding.app), finding.node);
            set(&mut name, "fullyQualifiedName", Json::from(full));
            set(&mut name, "kind", Json::from("resource"));
        } else if self.view.node(finding).is_some_and(|node| node.kind == Kind::Function) {
            set(&mut name, "kind", Json::from("function"));
        }
        set(&mut location, "logicalLocations", json!([name]));
        location
    }

    fn place(&self, at: Span) -> Json {
        let Some(file) = self.scan.project.file(at) else { return json!({}) };
        let mut region = lines(snippet::region(file, at));
        set(&mut region, "snippet", json!({ "text": snippet::masked_text(file, &self.view.mask, at) }));
        json!({ "physicalLocation": {
            "artifactLocation": { "uri": self.uri(&file.path), "uriBaseId": ROOT },
            "region": region,
        }})
    }

    /// The address of a file. Services resolve it against the folder that the program was started in,
    /// as long as the scanned folder is inside of that.
    fn uri(&self, path: &str) -> String {
        let inside =
            !self.scan.folder.starts_with('/') && !self.scan.folder.split('/').any(|part| part == "..");
        if inside { uri(&self.scan.path(path)) } else { uri(path) }
    }

    fn suppression(&self, suppressed: &Suppressed) -> Json {
        let by = &suppressed.by;
        let kind = if by.at.is_some() { "inSource" } else { "external" };
        let mut suppression = json!({
            "kind": kind,
            "status": "accepted",
            "justification": visible::line(&by.reason),
            "properties": {
                "name": by.name,
                "origin": crate::json::origin(by.origin),
                "until": by.until.map(|day| day.to_string()),
            },
        });
        if let Some(at) = by.at {
            set(&mut suppression, "location", self.place(at));
        }
        suppression
    }

    fn invocation(&self) -> Json {
        let problems = self.scan.project.problems.iter().map(|problem| self.problem(problem));
        let undecided = undecided(self.scan.undecided).into_iter().map(|(id, all)| {
            let text = format!("`{id}` could not decide on {}", plural(all.len(), "resource"));
            json!({
                "descriptor": { "id": "undecided" },
                "associatedRule": { "id": id },
                "level": "note",
                "message": { "text": text },
            })
        });
        let covered = coverage::covered(self.scan);
        let unread = coverage::gaps(&covered).into_iter().map(|gap| {
            let names: Vec<String> = gap.functions.iter().map(|name| format!("`{name}`")).collect();
            let what = if gap.whole { "was not read" } else { "was read in part" };
            let text = format!("the code of {} ({}) {what}: {}", names.join(", "), gap.language.as_str(), gap.why);
            json!({ "descriptor": { "id": "unread-code" }, "level": "warning", "message": { "text": message(&text) } })
        });
        let stale = self.scan.stale.iter().map(|stale| {
            let (what, next) = text::stale_words(stale);
            let locations: Vec<Json> = stale.suppression.at.iter().map(|at| self.place(*at)).collect();
            json!({
                "descriptor": { "id": "stale-suppression" },
                "level": "warning",
                "message": { "text": message(&format!("{what}; {next}")) },
                "locations": locations,
            })
        });
        json!({
            "executionSuccessful": true,
            "toolExecutionNotifications": problems.chain(undecided).chain(unread).collect::<Json>(),
            "toolConfigurationNotifications": stale.collect::<Json>(),
        })
    }

    fn problem(&self, problem: &Problem) -> Json {
        let place = problem.at.map(|at| self.place(at)).unwrap_or_else(|| {
            json!({ "physicalLocation": { "artifactLocation": { "uri": self.uri(&problem.path), "uriBaseId": ROOT } } })
        });
        let level = match problem.kind {
            ProblemKind::Unreadable | ProblemKind::Limit => "error",
            ProblemKind::Unresolved | ProblemKind::Suspicious => "warning",
            ProblemKind::Unsupported => "note",
        };
        let help = if problem.help.is_empty() { String::new() } else { format!("; {}", problem.help) };
        json!({
            "descriptor": { "id": problem.kind.as_str() },
            "level": level,
            "message": { "text": message(&format!("{}{help}", problem.message)) },
            "locations": [place],
        })
    }
}

fn lines(region: Region) -> Json {
    json!({
        "startLine": region.start.line,
        "startColumn": region.start.column,
        "endLine": region.end.line,
        "endColumn": region.end.column,
    })
}

fn set(json: &mut Json, key: &str, value: Json) {
    if let Some(map) = json.as_object_mut() {
        map.insert(key.to_owned(), value);
    } else {
        *json = Json::Object(Map::from_iter([(key.to_owned(), value)]));
    }
}

/// A message string: what would read as a link or a placeholder is escaped (SARIF 3.11).
fn message(text: &str) -> String {
    let text = visible::line(text);
    let text = if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        let digits = after.chars().skip(1).take_while(char::is_ascii_digit).count();
        let placeholder = digits > 0 && after.chars().nth(1 + digits) == Some('}');
        out.push_str(before);
        let taken = if placeholder { 2 + digits } else { 1 };
        let (brace, tail) = after.split_at(taken);
        if placeholder {
            out.push_str(&format!("{{{brace}}}"));
        } else {
            out.push_str(brace);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` is
/// percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_no_links_and_no_placeholders() {
        assert_eq!(message("[a](http://x) {0} ${B}"), "\\[a\\](http://x) {{0}} ${B}");
    }

    #[test]
    fn paths_are_percent_encoded() {
        assert_eq!(uri("a b/ü:%.yaml"), "a%20b/%C3%BC%3A%25.yaml");
    }
}
