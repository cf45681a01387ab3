//! A scan as one HTML file that needs nothing else: no script, no request, no inline style.
//!
//! Filters are check boxes that style rules react to. The content security policy allows exactly
//! the one style sheet, by its hash, so that even a hole in the escaping could not load or run
//! anything.
mod flow;
mod tables;

use model::{Finding, Safety, Severity};
use sha2::{Digest as _, Sha256};

use crate::group::{Group, groups};
use crate::scan::{plural, title};
use crate::snippet::Line;
use crate::view::View;
use crate::{Scan, coverage, page, repair, snippet, visible};

const STYLE: &str = include_str!("html/style.css");
/// Applications in the filter, at most: each costs two style rules.
const FILTERED_APPS_MAX: usize = 100;
/// Groups that stand open at first are few enough to read.
const OPEN_GROUPS_MAX: usize = 12;

/// Shows a scan as an HTML page.
#[must_use]
pub fn html(scan: &Scan<'_>) -> String {
    let mut body = String::new();
    header(&mut body, scan);
    body.push_str("<main>\n");
    findings(&mut body, scan);
    tables::push(&mut body, scan);
    body.push_str(&format!(
        "</main>\n<footer><p>Written by Buckler {} on {}.</p></footer>\n",
        escape(scan.version),
        scan.date
    ));
    shell(&format!("Buckler: {}", scan.root), &app_rules(scan), &body)
}

/// A page with a title, style rules of its own, and a body.
pub(crate) fn shell(title: &str, rules: &str, body: &str) -> String {
    let style = format!("{STYLE}{rules}");
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(&style))
    );
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<div class=\"wrap\">\n\
         {body}</div>\n</body>\n</html>\n"
    )
}

fn header(out: &mut String, scan: &Scan<'_>) {
    out.push_str(&format!(
        "<header>\n<p class=\"brand\">Buckler</p>\n<h1><bdi>{}</bdi></h1>\n\
         <p class=\"meta\">{} · {} · {}</p>\n",
        escape(scan.root),
        escape(&scan.extent()),
        plural(scan.checks.len(), "check"),
        scan.date,
    ));
    out.push_str("<ul class=\"tiles\">\n");
    for severity in Severity::ALL.iter().rev() {
        let (count, name) = (scan.count(*severity), severity.as_str());
        let class = if count == 0 { "none" } else { name };
        out.push_str(&format!("<li class=\"{class}\"><strong>{count}</strong> {name}</li>\n"));
    }
    out.push_str("</ul>\n");
    if let Some(code) = coverage::sentence(&coverage::covered(scan)) {
        out.push_str(&format!("<p class=\"meta\"><a href=\"#code\">Code</a>: {}</p>\n", escape(&code)));
    }
    if !scan.project.problems.is_empty() {
        let count = plural(scan.project.problems.len(), "problem");
        out.push_str(&format!(
            "<p class=\"notice\">Part of the project was not read or is not known: <a href=\"#problems\">{count}</a>. \
             It was not judged.</p>\n"
        ));
    }
    out.push_str("<nav aria-label=\"Sections\">\n<ul>\n<li><a href=\"#findings\">Findings</a></li>\n");
    for (id, title, count) in tables::sections(scan) {
        out.push_str(&format!(
            "<li><a href=\"#{id}\">{title}</a> <span class=\"soft\">{count}</span></li>\n"
        ));
    }
    out.push_str("</ul>\n</nav>\n</header>\n");
}

fn findings(out: &mut String, scan: &Scan<'_>) {
    out.push_str("<section id=\"findings\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">Findings</h2>\n");
    if scan.findings.is_empty() {
        out.push_str("<p class=\"clear\">Nothing found.</p>\n");
    } else {
        filters(out, scan);
    }
    let view = View::new(scan);
    for (index, of_check) in groups(scan.findings).iter().enumerate() {
        let open = index < OPEN_GROUPS_MAX && of_check.severity >= Severity::High;
        group(out, scan, &view, (of_check, open));
    }
    out.push_str("</section>\n");
}

fn filters(out: &mut String, scan: &Scan<'_>) {
    out.push_str("<fieldset class=\"filters\">\n<legend>Show</legend>\n");
    for severity in Severity::ALL.iter().rev().filter(|severity| scan.count(**severity) > 0) {
        let (name, count) = (severity.as_str(), scan.count(*severity));
        out.push_str(&format!(
            "<label for=\"show-{name}\"><input type=\"checkbox\" id=\"show-{name}\" checked> {name} \
             <span class=\"soft\">{count}</span></label>\n"
        ));
    }
    if filters_apps(scan) {
        out.push_str(
            "<label for=\"app\">of <select id=\"app\">\n<option value=\"all\">all applications</option>\n",
        );
        for (index, app) in scan.project.apps.iter().enumerate() {
            out.push_str(&format!("<option value=\"{index}\">{}</option>\n", escape(title(app))));
        }
        out.push_str("</select></label>\n");
    }
    out.push_str("</fieldset>\n");
}

fn filters_apps(scan: &Scan<'_>) -> bool {
    (2..=FILTERED_APPS_MAX).contains(&scan.project.apps.len())
}

/// Style rules that hide what is of another application than the chosen one.
fn app_rules(scan: &Scan<'_>) -> String {
    if !filters_apps(scan) {
        return String::new();
    }
    let rule = |index: usize| {
        let chosen = format!("body:has(#app option[value=\"{index}\"]:checked)");
        format!(
            "{chosen} .finding:not(.app-{index}), {chosen} .group:not(:has(.app-{index})) {{ display: none; }}\n"
        )
    };
    (0..scan.project.apps.len()).map(rule).collect()
}

fn group(out: &mut String, scan: &Scan<'_>, view: &View<'_>, (group, open): (&Group<'_>, bool)) {
    let (check, severity) = (group.check, group.severity.as_str());
    let open = if open { " open" } else { "" };
    out.push_str(&format!(
        "<details class=\"group {severity}\"{open}>\n<summary><span class=\"badge\">{severity}</span> <h3>{}</h3> \
         <code>{}</code> <span class=\"count\">{}</span></summary>\n<div class=\"body\">\n<p>{}</p>\n",
        escape(check.title()),
        check.id,
        group.findings.len(),
        prose(&page::why(check)),
    ));
    for found in &group.findings {
        finding(out, scan, view, found);
    }
    out.push_str("<details class=\"about\">\n<summary>Why it matters, and what to do</summary>\n");
    out.push_str(&page::to_html(&page::page(check).sections));
    out.push_str(&format!("<p class=\"soft\">{}", check.controls.join(" · ")));
    if let Some(link) = scan.link(check) {
        out.push_str(&format!(
            " · <a href=\"{}\" rel=\"noreferrer\">the page of this check</a>",
            escape(&link)
        ));
    }
    out.push_str("</p>\n</details>\n</div>\n</details>\n");
}

fn finding(out: &mut String, scan: &Scan<'_>, view: &View<'_>, finding: &Finding) {
    let place = scan.locate(finding.at);
    let name = match view.construct(finding) {
        Some(construct) => format!("{} ({construct})", finding.node),
        None => finding.node.clone(),
    };
    let mut facts = vec![format!("<code>{}</code>", escape(&place))];
    // What no template describes has no type, and may have no name but its file's.
    let names = [&name, &finding.provider_type].into_iter().filter(|name| !name.is_empty());
    facts.extend(
        names
            .filter(|name| !place.starts_with(&format!("{}:", scan.path(name))))
            .map(|name| format!("<bdi>{}</bdi>", escape(name))),
    );
    out.push_str(&format!(
        "<article class=\"finding app-{}\">\n<h4>{}</h4>\n<p class=\"place\">{}</p>\n",
        finding.app,
        prose(&finding.message),
        facts.join(" · "),
    ));
    if let Some(snippet) = snippet::of_finding(view, finding) {
        out.push_str("<pre>");
        let lines: Vec<String> = snippet.dedented().lines.iter().map(snippet_line).collect();
        out.push_str(&lines.join("\n"));
        out.push_str("</pre>\n");
    }
    for related in &finding.related {
        let place = escape(&scan.locate(related.at));
        out.push_str(&format!(
            "<p class=\"place\">See <code>{place}</code>: {}</p>\n",
            prose(&related.message)
        ));
    }
    flow::push(out, scan, view, finding);
    let edits = flow::edits(scan, view, finding);
    // The lines themselves say more than a sentence about them.
    let words = if edits.is_empty() { repair::words(scan, view, finding) } else { None };
    if let Some(words) = fix(finding, words) {
        out.push_str(&format!("<p><strong>Fix:</strong> {words}</p>\n{edits}"));
    }
    out.push_str("</article>\n");
}

fn fix(finding: &Finding, words: Option<String>) -> Option<String> {
    let Some(fix) = &finding.fix else { return words.map(|words| prose(&words)) };
    let risk =
        if fix.safety == Safety::Risky { " <span class=\"soft\">(may change behaviour)</span>" } else { "" };
    let words = words.map_or_else(String::new, |words| format!(": {}", prose(&words)));
    Some(format!("{}{risk}{words}", prose(&fix.title)))
}

fn snippet_line(line: &Line) -> String {
    let number = format!("<span class=\"n\">{}</span>", line.number);
    let Some((start, end)) = line.mark else { return format!("{number}{}", escape(&line.text)) };
    let take = |from: usize, to: usize| -> String {
        escape(&line.text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>())
    };
    let marked = match take(start, end) {
        nothing if nothing.is_empty() => " ".to_owned(),
        text => text,
    };
    format!("{number}{}<mark>{marked}</mark>{}", take(0, start), take(end, usize::MAX))
}

/// Prose with code in backticks.
pub(crate) fn prose(text: &str) -> String {
    let text = visible::line(text);
    if !text.matches('`').count().is_multiple_of(2) {
        return escape(&text);
    }
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(index, piece)| match index % 2 {
            1 => format!("<code>{}</code>", escape(piece)),
            _ => escape(piece),
        })
        .collect()
}

/// Text for HTML, also inside quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let text = visible::line(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            _ => out.push(character),
        }
    }
    out
}

/// Base64 with padding (RFC 4648), for the hash in the content security policy.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or(b'=');
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
