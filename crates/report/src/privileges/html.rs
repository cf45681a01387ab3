//! Permissions as one HTML file that needs nothing else.
use super::danger;
use super::rows::{self, Group};
use super::verdict::Verdict;
use super::{FunctionPermissions, Permissions};
use crate::html::{escape, prose, shell};
use crate::scan::plural;

/// Functions that stand open at first are few enough to read.
const OPEN_FUNCTIONS_MAX: usize = 12;

/// Shows permissions as an HTML page.
#[must_use]
pub fn privileges_html(permissions: &Permissions<'_>) -> String {
    let mut body = String::new();
    header(&mut body, permissions);
    body.push_str("<main>\n<section id=\"functions\" aria-labelledby=\"functions-title\">\n<h2 id=\"functions-title\">Functions</h2>\n");
    for (index, of) in permissions.functions.iter().enumerate() {
        function(&mut body, permissions, (index < OPEN_FUNCTIONS_MAX, of));
    }
    if permissions.functions.is_empty() {
        body.push_str("<p>No function was found.</p>\n");
    }
    body.push_str(&format!(
        "</section>\n</main>\n<footer><p>Written by Buckler {} on {}.</p></footer>\n",
        escape(permissions.version),
        permissions.date
    ));
    shell(&format!("Buckler: permissions of {}", permissions.root), "", &body)
}

fn header(out: &mut String, permissions: &Permissions<'_>) {
    out.push_str(&format!(
        "<header>\n<p class=\"brand\">Buckler</p>\n<h1>Permissions of <bdi>{}</bdi></h1>\n<p class=\"meta\">{} · {}</p>\n",
        escape(permissions.root),
        plural(permissions.functions.len(), "function"),
        permissions.date,
    ));
    out.push_str("<ul class=\"tiles\">\n");
    for (count, verdict) in rows::counts(permissions) {
        let class = if count == 0 { "none" } else { tone(verdict) };
        out.push_str(&format!("<li class=\"{class}\"><strong>{count}</strong> {}</li>\n", verdict.future()));
    }
    out.push_str("</ul>\n");
    let problems = permissions.project.problems.len();
    if problems > 0 {
        let count = plural(problems, "problem");
        out.push_str(&format!(
            "<p class=\"notice\">Part of the project was not read or is not known ({count}): <code>buckler scan</code> lists it.</p>\n"
        ));
    }
    out.push_str("</header>\n");
}

fn function(out: &mut String, permissions: &Permissions<'_>, (open, of): (bool, &FunctionPermissions)) {
    let Some(function) = permissions.function(of) else { return };
    let groups = rows::groups(permissions, of);
    let worst = groups.first().map_or(Verdict::Keep, Group::worst);
    let open = if open && worst != Verdict::Keep { " open" } else { "" };
    let file = permissions.handler(of).unwrap_or_default();
    out.push_str(&format!(
        "<details class=\"group {}\"{open}>\n<summary><span class=\"badge\">{}</span> <h3>{}</h3> <code>{}</code> \
         <span class=\"count\">{}</span></summary>\n<div class=\"body\">\n",
        tone(worst),
        worst.as_str(),
        escape(&function.name),
        escape(file),
        of.privileges.granted.len() + of.privileges.missing.len(),
    ));
    for remark in rows::remarks(permissions, of) {
        out.push_str(&format!("<p class=\"place\">{}</p>\n", prose(&remark)));
    }
    if !groups.is_empty() {
        out.push_str(
            "<div class=\"table\"><table>\n<thead><tr><th>do</th><th>actions</th><th>why</th></tr></thead>\n",
        );
        groups.iter().for_each(|one| group(out, one));
        out.push_str("</table></div>\n");
    }
    for reach in danger::reaches(of) {
        out.push_str(&format!("<p class=\"place\">Reach: {}</p>\n", prose(&reach)));
    }
    for way in danger::ways(permissions, of) {
        out.push_str(&format!("<p class=\"place\"><strong>Escalation:</strong> {}</p>\n", prose(&way)));
    }
    for open in rows::open(permissions, of) {
        out.push_str(&format!("<p class=\"place\">Not decided: {}</p>\n", prose(&open)));
    }
    out.push_str("</div>\n</details>\n");
}

fn group(out: &mut String, group: &Group) {
    let place = if group.place.is_empty() { String::new() } else { format!(" {}", escape(&group.place)) };
    out.push_str(&format!(
        "<tbody>\n<tr><td colspan=\"3\">{}<span class=\"soft\">{place}</span></td></tr>\n",
        prose(&group.title)
    ));
    for row in &group.rows {
        let notes: Vec<String> = row.notes.iter().map(|note| prose(note)).collect();
        out.push_str(&format!(
            "<tr><td><span class=\"badge {}\">{}</span></td><td><code>{}</code></td><td>{}</td></tr>\n",
            tone(row.verdict),
            row.verdict.as_str(),
            escape(&row.actions),
            notes.join("<br>"),
        ));
    }
    out.push_str("</tbody>\n");
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Add | Verdict::Correct => "high",
        Verdict::Narrow | Verdict::Remove => "medium",
        Verdict::Ask => "low",
        Verdict::Keep => "info",
    }
}
