use expect_test::{Expect, expect};

use crate::{MemorySource, Options};

fn check(files: &[(&str, &str)], expect: Expect) {
    let project = crate::read(&MemorySource::new(files.iter().copied()), &Options::default());
    let mut lines = Vec::new();
    for app in &project.apps {
        lines.push(format!("{} {}", app.framework.as_str(), app.name));
        lines.extend(app.nodes.iter().map(|node| {
            let construct = node.construct.as_deref().unwrap_or("-");
            let implicit = if node.implicit { " implicit" } else { "" };
            format!("  {} {} {construct}{implicit}", node.name, node.provider_type)
        }));
    }
    lines.extend(project.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)));
    expect.assert_eq(&lines.join("\n"));
}

const STACK: &str = r#"{"Resources": {
    "Photos1": {"Type": "AWS::S3::Bucket", "Metadata": {"aws:cdk:path": "App/Photos/Resource"}},
    "Helper2": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs22.x"},
        "Metadata": {"aws:cdk:path": "App/Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler"}},
    "CDKMetadata": {"Type": "AWS::CDK::Metadata"}}}"#;

#[test]
fn stacks_of_an_assembly_and_of_its_stages_are_read_once() {
    let outer = r#"{"version": "36.0.0", "artifacts": {
        "App": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "App.template.json"}},
        "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}}}"#;
    let inner = r#"{"artifacts": {
        "P": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "P.template.json"}}}}"#;
    check(
        &[
            ("cdk.json", "{}"),
            ("cdk.out/manifest.json", outer),
            ("cdk.out/App.template.json", STACK),
            ("cdk.out/assembly-Prod/manifest.json", inner),
            ("cdk.out/assembly-Prod/P.template.json", r#"{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}"#),
        ],
        expect![[r#"
            cdk cdk.out/App.template.json
              Photos1 AWS::S3::Bucket App/Photos/Resource
              Helper2 AWS::Lambda::Function App/Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler implicit
              CDKMetadata AWS::CDK::Metadata - implicit
            cdk cdk.out/assembly-Prod/P.template.json
              Q AWS::SQS::Queue -"#]],
    );
}

#[test]
fn an_application_that_was_not_synthesised_is_told() {
    check(
        &[("app/cdk.json", r#"{"app": "node app.js"}"#)],
        expect!["app/cdk.json: this CDK application has no synthesised templates beside it"],
    );
}

#[test]
fn an_assembly_that_contains_itself_ends() {
    let manifest = r#"{"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
        "b": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../x.json"}}}}"#;
    check(
        &[("out/manifest.json", manifest)],
        expect!["out/manifest.json: artifact `b` names no `templateFile` inside its assembly"],
    );
}
