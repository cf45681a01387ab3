//! The review file: who approved which broad permission, and until when.
use model::{Approval, Problem, ProblemKind, Project, Span};
use serde::Deserialize;
use toml::Spanned;

/// The name of the file when nothing else names one.
pub const FILE: &str = "buckler-permissions.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    approval: Vec<Spanned<Written>>,
}

/// One entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    function: String,
    action: String,
    resource: Option<String>,
    approved_by: String,
    reason: String,
    until: String,
}

/// Adds the approvals of a review file to the project. What is wrong with it is a problem, and approves nothing.
pub fn read(project: &mut Project, path: &str, text: &str) {
    let file = project.add_file(path, text);
    let written: File = match toml::from_str(text) {
        Ok(written) => written,
        Err(why) => {
            let at = why.span().map(|range| Span::new(file, range.start, range.end));
            let message = format!("the review file is wrong: {}", why.message());
            return project.problems.push(problem(path, at, message, "until then it approves nothing"));
        }
    };
    for entry in written.approval {
        let at = Span::new(file, entry.span().start, entry.span().end);
        match approval(entry.into_inner(), at) {
            Ok(approval) => project.files_app().approvals.push(approval),
            Err(why) => project.problems.push(problem(path, Some(at), why, "this entry approves nothing")),
        }
    }
}

fn approval(written: Written, at: Span) -> Result<Approval, String> {
    let Written { function, action, resource, approved_by: by, reason, until } = written;
    if by.trim().is_empty() || reason.trim().is_empty() {
        return Err(format!("nobody signed for `{action}` of `{function}`: say `approved-by` and `reason`"));
    }
    let until = until.parse().map_err(|why: model::ParseDateError| format!("`until`: {why}"))?;
    Ok(Approval { function, action, resource, by, reason, until, at })
}

fn problem(path: &str, at: Option<Span>, message: String, help: &str) -> Problem {
    Problem { kind: ProblemKind::Unreadable, path: path.to_owned(), at, message, help: help.to_owned() }
}

/// A permission that somebody should approve or narrow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    pub function: String,
    pub action: String,
    pub resource: String,
    /// Why it is here.
    pub why: String,
}

/// Entries for these permissions, to be completed by who approves them: as written they approve nothing.
#[must_use]
pub fn draft(open: &[Open]) -> String {
    let mut out = String::from(
        "# Broad permissions and who approved them. An entry without `approved-by` and `reason` approves nothing,\n\
         # and one whose `until` has passed is a finding of every scan. Names may hold `*`.\n",
    );
    for entry in open {
        out.push_str(&format!("\n# {}\n[[approval]]\n", entry.why.replace(['\n', '\r'], " ")));
        let line = |name: &str, text: &str| format!("{name} = {}\n", toml::Value::from(text));
        out.push_str(&line("function", &entry.function));
        out.push_str(&line("action", &entry.action));
        out.push_str(&line("resource", &entry.resource));
        out.push_str("approved-by = \"\"\nreason = \"\"\nuntil = \"\"\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "[[approval]]\nfunction = \"F\"\naction = \"s3:*\"\napproved-by = \"jane\"\nreason = \"move\"\nuntil = \"2027-01-31\"\n";

    fn read_text(text: &str) -> Project {
        let mut project = Project::default();
        read(&mut project, FILE, text);
        project
    }

    #[test]
    fn an_entry_is_an_approval_with_its_place() {
        let mut project = read_text(ENTRY);
        assert!(project.problems.is_empty(), "{:?}", project.problems);
        let approvals = project.files_app().approvals.clone();
        assert_eq!(approvals[0].until, model::Date::new(2027, 1, 31));
        assert!(project.locate(approvals[0].at).starts_with("buckler-permissions.toml:1:"));
    }

    #[test]
    fn what_nobody_signed_or_what_is_wrong_approves_nothing() {
        for (text, says) in [
            (ENTRY.replace("jane", " "), "nobody signed"),
            (ENTRY.replace("2027-01-31", "soon"), "`soon` is no date"),
            (ENTRY.replace("reason", "raeson"), "unknown field `raeson`"),
            ("[[approval".to_owned(), "the review file is wrong"),
        ] {
            let mut project = read_text(&text);
            assert!(project.problems[0].message.contains(says), "{:?}", project.problems);
            assert!(project.files_app().approvals.is_empty());
        }
    }

    #[test]
    fn a_draft_is_a_review_file_that_approves_nothing_yet() {
        let open = Open {
            function: "F\"".to_owned(),
            action: "s3:*".to_owned(),
            resource: "*".to_owned(),
            why: "needs only\ns3:GetObject".to_owned(),
        };
        let mut project = read_text(&draft(&[open]));
        assert_eq!(project.problems.len(), 1);
        assert!(project.problems[0].message.contains("nobody signed for `s3:*` of `F\"`"));
        assert!(project.files_app().approvals.is_empty());
    }
}
