//! The pattern of this rule matches every event of its bus.
use crate::prelude::*;

check! {
    /// # Rule that matches every event
    ///
    /// The pattern of this rule matches every event of its bus.
    ///
    /// ## Why it matters
    ///
    /// Its targets start for everything that happens, also for the events that they cause themselves: a
    /// loop that costs as much as it can.
    ///
    /// ## What to do
    ///
    /// Match the source and the detail types that the targets handle.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { EventPattern: { source: [{ prefix: '' }] }, Targets: [{ Id: a, Arn: f }] }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { EventPattern: { source: [orders] }, Targets: [{ Id: a, Arn: f }] }
    /// ```
    CATCH_ALL_RULE = "catch-all-rule" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &[],
        run: catch_all_rule,
    }
}

fn catch_all_rule(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::EventRule) {
        let Some(pattern) = node.get("pattern") else { continue };
        let everything = pattern.entries().iter().all(|entry| matches_all(&entry.value));
        if !pattern.entries().is_empty() && everything && !records_only(app, node) {
            findings.push(CATCH_ALL_RULE.on(node, "pattern", format!("`{}` matches every event", node.name)));
        }
    }
}

/// `[{"prefix": ""}]` and its like match every value.
fn matches_all(condition: &Value) -> bool {
    let wide = |item: &Value| {
        item.get("prefix").and_then(Value::as_str) == Some("")
            || item.get("wildcard").and_then(Value::as_str) == Some("*")
            || item.get("exists").is_some_and(|exists| exists.truth().is_true())
    };
    condition.items().iter().any(wide)
}

/// A rule that only writes events to a log is meant to match everything.
fn records_only(app: &App, rule: &Node) -> bool {
    let mut targets = app.targets(rule, Relation::SendsTo).peekable();
    targets.peek().is_some() && targets.all(|target| target.kind == Kind::LogGroup)
}
