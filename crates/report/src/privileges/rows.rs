//! The table of one function: a row for each permission, what to change first.
use iam::{Grant, Need, Reason};

use super::verdict::{self, Verdict, resources};
use super::{FunctionPermissions, Permissions};
use crate::visible::line;

/// Places that are named for one need.
const REASONS_SHOWN_MAX: usize = 2;
/// Resources that are named for one permission.
const RESOURCES_SHOWN_MAX: usize = 3;

/// One permission.
pub(super) struct Row {
    pub verdict: Verdict,
    pub action: String,
    pub resources: String,
    /// Sentences with code in backticks.
    pub notes: Vec<String>,
}

/// The rows of a function; every text of them is one harmless line.
pub(super) fn rows(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<Row> {
    let grants = of.privileges.granted.iter().enumerate().map(|(index, grant)| Row {
        verdict: Verdict::of(grant),
        action: line(&grant.action),
        resources: few(&resources(&grant.resources)),
        notes: notes(permissions, of, (index, grant)),
    });
    let missing = of.privileges.missing.iter().filter_map(|index| of.privileges.needed.get(*index));
    let missing = missing.map(|need| Row {
        verdict: Verdict::Add,
        action: need.action.clone(),
        resources: few(&resources(&need.resources)),
        notes: reasons(permissions, need),
    });
    let mut rows: Vec<Row> = grants.chain(missing).collect();
    rows.sort_by_key(|row| row.verdict);
    rows
}

fn notes(
    permissions: &Permissions<'_>,
    of: &FunctionPermissions,
    (index, grant): (usize, &Grant),
) -> Vec<String> {
    let mut notes: Vec<String> = verdict::why(grant).map(line).into_iter().collect();
    for need in verdict::needs(&of.privileges, grant) {
        let at = reasons(permissions, need);
        let at = at.first().map_or_else(String::new, |reason| format!(" ({reason})"));
        notes.push(format!("needs `{}` on {}{at}", need.action, few(&resources(&need.resources))));
    }
    match verdict::source(&grant.source) {
        ("template", Some(name)) => notes.push(format!("from the policy template `{}`", line(name))),
        ("managed", Some(arn)) => notes.push(format!("from the managed policy `{}`", line(arn))),
        _ => {}
    }
    if let Some(approval) = of.approvals.get(index).and_then(Option::as_ref) {
        let ended = if approval.is_valid(permissions.date) { "until" } else { "only until" };
        notes.push(format!("approved by {} {ended} {}", line(&approval.by), approval.until));
    }
    notes
}

/// The places that make a need.
fn reasons(permissions: &Permissions<'_>, need: &Need) -> Vec<String> {
    let shown = |reason: &Reason| {
        let place = permissions.locate(reason.at);
        format!("{}: {}", line(&place), line(&reason.why))
    };
    need.because.iter().take(REASONS_SHOWN_MAX).map(shown).collect()
}

/// What a person must know of a function besides its rows.
pub(super) fn remarks(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<String> {
    let mut remarks = Vec::new();
    let shared = of.privileges.shared_with.iter().map(|id| format!("`{}`", line(permissions.name(of, *id))));
    let shared: Vec<String> = shared.collect();
    if !shared.is_empty() {
        remarks.push(format!("shares its role with {}: a role of its own keeps theirs apart", few(&shared)));
    }
    if let Some(why) = permissions.unread(of) {
        remarks.push(format!("{}: no permission is called unused", line(why)));
    }
    remarks
}

/// Things that were not decided, with their places.
pub(super) fn open(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<String> {
    let open = of.privileges.unresolved.iter();
    open.map(|open| {
        let place = line(&permissions.locate(open.at));
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        format!("{place}{}", line(&open.why))
    })
    .collect()
}

/// How many rows there are of each kind: `2 to remove, 5 to keep`.
pub(super) fn counts(permissions: &Permissions<'_>) -> Vec<(usize, Verdict)> {
    let functions = permissions.functions;
    let grants = || functions.iter().flat_map(|of| &of.privileges.granted);
    Verdict::ALL
        .iter()
        .map(|wanted| {
            let count = match wanted {
                Verdict::Add => functions.iter().map(|of| of.privileges.missing.len()).sum(),
                _ => grants().filter(|grant| Verdict::of(grant) == *wanted).count(),
            };
            (count, *wanted)
        })
        .collect()
}

/// A few texts on one line, and how many more there are.
fn few(texts: &[String]) -> String {
    let first: Vec<String> = texts.iter().take(RESOURCES_SHOWN_MAX).map(|text| line(text)).collect();
    match texts.len().saturating_sub(RESOURCES_SHOWN_MAX) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
