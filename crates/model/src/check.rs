//! A check: its facts, its page and one pure function over the graph.
use crate::{App, Confidence, Date, Finding, Node, Safety, Severity, Span, Tri, Value};

/// A check as the registry lists it.
pub struct Check {
    /// Names the problem: `public-function-url`. A promise: never renamed.
    pub id: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    /// Some of its findings carry a fix, as the case allows; the safest that one is.
    pub fix: Option<Safety>,
    /// `CWE-306`, `OWASP-SLS-2017:SAS-2`, `OWASP-API-2023:API2`, `CSA-SLS:SAS-2`.
    pub controls: &'static [&'static str],
    /// What other tools call the same check: `CKV_AWS_258`, `W89`.
    pub also_known_as: &'static [&'static str],
    /// The page, Markdown. Its first line is `# Title`.
    pub page: &'static str,
    /// The module path that holds it; see [`Check::area_name`].
    pub area: &'static str,
    pub run: fn(&App, &mut Findings),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.id).finish()
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Check {}

impl Check {
    /// The page's heading.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.page.lines().map(str::trim).find_map(|line| line.strip_prefix("# ")).unwrap_or(self.id)
    }

    /// The area of the registry that it stands in: `functions`, `identity`, `data`, …
    #[must_use]
    pub fn area_name(&self) -> &'static str {
        self.area.split("::").nth(1).unwrap_or(self.area)
    }

    /// A finding on a node, pointing at its name.
    #[must_use]
    pub fn at(&'static self, node: &Node, message: impl Into<String>) -> Finding {
        Finding {
            check: self,
            app: 0,
            node: node.name.clone(),
            provider_type: node.provider_type.clone(),
            at: node.name_at,
            message: message.into(),
            severity: self.severity,
            related: Vec::new(),
            path: Vec::new(),
            fix: None,
        }
    }

    /// A finding at a place of a file, about what `name` names.
    #[must_use]
    pub fn in_file(&'static self, name: impl Into<String>, at: Span, message: impl Into<String>) -> Finding {
        Finding {
            check: self,
            app: 0,
            node: name.into(),
            provider_type: String::new(),
            at,
            message: message.into(),
            severity: self.severity,
            related: Vec::new(),
            path: Vec::new(),
            fix: None,
        }
    }

    /// A finding on an attribute of a node, pointing at its value when it is written.
    #[must_use]
    pub fn on(&'static self, node: &Node, attr: &str, message: impl Into<String>) -> Finding {
        self.at(node, message).at(node.at(attr))
    }
}

/// A check that could not decide on a node, since a value is unknown. Never a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    pub check: &'static Check,
    pub app: usize,
    pub node: String,
    /// Why, as far as it is known.
    pub reason: String,
}

/// Where checks put what they find.
#[derive(Debug)]
pub struct Findings {
    /// The day of the scan, for end-of-life tables and expiries.
    pub today: Date,
    pub found: Vec<Finding>,
    pub undecided: Vec<Undecided>,
}

impl Findings {
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self { today, found: Vec::new(), undecided: Vec::new() }
    }

    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Reports when `fires` is true; notes that it could not be decided when it is unknown.
    pub fn when(&mut self, fires: Tri, finding: impl FnOnce() -> Finding) {
        match fires {
            Tri::True => self.push(finding()),
            Tri::False => {}
            Tri::Unknown => {
                let finding = finding();
                let reason = "a value it depends on is not known".to_owned();
                self.note(finding, reason);
            }
        }
    }

    /// Reports unless `attr` of `node` is switched on. The most common shape of a check.
    pub fn unless_on(&mut self, node: &Node, attr: &'static str, finding: impl FnOnce() -> Finding) {
        match node.flag(attr) {
            Tri::True => {}
            Tri::False => self.push(finding()),
            Tri::Unknown => {
                let reason = node.get(attr).map_or_else(String::new, reason_of);
                self.note(finding(), reason);
            }
        }
    }

    /// Reports unless `attr` of `node` is set to anything, known or not.
    pub fn unless_set(&mut self, node: &Node, attr: &'static str, finding: impl FnOnce() -> Finding) {
        if !node.has(attr) {
            self.push(finding());
        }
    }

    fn note(&mut self, finding: Finding, reason: String) {
        self.undecided.push(Undecided { check: finding.check, app: finding.app, node: finding.node, reason });
    }
}

fn reason_of(value: &Value) -> String {
    match &value.data {
        crate::Data::Unknown(unknown) => unknown.reason.clone(),
        _ => format!("`{}` is known only when deployed", value.display()),
    }
}
