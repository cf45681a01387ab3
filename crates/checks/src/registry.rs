//! Every check by id, and how they run.
use model::{App, Check, Date, Finding, Findings, Framework, Node, Project, Undecided};

use crate::list::CHECKS;

/// Declares a check and its page. See any file of this crate.
macro_rules! check {
    (@fix) => { None };
    (@fix $fix:ident) => { Some(model::Safety::$fix) };
    (
        $(#[doc = $doc:literal])*
        $name:ident = $id:literal {
            since: $since:literal,
            severity: $severity:ident,
            confidence: $confidence:ident,
            $(fix: $fix:ident,)?
            controls: $controls:expr,
            also_known_as: $aka:expr,
            run: $run:ident $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        pub(crate) static $name: model::Check = model::Check {
            id: $id,
            since: $since,
            severity: model::Severity::$severity,
            confidence: model::Confidence::$confidence,
            fix: $crate::registry::check!(@fix $($fix)?),
            controls: $controls,
            also_known_as: $aka,
            page: concat!($($doc, "\n"),*),
            area: module_path!(),
            run: $run,
        };
        pub(crate) use $name as CHECK;
    };
}
pub(crate) use check;

/// Declares the modules of an area and lists their checks.
macro_rules! area {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub(crate) static AREA: &[&model::Check] = &[$(&$module::CHECK,)*];
    };
}
pub(crate) use area;

/// Every check, area by area, in a stable order.
pub fn all() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().flat_map(|area| area.iter().copied())
}

/// The check with this id, or that another tool calls so.
#[must_use]
pub fn find(name: &str) -> Option<&'static Check> {
    all().find(|check| check.id == name).or_else(|| {
        all().find(|check| check.also_known_as.iter().any(|other| other.eq_ignore_ascii_case(name)))
    })
}

/// Runs checks over every application of a project.
pub fn run<'a>(
    project: &Project,
    checks: impl IntoIterator<Item = &'a &'static Check>,
    today: Date,
) -> Findings {
    let checks: Vec<&'static Check> = checks.into_iter().copied().collect();
    let mut all = Findings::new(today);
    for (index, app) in project.apps.iter().enumerate() {
        let found = run_app(app, &checks, today);
        all.found.extend(found.found.into_iter().map(|mut finding| {
            finding.app = index;
            finding
        }));
        all.undecided.extend(found.undecided.into_iter().map(|mut undecided| {
            undecided.app = index;
            undecided
        }));
    }
    all
}

fn run_app(app: &App, checks: &[&'static Check], today: Date) -> Findings {
    let mut findings = Findings::new(today);
    for check in checks {
        (check.run)(app, &mut findings);
    }
    doubt_absence(app, &mut findings);
    findings
}

/// A finding that points at a resource's name is about something that is not there. When a part of the
/// resource could not be read, nobody knows whether it is.
fn doubt_absence(app: &App, findings: &mut Findings) {
    let partial: Vec<&Node> = app.nodes.iter().filter(|node| node.partial).collect();
    if partial.is_empty() {
        return;
    }
    let is_doubtful = |finding: &Finding| {
        partial.iter().any(|node| node.name == finding.node && node.name_at == finding.at)
    };
    let (doubtful, certain) = std::mem::take(&mut findings.found).into_iter().partition(is_doubtful);
    findings.found = certain;
    let doubtful: Vec<Finding> = doubtful;
    // A function that no template names has no settings to doubt: only its code is judged, and reports say so.
    if app.framework == Framework::Files {
        return;
    }
    findings.undecided.extend(doubtful.into_iter().map(|finding| Undecided {
        check: finding.check,
        app: finding.app,
        node: finding.node,
        reason: "part of the resource could not be read".to_owned(),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Kind, Span};

    #[test]
    fn a_function_that_no_template_names_has_no_settings_to_doubt() {
        let template = "Resources:\n  F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b } }\n";
        let mut project = testkit::project([("template.yaml", template)]);
        let mut node = project.apps[0].all(Kind::Function).next().unwrap().clone();
        (node.span, node.name_at, node.partial, node.implicit) = (Span::NONE, Span::NONE, true, true);
        node.id = model::NodeId(0);
        node.attrs.clear();
        project.apps.clear();
        project.files_app().nodes.push(node);
        let check = find("untraced-function").unwrap();
        let told = |project: &Project| {
            let findings = run(project, [&check], testkit::TODAY);
            (findings.found.len(), findings.undecided.len())
        };
        assert_eq!(told(&project), (0, 0));
        project.apps[0].framework = Framework::Sam;
        assert_eq!(told(&project), (0, 1), "of a template's function that was read in part it is not known");
    }
}
