//! The way of data to a finding, and the lines that a fix changes.
use model::Finding;

use super::{escape, prose, snippet_line};
use crate::scan::plural;
use crate::view::View;
use crate::{Scan, repair, trail};

/// The path of a finding as an ordered list.
pub(super) fn push(out: &mut String, scan: &Scan<'_>, view: &View<'_>, finding: &Finding) {
    let steps = trail::steps(scan, view, finding);
    if steps.is_empty() {
        return;
    }
    let count = plural(finding.path.len(), "step");
    out.push_str(&format!("<p class=\"way\">How the data comes here, in {count}</p>\n<ol class=\"way\">\n"));
    for step in steps {
        if step.left_out > 0 {
            out.push_str(&format!(
                "<li class=\"soft\" value=\"{}\">… {} more</li>\n",
                step.number - 1,
                plural(step.left_out, "step")
            ));
        }
        let line = step.line.map_or_else(String::new, |mut line| {
            line.gap = false;
            format!("<pre>{}</pre>", snippet_line(&line))
        });
        let place = match step.place.as_str() {
            "" => String::new(),
            place => format!(" <code class=\"soft\">{}</code>", escape(place)),
        };
        out.push_str(&format!("<li value=\"{}\">{}{place}{line}</li>\n", step.number, prose(step.message),));
    }
    out.push_str("</ol>\n");
}

/// The lines that a fix takes away and those that it writes.
pub(super) fn edits(scan: &Scan<'_>, view: &View<'_>, finding: &Finding) -> String {
    let mut out = String::new();
    for hunk in repair::hunks(view, finding) {
        let file = view.project.files.get(hunk.file.0 as usize);
        let place = file.map_or_else(String::new, |file| scan.path(&file.path));
        if hunk.file != finding.at.file {
            let place = format!("{place}:{}", hunk.line);
            out.push_str(&format!("<p class=\"place\"><code>{}</code></p>\n", escape(&place)));
        }
        let removed = hunk.removed.iter().map(|line| format!("<del>- {}</del>", escape(line)));
        let added = hunk.added.iter().map(|line| format!("<ins>+ {}</ins>", escape(line)));
        let lines: Vec<String> = removed.chain(added).collect();
        out.push_str(&format!("<pre>{}</pre>\n", lines.join("\n")));
    }
    out
}
