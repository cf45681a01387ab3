//! Fixtures in a string, for the tests of other crates. Never ships.
pub mod programs;

use std::collections::BTreeSet;

use iac::{MemorySource, Options};
use model::{Date, Finding, Patch, Project};
use sensitive::{HashKey, Settings};

/// The day of every test.
pub const TODAY: Date = Date::new(2026, 11, 22);

/// One example of a check's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Whether the check must fire; else it must stay quiet.
    pub fires: bool,
    /// `yaml`, `json`, `hcl`, `sam`, `serverless`, `terraform-plan`; `python`, `javascript`, `typescript` for a
    /// handler; `file` for any file.
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
    /// Code is the module of a handler called `handler`, behind a public HTTP API.
    #[must_use]
    pub fn project(&self) -> Project {
        if self.language == "file" {
            return file(&self.text);
        }
        read(&self.files())
    }

    /// The files of the example, by name. A folder that is searched for secrets has none.
    #[must_use]
    pub fn files(&self) -> Vec<(String, String)> {
        match self.language.as_str() {
            "files" => return files(&self.text),
            "file" => return Vec::new(),
            _ => {}
        }
        if let Some((file, runtime)) = self.module() {
            return vec![
                ("template.yaml".to_owned(), template(runtime)),
                (file.to_owned(), self.text.clone()),
            ];
        }
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
        vec![(path.to_owned(), text)]
    }

    /// The files of the example with these patches written into them.
    ///
    /// # Errors
    /// When a patch cannot be written.
    pub fn patched(
        &self,
        project: &Project,
        app: usize,
        patches: &[Patch],
    ) -> Result<Vec<(String, String)>, iac::NotWritten> {
        let Some(app) = project.apps.get(app) else { return Ok(self.files()) };
        let edits = iac::edits(project, app, patches)?;
        let patch = |(path, text): (String, String)| {
            let of_file = |edit: &&iac::Edit| project.file(edit.at).is_some_and(|file| file.path == path);
            let own: Vec<iac::Edit> = edits.iter().filter(of_file).cloned().collect();
            let text = iac::apply(&text, &own);
            (path, text)
        };
        Ok(self.files().into_iter().map(patch).collect())
    }
}

/// Reads files kept in memory, as [`project`] does.
#[must_use]
pub fn read(files: &[(String, String)]) -> Project {
    project(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

impl Case {
    /// File and runtime of a handler in code, `None` for templates.
    fn module(&self) -> Option<(&'static str, &'static str)> {
        let is_esm = self.text.lines().any(|line| line.starts_with("import ") || line.starts_with("export "));
        match self.language.as_str() {
            "python" => Some(("app.py", "python3.14")),
            "javascript" if is_esm => Some(("app.mjs", "nodejs24.x")),
            "javascript" => Some(("app.js", "nodejs24.x")),
            "typescript" => Some(("app.ts", "nodejs24.x")),
            _ => None,
        }
    }
}

/// Files, each behind a line `# file: NAME`. Without a template it is one function that anyone can call,
/// beside the files.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("# file: "), files.last_mut()) {
            (Some(name), _) => files.push((name.trim().to_owned(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    let has = |ending: &str| files.iter().any(|(name, _)| name.ends_with(ending));
    if !has("template.yaml") {
        let runtime =
            if has(".json") || has(".js") || has("yarn.lock") { "nodejs24.x" } else { "python3.14" };
        files.push(("template.yaml".to_owned(), template(runtime)));
    }
    files
}

/// A folder with one file, searched for secrets. The first line names it, `# file: .env`; a second one
/// may say that only a commit holds it, `# commit: 1f0c1a2b`.
fn file(text: &str) -> Project {
    let (path, text) = headed(text, "# file: ").unwrap_or(("notes.txt", text));
    let settings = Settings {
        key: HashKey::new(b"testkit"),
        allow: BTreeSet::new(),
        limits: sensitive::Limits::default(),
    };
    let mut project = Project::default();
    match headed(text, "# commit: ") {
        Some((commit, text)) => {
            drop(sensitive::read_text(&mut project, &settings, (path, commit), text.to_owned()));
        }
        None => sensitive::attach(&mut project, &MemorySource::new([(path, text)]), &settings, |_| true),
    }
    project
}

/// What a first line says after `head`, and the text below.
fn headed<'a>(text: &'a str, head: &str) -> Option<(&'a str, &'a str)> {
    let (line, rest) = text.split_once('\n')?;
    Some((line.strip_prefix(head)?.trim(), rest))
}

fn template(runtime: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::Function\n    \
         Properties:\n      Runtime: {runtime}\n      Handler: app.handler\n      CodeUri: .\n      Events:\n        \
         Web: {{ Type: HttpApi, Properties: {{ Path: /, Method: post }} }}\n"
    )
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// Reads files kept in memory: templates, code and packages, which are looked up in [`ADVISORIES`].
#[must_use]
pub fn project<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Project {
    let source = MemorySource::new(files);
    let mut project = iac::read(&source, &Options::default());
    code::attach(&mut project, &source, &code::Limits::default());
    packages(&mut project, &source);
    if let Ok(text) = model::Source::read(&source, iam::review::FILE, u64::MAX) {
        iam::review::read(&mut project, iam::review::FILE, &text);
    }
    project
}

/// The advisories of every test, in OSV's format.
pub const ADVISORIES: &str = include_str!("advisories.yaml");

fn packages(project: &mut Project, source: &MemorySource) {
    let apps = project.apps.len();
    supply::read(source, project);
    if project.files_app().packages.is_empty() && project.files_app().manifests.is_empty() {
        project.apps.truncate(apps);
        return;
    }
    let mut compiler = supply::advisory::Compiler::default();
    compiler.source("testkit", Some(TODAY));
    for (position, text) in ADVISORIES.split("---\n").enumerate() {
        compiler.file(&format!("{position}.yaml"), text);
    }
    if let Ok(database) = supply::advisory::Database::open(compiler.finish(TODAY)) {
        let freshness = supply::Freshness { today: TODAY, age_days_max: 7 };
        supply::look_up(project, &database, freshness);
    }
    supply::reach(project);
}

/// The project after the fix of a finding was written, read again from the changed texts.
///
/// # Errors
/// When the finding has no fix, or its fix cannot be written: why.
pub fn fixed(project: &Project, finding: &Finding) -> Result<Project, String> {
    let fix = finding.fix.as_ref().ok_or("the finding has no fix")?;
    let app = project.app_of(finding).ok_or("the finding is of no application")?;
    let edits = iac::edits(project, app, &fix.patches).map_err(|refused| refused.to_string())?;
    if edits.is_empty() {
        return Err("the fix changes nothing".to_owned());
    }
    let texts = rewritten(project, &edits);
    Ok(self::project(texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
}

/// Every file of a project with these edits made.
#[must_use]
pub fn rewritten(project: &Project, edits: &[iac::Edit]) -> Vec<(String, String)> {
    let is_first = |index: usize, path: &str| !project.files.iter().take(index).any(|file| file.path == path);
    let files = project.files.iter().enumerate().filter(|(index, file)| is_first(*index, &file.path));
    let changed = files.map(|(index, file)| {
        let own: Vec<iac::Edit> =
            edits.iter().filter(|edit| edit.at.file.0 as usize == index).cloned().collect();
        (file.path.clone(), iac::apply(&file.text, &own))
    });
    changed.collect()
}
