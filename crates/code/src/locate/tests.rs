//! Templates with their files, and where the handlers are.
use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::{Data, Edge, Entry, Key, MemorySource, NodeId, Provider, Span, Value};

use super::*;

const AT: Span = Span { file: model::FileId(0), start: 0, end: 0 };

fn value(text: &str) -> Value {
    // `{S3Key: code.zip}` is a map of one entry.
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(entry) => {
            let (key, text) = entry.split_once(": ").unwrap();
            let key = Key { text: key.to_owned(), at: AT };
            Value::new(AT, Data::Map(vec![Entry { key, value: Value::text(AT, text) }]))
        }
        None => Value::text(AT, text),
    }
}

fn node(id: u32, kind: Kind, attrs: &[(&'static str, &str)]) -> Node {
    Node {
        id: NodeId(id),
        kind,
        name: "WorkflowFunction".to_owned(),
        provider: Provider::Aws,
        provider_type: String::new(),
        construct: None,
        span: AT,
        name_at: AT,
        attrs: attrs.iter().map(|(name, text)| (*name, value(text))).collect(),
        policies: Vec::new(),
        resource_policies: Vec::new(),
        owner: None,
        skips: Vec::new(),
        implicit: false,
        partial: false,
    }
}

/// A function and a layer `layers/shared` of a template, among these files.
fn find(template: &str, attrs: &[(&'static str, &str)], files: &[(&str, &str)]) -> Located {
    let source = MemorySource::new(files.iter().copied());
    let mut project = Project::default();
    project.add_file(template, "");
    let framework = match template.rsplit_once('.') {
        Some((_, "tf")) => Framework::Terraform,
        Some((_, "json")) => Framework::Cdk,
        _ => Framework::Sam,
    };
    let mut app = App::new(template, framework);
    app.nodes = vec![node(0, Kind::Function, attrs), node(1, Kind::Layer, &[("content", "layers/shared")])];
    app.edges = vec![Edge { from: NodeId(0), relation: Relation::Uses, to: NodeId(1), at: AT }];
    locate(&project, &app, &app.nodes[0], &source)
}

#[track_caller]
fn check(template: &str, attrs: &[(&'static str, &str)], files: &[&str], expect: Expect) {
    let files: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    expect.assert_eq(&show(&find(template, attrs, &files)));
}

fn show(located: &Located) -> String {
    let mut text = located.language.as_str().to_owned();
    write!(text, " {}", located.file.as_deref().unwrap_or("-")).unwrap();
    write!(text, " {}", located.export.join(".")).unwrap();
    write!(text, " {:?}", located.roots).unwrap();
    for told in located.note.iter().chain(&located.why_not) {
        write!(text, "; {told}").unwrap();
    }
    text
}

fn python(handler: &str) -> [(&'static str, &str); 2] {
    [("runtime", "python3.14"), ("handler", handler)]
}

fn with<'a>(base: [(&'static str, &'a str); 2], code: &'a str) -> [(&'static str, &'a str); 3] {
    [base[0], base[1], ("code", code)]
}

#[test]
fn a_handler_is_a_file_of_the_code_folder() {
    check(
        "a/template.yaml",
        &with(python("app.run"), "src/"),
        &["a/src/app.py", "app.py"],
        expect![[r#"Python a/src/app.py run ["a/src"]"#]],
    );
    check(
        "t.yaml",
        &with(python("pkg.mod.run"), "src"),
        &["src/pkg/mod.py"],
        expect![[r#"Python src/pkg/mod.py run ["src"]"#]],
    );
    check(
        "t.yaml",
        &python("src/app.run"),
        &["src/app.py", "layers/shared/python/x.py"],
        expect![[r#"Python src/app.py run ["", "layers/shared", "layers/shared/python"]"#]],
    );
    let node = [("runtime", "nodejs22.x"), ("handler", "src/app.api.get")];
    check("t.yaml", &node, &["src/app.mjs"], expect![[r#"JavaScript src/app.mjs api.get [""]"#]]);
    check(
        "t.yaml",
        &[("runtime", "nodejs22.x"), ("handler", "app.h")],
        &["app/index.js"],
        expect![[r#"JavaScript app/index.js h ["app"]"#]],
    );
    check("t.yaml", &[("handler", "app.h")], &["app.py"], expect![[r#"Python app.py h [""]"#]]);
}

#[test]
fn typescript_is_found_beside_what_is_built_of_it() {
    let node = |handler| [("runtime", "nodejs22.x"), ("handler", handler)];
    check(
        "t.yaml",
        &node("dist/index.handler"),
        &["dist/index.js", "src/index.ts"],
        expect![[r#"TypeScript src/index.ts handler ["src"]"#]],
    );
    check(
        "t.yaml",
        &with(node("app.handler"), "build/get"),
        &["src/get/app.ts"],
        expect![[r#"TypeScript src/get/app.ts handler ["src/get"]"#]],
    );
    check(
        "t.yaml",
        &with(node("app.handler"), "hello"),
        &["hello/app.js", "hello/app.ts"],
        expect![[r#"TypeScript hello/app.ts handler ["hello"]"#]],
    );
}

#[test]
fn archives_are_made_of_folders() {
    let files = ["Lambda1/index.py", "Lambda2/index.py"];
    check(
        "t.yaml",
        &with(python("index.run"), "Lambda2.zip"),
        &files,
        expect![[r#"Python Lambda2/index.py run ["Lambda2"]"#]],
    );
    check(
        "t.yaml",
        &with(python("index.run"), "{S3Key: v1/lambda1.zip}"),
        &files,
        expect![[
            r#"Python Lambda1/index.py run ["Lambda1"]; `index.run` is no file where the template says; the only one of this name was read"#
        ]],
    );
    let assembly = ["cdk.out/asset.0a1b/index.py", "cdk.out/asset.ffff/index.py"];
    check(
        "cdk.out/s.template.json",
        &with(python("index.run"), "{S3Key: ffff.zip}"),
        &assembly,
        expect![[r#"Python cdk.out/asset.ffff/index.py run ["cdk.out/asset.ffff"]"#]],
    );
    check(
        "t.yaml",
        &with(python("app.run"), "app.zip"),
        &["app.zip"],
        expect![[r#"Python -  [""]; its code is in `app.zip`, which is not opened"#]],
    );
}

#[test]
fn terraform_says_what_an_archive_is_made_of() {
    let module = r#"
data "archive_file" "one" {
  source_file = "${path.module}/src/one.py"
  output_path = "one.zip"
}
data "archive_file" "two" {
  source_dir  = "${path.module}/../code/two"
  output_path = "${path.module}/two.zip"
}
resource "aws_s3_object" "up" {
  source = data.archive_file.two.output_path
}
"#;
    let files = [("m/main.tf", module), ("m/src/one.py", ""), ("code/two/app.py", ""), ("x/app.py", "")];
    let show = |code, handler| show(&find("m/main.tf", &with(python(handler), code), &files));
    expect![[r#"Python m/src/one.py run ["m/src"]"#]]
        .assert_eq(&show("${data.archive_file.one.output_path}", "one.run"));
    expect![[r#"Python code/two/app.py run ["code/two"]"#]].assert_eq(&show("two.zip", "app.run"));
    expect![[r#"Python code/two/app.py run ["code/two"]"#]]
        .assert_eq(&show("${aws_s3_object.up.key}", "app.run"));
}

#[test]
fn a_guess_says_that_it_is_one() {
    check(
        "t.yaml",
        &with(python("app.run"), "src/"),
        &["functions/app.py"],
        expect![[
            r#"Python functions/app.py run ["functions"]; `app.run` is no file where the template says; the only one of this name was read"#
        ]],
    );
    let files = ["a/app.py", "b/app.py", "tests/app.py"];
    check(
        "t.yaml",
        &with(python("app.run"), "src/"),
        &files,
        expect![[r#"Python -  ["src"]; several files may be handler `app.run`: a/app.py, b/app.py"#]],
    );
    check(
        "t.yaml",
        &python("app.run"),
        &[],
        expect![[r#"Python -  [""]; there is no file for handler `app.run`"#]],
    );
}

#[test]
fn an_image_has_its_handler_in_the_dockerfile() {
    let docker = "FROM public.ecr.aws/lambda/python:3.13\nCOPY shared/*.py ./\nCMD [ \"app.run\" ]\n";
    let image = [("package", "Image"), ("code", "src")];
    let files = [("src/Dockerfile", docker), ("src/app.py", "")];
    expect![[r#"Python src/app.py run ["src"]"#]].assert_eq(&show(&find("t.yaml", &image, &files)));
    let files = [
        ("src/workflow/Dockerfile", docker),
        ("src/api/Dockerfile", docker),
        ("src/workflow/app.py", ""),
        ("src/shared/db.py", ""),
    ];
    expect![[r#"Python src/workflow/app.py run ["src/workflow", "src/shared"]"#]]
        .assert_eq(&show(&find("t.yaml", &image, &files)));
    expect![[r#"another language -  ["src"]; it is a container image, and no Dockerfile was found"#]]
        .assert_eq(&show(&find("t.yaml", &image, &[("src/app.py", "")])));
}

#[test]
fn code_in_the_template_needs_no_file() {
    let inline = [("runtime", "nodejs22.x"), ("handler", "index.main"), ("inline_code", "exports.main = 1")];
    check("t.yaml", &inline, &[], expect![[r#"JavaScript - main [""]"#]]);
    assert!(find("t.yaml", &inline, &[]).inline);
}

#[test]
fn other_languages_are_told() {
    let java = [("runtime", "java21"), ("handler", "com.example.App::handle"), ("code", "fn")];
    check(
        "t.yaml",
        &java,
        &["fn/src/main/java/com/example/App.java"],
        expect![[
            r#"Java fn/src/main/java/com/example/App.java handle ["fn"]; code in Java is not analysed"#
        ]],
    );
    let dotnet = [("runtime", "dotnet8"), ("handler", "A::N.Function::Run"), ("code", "src")];
    check(
        "t.yaml",
        &dotnet,
        &["src/A/Function.cs"],
        expect![[r#"C# src/A/Function.cs Run ["src"]; code in C# is not analysed"#]],
    );
    let own = [("runtime", "provided.al2023"), ("handler", "bootstrap"), ("code", ".")];
    check(
        "t.yaml",
        &own,
        &["Cargo.toml", "src/main.rs"],
        expect![[r#"Rust src/main.rs  [""]; code in Rust is not analysed"#]],
    );
    check("t.yaml", &own, &["cmd/main.go"], expect![[r#"Go cmd/main.go  [""]; code in Go is not analysed"#]]);
    let ruby = [("runtime", "ruby3.3"), ("handler", "app.Api.run")];
    check(
        "t.yaml",
        &ruby,
        &["app.rb"],
        expect![[r#"Ruby app.rb Api.run [""]; code in Ruby is not analysed"#]],
    );
    check(
        "t.yaml",
        &python("run.sh"),
        &["run.sh"],
        expect![[r#"Python -  [""]; `run.sh` starts a program of its own"#]],
    );
}

#[test]
fn python_imports_are_resolved() {
    let source = MemorySource::new(
        ["src/app.py", "src/lib/__init__.py", "src/lib/db.py", "src/ns/x.py", "layers/python/shared.py"]
            .map(|path| (path, "")),
    );
    let roots = ["src".to_owned(), "layers/python".to_owned()];
    let find = |from, module| resolve_import(from, module, Language::Python, &roots, &source);
    let local = |path: &str| Resolution::Local(path.to_owned());
    assert_eq!(find("src/app.py", "lib"), local("src/lib/__init__.py"));
    assert_eq!(find("src/app.py", "lib.db"), local("src/lib/db.py"));
    assert_eq!(find("src/app.py", "shared"), local("layers/python/shared.py"));
    assert_eq!(find("src/lib/db.py", "."), local("src/lib/__init__.py"));
    assert_eq!(find("src/lib/db.py", "..app"), local("src/app.py"));
    assert_eq!(find("src/lib/db.py", "...app"), Resolution::Unknown);
    assert_eq!(find("src/app.py", "ns"), Resolution::Folder("src/ns".to_owned()));
    assert_eq!(find("src/app.py", "lib.name"), Resolution::Unknown);
    assert_eq!(find("src/app.py", "os.path"), Resolution::Standard("os".to_owned()));
    assert_eq!(find("src/app.py", "yaml.constructor"), Resolution::Package("yaml".to_owned()));
}

#[test]
fn node_imports_are_resolved() {
    let source = MemorySource::new([
        ("src/app.ts", ""),
        ("src/db.ts", ""),
        ("src/lib/index.js", ""),
        ("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}} // c"),
        (
            "package.json",
            "{\"workspaces\": [\"packages/*\"], \"imports\": {\"#db\": \"./src/db.js\"},
              \"dependencies\": {\"near\": \"file:./near\"}}",
        ),
        ("packages/one/package.json", "{\"name\": \"@me/one\", \"main\": \"dist/start.js\"}"),
        ("packages/one/src/start.ts", ""),
        ("near/index.js", ""),
        ("layers/shared/nodejs/util.js", ""),
    ]);
    let roots = ["src".to_owned(), "layers/shared".to_owned()];
    let find = |module| resolve_import("src/app.ts", module, Language::TypeScript, &roots, &source);
    let local = |path: &str| Resolution::Local(path.to_owned());
    for module in ["./db", "./db.js", "@/db", "#db", "/var/task/db"] {
        assert_eq!(find(module), local("src/db.ts"), "{module}");
    }
    assert_eq!(find("./lib"), local("src/lib/index.js"));
    assert_eq!(find("./absent"), Resolution::Unknown);
    assert_eq!(find("near"), local("near/index.js"));
    assert_eq!(find("@me/one"), local("packages/one/src/start.ts"));
    assert_eq!(find("/opt/nodejs/util"), local("layers/shared/nodejs/util.js"));
    assert_eq!(find("/opt/nodejs/node_modules/axios"), Resolution::Package("axios".to_owned()));
    assert_eq!(find("fs/promises"), Resolution::Standard("fs".to_owned()));
    assert_eq!(find("node:test"), Resolution::Standard("test".to_owned()));
    assert_eq!(find("@aws-sdk/client-s3/dist"), Resolution::Package("@aws-sdk/client-s3".to_owned()));
    assert_eq!(find("lodash/merge"), Resolution::Package("lodash".to_owned()));
}

#[test]
fn handlers_that_no_template_names_are_found() {
    let source = MemorySource::new([
        ("a.py", "import os\ndef lambda_handler(event, context):\n    pass\ndef helper(x):\n    pass\n"),
        ("b.js", "exports.main = async (event, context) => {};\nexports.limit = 3;\n"),
        ("c.ts", "export const handler: Handler = async event => {};\nexport function onEvent(e) {}\n"),
        ("claimed.py", "def handler(event, context): pass\n"),
        ("d.py", "from chalice import Chalice\napp = Chalice(app_name='shop')\nx = 1\n"),
        ("tests/test_a.py", "def handler(event, context): pass\n"),
    ]);
    let claimed = BTreeSet::from(["claimed.py".to_owned()]);
    let found: Vec<String> =
        bare_handlers(&source, &claimed).into_iter().map(|(path, name)| format!("{path} {name}")).collect();
    assert_eq!(found, ["a.py lambda_handler", "b.js main", "c.ts handler", "d.py app"]);
}
