//! Fixtures in a string, for the tests of other crates. Never ships.
use iac::{MemorySource, Options};
use model::{Date, Project};

/// The day of every test.
pub const TODAY: Date = Date::new(2026, 11, 22);

/// One example of a check's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Whether the check must fire; else it must stay quiet.
    pub fires: bool,
    /// `yaml`, `json`, `hcl`, `sam`, `serverless`, `terraform-plan`.
    pub language: String,
    pub text: String,
}

/// The examples of a page: fenced blocks whose info string is `LANGUAGE fires` or `LANGUAGE quiet`.
#[must_use]
pub fn cases(page: &str) -> Vec<Case> {
    let mut found = Vec::new();
    let mut open: Option<Case> = None;
    for line in page.lines() {
        // Doc comments begin with a space.
        let line = line.strip_prefix(' ').unwrap_or(line);
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
                let fires = match rest.trim() {
                    "fires" => true,
                    "quiet" => false,
                    _ => continue,
                };
                open = Some(Case { fires, language: language.to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(case), None) => {
                case.text.push_str(line);
                case.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The text of the `.md` file with more cases beside a check, empty when there is none.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
pub fn beside(manifest: &str, module: &str, _id: &str) -> String {
    let path = module.split("::").skip(1).collect::<Vec<_>>().join("/");
    std::fs::read_to_string(format!("{manifest}/src/{path}.md")).unwrap_or_default()
}

impl Case {
    /// The example as a project.
    ///
    /// `yaml` and `json` may be whole templates or only the entries of `Resources`; `sam` is the same with SAM's transform.
    #[must_use]
    pub fn project(&self) -> Project {
        let has_resources =
            self.text.lines().any(|line| line.trim_start_matches(['"', '{', ' ']).starts_with("Resources"));
        let transform = match self.language.as_str() {
            "sam" if !self.text.contains("Transform:") => "Transform: AWS::Serverless-2016-10-31\n",
            _ => "",
        };
        let (path, text) = match self.language.as_str() {
            "hcl" => ("main.tf", self.text.clone()),
            "serverless" => ("serverless.yml", self.text.clone()),
            "terraform-plan" => ("plan.json", self.text.clone()),
            "json" if has_resources => ("template.json", self.text.clone()),
            "json" => ("template.json", format!("{{\"Resources\": {}}}", self.text)),
            _ if has_resources => ("template.yaml", format!("{transform}{}", self.text)),
            _ => ("template.yaml", format!("{transform}Resources:\n{}", indent(&self.text))),
        };
        project([(path, text.as_str())])
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// Reads files kept in memory.
#[must_use]
pub fn project<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Project {
    iac::read(&MemorySource::new(files), &Options::default())
}
