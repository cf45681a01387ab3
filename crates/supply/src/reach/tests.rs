//! Imports to packages, through the lock file.
use model::{
    App, Coverage, Exposure, FileId, Framework, FunctionCode, Import, Kind, Language, MemorySource, Project,
    Span,
};

fn project(files: &[(&str, &str)], imports: &[&str], coverage: Coverage) -> Project {
    let mut project = Project::default();
    let handler = project.add_file("src/app.js", "");
    let language = if files.iter().any(|(path, _)| path.contains("json")) {
        Language::JavaScript
    } else {
        Language::Python
    };
    let mut app = App::new("template.yaml", Framework::Sam);
    app.nodes.push(model::Node {
        id: model::NodeId(0),
        kind: Kind::Function,
        name: "F".into(),
        provider: model::Provider::Aws,
        provider_type: String::new(),
        construct: None,
        span: Span::new(FileId(0), 0, 0),
        name_at: Span::new(FileId(0), 0, 0),
        attrs: std::collections::BTreeMap::new(),
        policies: Vec::new(),
        resource_policies: Vec::new(),
        owner: None,
        skips: Vec::new(),
        implicit: false,
        partial: false,
    });
    let import = |module: &&str| Import {
        package: if language == Language::Python {
            module.split('.').next().unwrap().into()
        } else {
            (*module).into()
        },
        module: (*module).into(),
        at: Span::new(handler, 0, 0),
    };
    app.code.push(FunctionCode {
        function: model::NodeId(0),
        language,
        coverage,
        handler: None,
        files: vec![handler],
        imports: imports.iter().map(import).collect(),
        flows: Vec::new(),
        calls: Vec::new(),
        uses: Vec::new(),
    });
    project.apps.push(app);
    crate::read(&MemorySource::new(files.iter().copied()), &mut project);
    super::reach(&mut project);
    project
}

fn exposures(mut project: Project) -> String {
    let packages = &project.files_app().packages;
    let word = |exposure: &Exposure| match exposure {
        Exposure::Unknown => "?".to_owned(),
        Exposure::NotImported => "no".to_owned(),
        Exposure::Imported { functions, .. } => functions.iter().map(|(name, _)| name.clone()).collect(),
    };
    packages.iter().map(|package| format!("{}={} ", package.key(), word(&package.exposure))).collect()
}

const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1", "c": "1"}},
 "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}, "node_modules/b": {"version": "1.0.0"}, "node_modules/c": {"version": "1.0.0"}}}"#;

#[test]
fn a_package_is_reached_through_the_lock_file() {
    let files = [("package-lock.json", LOCK), ("package.json", r#"{"dependencies": {"a": "1", "c": "1"}}"#)];
    let shown = exposures(project(&files, &["a"], Coverage::Whole));
    assert_eq!(shown, "a@1.0.0=F b@1.0.0=F c@1.0.0=no a@1.0.0=F c@1.0.0=no ");
}

#[test]
fn nothing_is_said_of_what_is_not_wholly_known() {
    let partial = exposures(project(&[("package-lock.json", LOCK)], &["a"], Coverage::Partial("x".into())));
    assert_eq!(partial, "a@1.0.0=F b@1.0.0=F c@1.0.0=? ");
    let elsewhere = exposures(project(&[("other/package-lock.json", LOCK)], &["a"], Coverage::Whole));
    assert_eq!(elsewhere, "a@1.0.0=? b@1.0.0=? c@1.0.0=? ");
    // A flat list does not say who needs whom.
    let flat =
        exposures(project(&[("requirements.txt", "PyYAML==5.1\nurllib3==1\n")], &["yaml"], Coverage::Whole));
    assert_eq!(flat, "pyyaml@5.1=F urllib3@1=? ");
}

#[test]
fn modules_have_other_names_than_their_packages() {
    let text = "Pillow==1\npython-jose==1\ngoogle-cloud-storage==1\nscikit_learn==1\nprotobuf==1\nother==1\n";
    let imports = ["PIL.Image", "jose.jwt", "google.cloud.storage", "sklearn"];
    let shown = exposures(project(&[("src/requirements.txt", text)], &imports, Coverage::Whole));
    assert_eq!(
        shown,
        "pillow@1=F python-jose@1=F google-cloud-storage@1=F scikit-learn@1=F protobuf@1=? other@1=? "
    );
    let installed = [
        ("src/odd-1.dist-info/METADATA", "Name: odd\nVersion: 1\n"),
        ("src/odd-1.dist-info/top_level.txt", "strange\n"),
    ];
    assert_eq!(exposures(project(&installed, &["strange.part"], Coverage::Whole)), "odd@1=F ");
}
