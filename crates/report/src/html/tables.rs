//! The tables below the findings: problems, undecided, accepted, applications, checks.
use model::{Framework, Suppressed};

use super::{escape, prose};
use crate::group::{self, rules, undecided};
use crate::scan::{resources, title};
use crate::text::stale_words;
use crate::{Scan, coverage};

/// Resources named for one undecided check, at most.
const UNDECIDED_SHOWN_MAX: usize = 20;
/// Functions named for one reason why code was not read, at most.
const UNREAD_SHOWN_MAX: usize = 50;

/// Sections that have something to show: id, title, count.
pub(super) fn sections(scan: &Scan<'_>) -> Vec<(&'static str, &'static str, usize)> {
    let all = [
        ("problems", "Problems", scan.project.problems.len()),
        ("undecided", "Undecided", scan.undecided.len()),
        ("accepted", "Accepted", scan.suppressed.len()),
        ("stale", "Stale suppressions", scan.stale.len()),
        ("code", "Code", coverage::covered(scan).len()),
        ("applications", "Applications", scan.project.apps.len()),
        ("checks", "Checks", scan.checks.len()),
    ];
    all.into_iter().filter(|(.., count)| *count > 0).collect()
}

pub(super) fn push(out: &mut String, scan: &Scan<'_>) {
    for (id, title, _) in sections(scan) {
        out.push_str(&format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n"
        ));
        match id {
            "problems" => problems(out, scan),
            "undecided" => open_cases(out, scan),
            "accepted" => accepted(out, scan),
            "stale" => stale(out, scan),
            "code" => unread(out, scan),
            "applications" => applications(out, scan),
            _ => checks(out, scan),
        }
        out.push_str("</section>\n");
    }
}

struct Table<'a> {
    caption: &'a str,
    /// Titles of columns; those of numbers end with `#`.
    columns: &'a [&'a str],
    /// Cells are HTML.
    rows: Vec<Vec<String>>,
}

fn table(out: &mut String, table: &Table<'_>) {
    let class = |column: Option<&&str>| match column {
        Some(title) if title.ends_with('#') => " class=\"number\"",
        _ => "",
    };
    out.push_str(&format!(
        "<div class=\"table\">\n<table>\n<caption>{}</caption>\n<thead>\n<tr>",
        table.caption
    ));
    for column in table.columns {
        out.push_str(&format!(
            "<th scope=\"col\"{}>{}</th>",
            class(Some(column)),
            column.trim_end_matches('#')
        ));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            out.push_str(&format!("<td{}>{cell}</td>", class(table.columns.get(index))));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

fn problems(out: &mut String, scan: &Scan<'_>) {
    let rows = group::problems(scan).into_iter().map(|problem| {
        let place = scan.place_of(problem);
        vec![problem.kind.as_str().to_owned(), code(&place), prose(&problem.message), prose(&problem.help)]
    });
    let columns = &["Kind", "Place", "Problem", "Next step"];
    let caption = "What could not be read, resolved or is not known. It was not judged, and is no pass.";
    table(out, &Table { caption, columns, rows: rows.collect() });
}

fn open_cases(out: &mut String, scan: &Scan<'_>) {
    let rows = undecided(scan.undecided).into_iter().map(|(id, all)| {
        let mut names: Vec<String> =
            all.iter().take(UNDECIDED_SHOWN_MAX).map(|undecided| code(&undecided.node)).collect();
        if all.len() > UNDECIDED_SHOWN_MAX {
            names.push(format!("and {} more", all.len() - UNDECIDED_SHOWN_MAX));
        }
        let reason = all.first().map_or_else(String::new, |first| prose(&first.reason));
        vec![code(id), all.len().to_string(), names.join(", "), reason]
    });
    let columns = &["Check", "Cases#", "Resources", "Why, for the first"];
    table(
        out,
        &Table {
            caption: "Checks that depend on values which are not known.",
            columns,
            rows: rows.collect(),
        },
    );
}

fn accepted(out: &mut String, scan: &Scan<'_>) {
    let row = |suppressed: &Suppressed| {
        let (finding, by) = (&suppressed.finding, &suppressed.by);
        let until = by.until.map_or_else(String::new, |day| day.to_string());
        let source = by.at.map_or_else(|| "buckler.toml".to_owned(), |at| scan.locate(at));
        vec![code(finding.check.id), code(&finding.node), prose(&by.reason), until, code(&source)]
    };
    let columns = &["Check", "Resource", "Reason", "Until", "Written in"];
    let rows = scan.suppressed.iter().map(row).collect();
    table(out, &Table { caption: "Findings that somebody accepted.", columns, rows });
}

fn stale(out: &mut String, scan: &Scan<'_>) {
    let rows = scan.stale.iter().map(|stale| {
        let (what, next) = stale_words(stale);
        let place = stale.suppression.at.map_or_else(|| "buckler.toml".to_owned(), |at| scan.locate(at));
        vec![code(&place), prose(&what), prose(next)]
    });
    let columns = &["Place", "What", "Next step"];
    table(out, &Table { caption: "Suppressions that have no effect.", columns, rows: rows.collect() });
}

fn unread(out: &mut String, scan: &Scan<'_>) {
    let covered = coverage::covered(scan);
    if let Some(sentence) = coverage::sentence(&covered) {
        out.push_str(&format!("<p>{}.</p>\n", escape(&sentence)));
    }
    let rows: Vec<Vec<String>> = coverage::gaps(&covered)
        .into_iter()
        .map(|gap| {
            let mut names: Vec<String> =
                gap.functions.iter().take(UNREAD_SHOWN_MAX).map(|name| code(name)).collect();
            if gap.functions.len() > UNREAD_SHOWN_MAX {
                names.push(format!("and {} more", gap.functions.len() - UNREAD_SHOWN_MAX));
            }
            let read = if gap.whole { "no" } else { "in part" };
            vec![names.join(", "), escape(gap.language.as_str()), read.to_owned(), prose(gap.why)]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let columns = &["Functions", "Language", "Read", "Why"];
    let caption = "Functions whose code was not read, or not all of it. It was not judged, and is no pass.";
    table(out, &Table { caption, columns, rows });
}

fn applications(out: &mut String, scan: &Scan<'_>) {
    let rows = scan.project.apps.iter().enumerate().map(|(index, app)| {
        let findings = scan.findings.iter().filter(|finding| finding.app == index).count();
        vec![
            if app.framework == Framework::Files { escape(title(app)) } else { code(&app.name) },
            app.framework.as_str().to_owned(),
            app.functions().count().to_string(),
            resources(app).to_string(),
            findings.to_string(),
        ]
    });
    let columns = &["Application", "Framework", "Functions#", "Resources#", "Findings#"];
    table(out, &Table { caption: "What was found in the folder.", columns, rows: rows.collect() });
}

fn checks(out: &mut String, scan: &Scan<'_>) {
    out.push_str("<ul class=\"checks\">\n");
    for check in rules(scan).into_values() {
        out.push_str(&format!("<li><code>{}</code></li>\n", check.id));
    }
    out.push_str("</ul>\n");
}
