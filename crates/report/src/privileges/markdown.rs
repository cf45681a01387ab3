//! Permissions for a pull request.
use super::Permissions;
use super::danger;
use super::rows;
use crate::markdown::{code, prose};

/// Functions with a table of their own, at most: comments have a limit.
const FUNCTIONS_SHOWN_MAX: usize = 60;

/// Shows permissions as Markdown.
#[must_use]
pub fn privileges_markdown(permissions: &Permissions<'_>) -> String {
    let counts = rows::counts(permissions).into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(count, verdict)| format!("{count} {}", verdict.future())).collect();
    let mut out = format!("## Permissions\n\n{}\n", counts.join(", "));
    for of in permissions.functions.iter().take(FUNCTIONS_SHOWN_MAX) {
        let Some(function) = permissions.function(of) else { continue };
        out.push_str(&format!("\n### {}\n\n", code(&function.name)));
        for remark in rows::remarks(permissions, of) {
            out.push_str(&format!("{}\n\n", prose(&remark)));
        }
        let groups = rows::groups(permissions, of);
        if groups.is_empty() {
            out.push_str("No permission is granted, and none is needed.\n");
            continue;
        }
        out.push_str("| | do | actions | why |\n| --- | --- | --- | --- |\n");
        for group in groups {
            let mut title = prose(&group.title);
            for row in &group.rows {
                let notes: Vec<String> = row.notes.iter().map(|note| prose(note)).collect();
                let (verdict, actions) = (row.verdict.as_str(), code(&row.actions));
                let title = std::mem::take(&mut title);
                out.push_str(&format!("| {title} | {verdict} | {actions} | {} |\n", notes.join("; ")));
            }
        }
        for reach in danger::reaches(of) {
            out.push_str(&format!("\nReach: {}\n", prose(&reach)));
        }
        for way in danger::ways(permissions, of) {
            out.push_str(&format!("\nEscalation: {}\n", prose(&way)));
        }
        for open in rows::open(permissions, of) {
            out.push_str(&format!("\nNot decided: {}\n", prose(&open)));
        }
    }
    let more = permissions.functions.len().saturating_sub(FUNCTIONS_SHOWN_MAX);
    if more > 0 {
        out.push_str(&format!("\n… and {more} more functions.\n"));
    }
    out
}
