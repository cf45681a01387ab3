use expect_test::{Expect, expect};

use super::discover;
use crate::reader::Reader;
use crate::{MemorySource, Options};

fn check(files: &[(&str, &str)], expect: Expect) {
    let source = MemorySource::new(files.iter().copied());
    let options = Options::default();
    let mut reader = Reader::new(&source, &options);
    let found: Vec<String> = discover(&mut reader).iter().map(|found| format!("{found:?}")).collect();
    let problems = reader.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message));
    expect.assert_eq(&found.into_iter().chain(problems).collect::<Vec<_>>().join("\n"));
}

const TEMPLATE: &str = "Resources:\n  A:\n    Type: AWS::SQS::Queue\n";

#[test]
fn templates_are_known_by_what_they_say() {
    check(
        &[
            ("a.yaml", TEMPLATE),
            ("b.template", "# a comment\n---\nAWSTemplateFormatVersion: '2010-09-09'\nResources : {}\n"),
            ("c.json", r#"{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}"#),
            ("d.yml", r#"{ Resources: { A: { Type: AWS::SQS::Queue } } }"#),
            ("e.yaml", "  Resources:\n    A: { Type: AWS::SQS::Queue }\n"),
        ],
        expect![[r#"
            CloudFormation("a.yaml")
            CloudFormation("b.template")
            CloudFormation("c.json")
            CloudFormation("d.yml")
            CloudFormation("e.yaml")"#]],
    );
}

#[test]
fn other_documents_are_neither_parsed_nor_told() {
    check(
        &[
            ("package.json", r#"{"name": "Resources", "scripts": {"Resources": "AWS::"}}"#),
            ("machine.asl.json", r#"{"States": {"A": {"Resource": "arn:aws:states:::x"}}}"#),
            (".github/workflows/ci.yml", "jobs:\n  a:\n    run: |\n      Resources:\n        AWS::\n"),
            ("openapi.yaml", "openapi: 3.0.1\nx-note: AWS:: Resources\n"),
            (".aws-sam/build/template.yaml", TEMPLATE),
            ("node_modules/x/template.yaml", TEMPLATE),
            ("broken.yaml", "a: [\n"),
            ("manifest.json", r#"{"name": "a browser extension"}"#),
        ],
        expect![""],
    );
}

#[test]
fn services_are_known_by_name_or_content() {
    check(
        &[
            ("a/serverless.yml", "functions: {}"),
            ("b/serverless-prod.yaml", "service: x\nprovider: aws\n"),
            ("b/serverless-compose.yml", "services:\n  a: { path: ../a }\n"),
            ("c/serverless.ts", "export default {}"),
            ("a/serverless.js", "module.exports = {}"),
        ],
        expect![[r#"
            Serverless("a/serverless.yml")
            Serverless("b/serverless-prod.yaml")
            c/serverless.ts: this service is configured by a program, which is not run"#]],
    );
}

#[test]
fn terraform_roots_are_folders_that_no_other_calls() {
    check(
        &[
            ("main.tf", "module \"a\" {\n  source = \"./modules/a\"\n}\n"),
            ("modules/a/main.tf", "module \"b\" {\n  source=\"../b\"\n}\n"),
            ("modules/b/main.tf", ""),
            ("other/x.tf.json", r#"{"module": {"q": {"source": "../q"}}}"#),
            ("circle/a/a.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
            ("circle/b/b.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
            ("plan.json", r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}}"#),
        ],
        expect![[r#"
            Terraform("")
            Terraform("circle/a")
            Terraform("other")
            TerraformPlan("plan.json")"#]],
    );
}

#[test]
fn past_the_limit_of_files_it_says_so() {
    let source = MemorySource::new([("a.yaml", TEMPLATE), ("b.yaml", TEMPLATE)]);
    let mut options = Options::default();
    options.limits.files_max = 1;
    let mut reader = Reader::new(&source, &options);
    assert_eq!(discover(&mut reader).len(), 1);
    assert_eq!(reader.problems.len(), 1);
}

/// The applications that are left when everything was read.
fn check_apps(files: &[(&str, &str)], expect: Expect) {
    let project = crate::read(&MemorySource::new(files.iter().copied()), &Options::default());
    let shown = project.apps.iter().map(|app| {
        let names: Vec<&str> = app.nodes.iter().map(|node| node.name.as_str()).collect();
        format!("{} {}: {}", app.framework.as_str(), app.name, names.join(" "))
    });
    expect.assert_eq(&shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn parts_of_an_application_are_no_applications() {
    let nests = |path: &str| {
        format!(
            "Resources:\n  Inner: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: {path} }} }}\n"
        )
    };
    check_apps(
        &[
            ("a-child.yaml", TEMPLATE),
            ("b-parent.yaml", &nests("./a-child.yaml")),
            ("circle/a.yaml", &nests("b.yaml")),
            ("circle/b.yaml", &nests("a.yaml")),
            (
                "sls/serverless.yml",
                "provider: aws\nfunctions: {}\nresources:\n  - ${file(a/${sls:stage}.yml)}\n",
            ),
            ("sls/a/dev.yml", TEMPLATE),
            ("sls/a/prod.yml", TEMPLATE),
        ],
        expect![[r#"
            cloudformation b-parent.yaml: Inner Inner.A
            cloudformation circle/a.yaml: Inner Inner.Inner
            cloudformation sls/a/prod.yml: A
            serverless sls/serverless.yml: A"#]],
    );
}
