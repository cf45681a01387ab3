//! The table of one function: its grants statement by statement, then what is missing.
use std::collections::BTreeMap;

use iam::{Grant, GrantSource, Need, Reason};
use model::Span;

use super::verdict::{self, Verdict, resources};
use super::{Difference, FunctionPermissions, Permissions};
use crate::visible::line;

/// Places that are named for one need.
const REASONS_SHOWN_MAX: usize = 2;
/// Resources that are named for one permission.
const RESOURCES_SHOWN_MAX: usize = 3;
/// Actions that one row names.
const ACTIONS_SHOWN_MAX: usize = 12;

/// One statement, template or managed policy, or what is missing.
pub(super) struct Group {
    /// A sentence with code in backticks.
    pub title: String,
    /// Where it is written.
    pub place: String,
    pub rows: Vec<Row>,
}

/// Permissions of which the same is to be said.
pub(super) struct Row {
    pub verdict: Verdict,
    pub actions: String,
    /// Sentences with code in backticks.
    pub notes: Vec<String>,
}

impl Group {
    /// What is to be done first.
    pub(super) fn worst(&self) -> Verdict {
        self.rows.iter().map(|row| row.verdict).min().unwrap_or(Verdict::Keep)
    }
}

/// The groups of a function, what to change first; every text of them is one harmless line.
pub(super) fn groups(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<Group> {
    let mut places: Vec<Vec<usize>> = Vec::new();
    for (index, grant) in of.privileges.granted.iter().enumerate() {
        let is_same = |place: &Vec<usize>| {
            place.first().and_then(|first| of.privileges.granted.get(*first)).is_some_and(|first| {
                // What AWS keeps is one thing to its user, however many statements it has.
                let is_managed = matches!(first.source, GrantSource::Managed(_));
                let is_same = is_managed || first.resources == grant.resources;
                first.at == grant.at && first.source == grant.source && is_same
            })
        };
        match places.last_mut().filter(|place| is_same(place)) {
            Some(place) => place.push(index),
            None => places.push(vec![index]),
        }
    }
    let mut groups: Vec<Group> =
        places.iter().filter_map(|indexes| group(permissions, of, indexes)).collect();
    groups.extend(missing(permissions, of));
    groups.sort_by_key(Group::worst);
    groups
}

/// Differences of one statement, in one line.
pub(super) struct Widened {
    pub actions: String,
    pub resource: String,
    pub place: String,
    /// `the code needs it`, `approved by …`.
    pub notes: Vec<String>,
    /// Nobody approved it.
    pub open: bool,
}

/// What differences of one line share: statement, resource, notes, whether nobody approved them.
type Kind<'a> = (Option<Span>, &'a str, Vec<String>, bool);

/// What a change widens (or narrows), statement by statement; what the platform needs of every function left out.
pub(super) fn differences(permissions: &Permissions<'_>, list: &[Difference]) -> Vec<Widened> {
    let mut alike: BTreeMap<Kind<'_>, Vec<String>> = BTreeMap::new();
    for one in list.iter().filter(|one| !one.base) {
        let mut notes = Vec::new();
        notes.extend(one.needed.then(|| "the code needs it".to_owned()));
        notes.extend((!one.certain).then(|| "not certain".to_owned()));
        if let Some(approval) = &one.approval {
            let ended = if approval.is_valid(permissions.date) { "until" } else { "only until" };
            notes.push(format!("approved by {} {ended} {}", line(&approval.by), approval.until));
        }
        let open = !one.is_approved(permissions.date);
        alike.entry((one.at, &one.resource, notes, open)).or_default().push(line(&one.action));
    }
    let widened = alike.into_iter().map(|((at, resource, notes, open), actions)| Widened {
        actions: together(&actions),
        resource: line(resource),
        place: at.map_or_else(String::new, |at| line(&permissions.locate(at))),
        notes,
        open,
    });
    widened.collect()
}

fn group(permissions: &Permissions<'_>, of: &FunctionPermissions, indexes: &[usize]) -> Option<Group> {
    let first = of.privileges.granted.get(*indexes.first()?)?;
    let on = few(&resources(&first.resources));
    let title = match &first.source {
        GrantSource::Statement if first.policy.is_empty() => format!("statement on `{on}`"),
        GrantSource::Statement => format!("statement of `{}` on `{on}`", line(&first.policy)),
        GrantSource::Template(name) => format!("policy template `{}` on `{on}`", line(name)),
        GrantSource::Managed(arn) => {
            format!("managed policy `{}`", line(arn.rsplit('/').next().unwrap_or(arn)))
        }
    };
    // Permissions of which nothing else is to be said stand in one row.
    let mut rows: Vec<Row> = Vec::new();
    let mut alike: BTreeMap<(Verdict, Vec<String>), Vec<String>> = BTreeMap::new();
    for index in indexes {
        let Some(grant) = of.privileges.granted.get(*index) else { continue };
        let notes = notes(permissions, of, (*index, grant));
        let used = permissions.use_of(of, grant).map(|(count, _)| count);
        alike.entry((Verdict::of(grant, used), notes)).or_default().push(line(&grant.action));
    }
    for ((verdict, notes), actions) in alike {
        let is_all = verdict == Verdict::Remove && actions.len() == indexes.len() && actions.len() > 1;
        let actions = if is_all { "all of it: ".to_owned() } else { String::new() } + &together(&actions);
        rows.push(Row { verdict, actions, notes });
    }
    rows.sort_by_key(|row| row.verdict);
    Some(Group { title, place: line(&permissions.locate(first.at)), rows })
}

fn missing(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Option<Group> {
    let needs = of.privileges.missing.iter().filter_map(|index| of.privileges.needed.get(*index));
    let rows: Vec<Row> = needs
        .map(|need| {
            let on = format!("on `{}`", few(&resources(&need.resources)));
            let notes = std::iter::once(on).chain(reasons(permissions, need)).collect();
            Row { verdict: Verdict::Add, actions: need.action.clone(), notes }
        })
        .collect();
    let title = "not granted: these calls fail".to_owned();
    (!rows.is_empty()).then_some(Group { title, place: String::new(), rows })
}

/// `dynamodb:GetItem, Query`: the service once.
fn together(actions: &[String]) -> String {
    let mut out = String::new();
    let mut service = "";
    for (index, action) in actions.iter().take(ACTIONS_SHOWN_MAX).enumerate() {
        let (of, name) = action.split_once(':').unwrap_or(("", action));
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(if of == service && index > 0 { name } else { action });
        service = of;
    }
    match actions.len().saturating_sub(ACTIONS_SHOWN_MAX) {
        0 => out,
        more => format!("{out} and {more} more"),
    }
}

fn notes(
    permissions: &Permissions<'_>,
    of: &FunctionPermissions,
    (index, grant): (usize, &Grant),
) -> Vec<String> {
    let mut notes: Vec<String> = verdict::why(grant).map(line).into_iter().collect();
    for need in verdict::needs(&of.privileges, grant) {
        let on = few(&resources(&need.resources));
        let at = reasons(permissions, need);
        let at = at.first().map_or_else(String::new, |reason| format!("; {reason}"));
        notes.push(format!("needs `{}` on `{on}`{at}", need.action));
    }
    notes.extend(use_note(permissions, of, grant));
    if let Some(approval) = of.approvals.get(index).and_then(Option::as_ref) {
        let ended = if approval.is_valid(permissions.date) { "until" } else { "only until" };
        notes.push(format!("approved by {} {ended} {}", line(&approval.by), approval.until));
    }
    notes
}

/// What records say of a grant.
fn use_note(permissions: &Permissions<'_>, of: &FunctionPermissions, grant: &Grant) -> Option<String> {
    let (count, last) = permissions.use_of(of, grant)?;
    let usage = permissions.usage?;
    // What is written to logs is in no record.
    if count == 0 && grant.judgement == iam::Judgement::Base {
        return None;
    }
    let note = match last {
        Some(last) if permissions.is_unused_since(of, grant) == Some(true) => {
            format!("not used since {last}, {} before", times(count))
        }
        Some(last) => format!("used {}, last on {last}", times(count)),
        None => format!("not used from {} to {}", usage.first, usage.last),
    };
    let unneeded = grant.judgement == iam::Judgement::Unused && count > 0;
    Some(if unneeded { format!("{note}, though nothing that was read needs it") } else { note })
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// The places that make a need.
fn reasons(permissions: &Permissions<'_>, need: &Need) -> Vec<String> {
    let shown = |reason: &Reason| {
        let place = permissions.locate(reason.at);
        format!("{}: {}", line(&place), line(&reason.why))
    };
    need.because.iter().take(REASONS_SHOWN_MAX).map(shown).collect()
}

/// What a person must know of a function besides its groups.
pub(super) fn remarks(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<String> {
    let mut remarks = Vec::new();
    let shared = of.privileges.shared_with.iter().map(|id| format!("`{}`", line(permissions.name(of, *id))));
    let shared: Vec<String> = shared.collect();
    if !shared.is_empty() {
        remarks.push(format!("shares its role with {}: a role of its own keeps theirs apart", few(&shared)));
    }
    if of.used.as_ref().is_some_and(|used| used.deployed.is_empty()) {
        remarks.push("no record is of this function: what it used is not known".to_owned());
    }
    if let Some(used) = &of.used {
        let denied: Vec<String> = used
            .used
            .iter()
            .filter(|one| one.denied > 0)
            .map(|one| format!("`{}` ({})", line(&one.action), times(one.denied)))
            .collect();
        if !denied.is_empty() {
            remarks.push(format!("was denied {}", few(&denied)));
        }
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

/// How many permissions there are of each kind: `2 to remove, 5 to keep`.
pub(super) fn counts(permissions: &Permissions<'_>) -> Vec<(usize, Verdict)> {
    let functions = permissions.functions;
    let verdicts = || {
        functions.iter().flat_map(|of| {
            let verdict = move |grant: &Grant| {
                Verdict::of(grant, permissions.use_of(of, grant).map(|(count, _)| count))
            };
            of.privileges.granted.iter().map(verdict)
        })
    };
    Verdict::ALL
        .iter()
        .map(|wanted| {
            let count = match wanted {
                Verdict::Add => functions.iter().map(|of| of.privileges.missing.len()).sum(),
                _ => verdicts().filter(|verdict| verdict == wanted).count(),
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
