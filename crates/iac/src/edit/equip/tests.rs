//! Small templates, each with one function that gets the layer.
use super::{Equipment, Variable};
use crate::{Editor, MemorySource, Options, apply, read};
use model::Kind;

const ARN: &str = "arn:aws:lambda:eu-central-1:1:layer:guard:7";

fn equipped(path: &str, text: &str) -> Result<String, String> {
    let project = read(&MemorySource::new([(path, text)]), &Options::default());
    let app = &project.apps[0];
    let node = app.nodes.iter().find(|node| node.kind == Kind::Function).unwrap();
    let equipment = Equipment {
        layer: ARN.to_owned(),
        variables: vec![("WRAP".to_owned(), Variable::Text("/opt/w".to_owned()))],
    };
    let mut editor = Editor::new(&project);
    editor.equip(app, node, &equipment).map_err(|refused| refused.why)?;
    Ok(apply(text, &editor.edits()))
}

/// A second time changes nothing.
#[track_caller]
fn check(path: &str, text: &str, expected: &str) {
    let written = equipped(path, text).unwrap();
    assert_eq!(written, expected);
    assert_eq!(equipped(path, &written).unwrap(), written, "the second time");
}

fn function(properties: &str) -> String {
    format!(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b # main\n{properties}"
    )
}

#[test]
fn a_template_gets_both() {
    check(
        "t.yaml",
        &function(""),
        &function(&format!(
            "      Layers:\n        - {ARN}\n      Environment:\n        Variables:\n          WRAP: /opt/w\n"
        )),
    );
}

#[test]
fn what_is_there_stays() {
    check(
        "t.yaml",
        &function(
            "      Layers: # ours\n        - !Ref Own\n      Environment:\n        Variables:\n          A: !Ref B # b\n",
        ),
        &function(&format!(
            "      Layers: # ours\n        - !Ref Own\n        - {ARN}\n      Environment:\n        Variables:\n          A: !Ref B # b\n          WRAP: /opt/w\n"
        )),
    );
}

#[test]
fn another_version_is_replaced() {
    let text = function("      Layers: [arn:aws:lambda:eu-central-1:1:layer:guard:3]\n");
    let written = equipped("t.yaml", &text).unwrap();
    assert!(written.contains(&format!("Layers: [{ARN}]\n")), "{written}");
}

#[test]
fn json_stays_json() {
    let text = "{\"Resources\": {\"F\": {\"Type\": \"AWS::Lambda::Function\", \"Properties\": {\"Runtime\": \"nodejs22.x\"}}}}\n";
    let written = equipped("t.json", text).unwrap();
    assert_eq!(
        written,
        format!(
            "{{\"Resources\": {{\"F\": {{\"Type\": \"AWS::Lambda::Function\", \"Properties\": {{\"Runtime\": \"nodejs22.x\", \"Layers\": [\"{ARN}\"], \
             \"Environment\": {{\"Variables\": {{\"WRAP\": \"/opt/w\"}}}}}}}}}}}}\n"
        )
    );
}

#[test]
fn expressions_are_not_guessed_in_templates() {
    let why = |properties: &str| equipped("t.yaml", &function(properties)).unwrap_err();
    assert_eq!(why("      Layers: !If [A, [x], []]\n"), "`Fn::If` makes its layers");
    assert_eq!(why("      Environment: !If [A, {Variables: {}}, {}]\n"), "`Fn::If` makes the value");
    assert_eq!(
        why("      Layers: [a, b, c, d, e]\n"),
        "it has 5 layers, and Lambda takes 5: join two of them"
    );
}

#[test]
fn a_service_keeps_the_layers_of_all_functions() {
    let text = "service: s\nprovider:\n  name: aws\n  layers:\n    - arn:aws:lambda:eu-central-1:1:layer:all:1\nfunctions:\n  f:\n    handler: a.b\n";
    check(
        "serverless.yml",
        text,
        &format!(
            "{text}    layers:\n      - arn:aws:lambda:eu-central-1:1:layer:all:1\n      - {ARN}\n    environment:\n      WRAP: /opt/w\n"
        ),
    );
}

fn resource(body: &str) -> String {
    format!("resource \"aws_lambda_function\" \"f\" {{\n  handler = \"a.b\"\n{body}}}\n")
}

#[test]
fn terraform_gets_both() {
    check(
        "main.tf",
        &resource(""),
        &resource(&format!(
            "  layers  = [\"{ARN}\"]\n\n  environment {{\n    variables = {{\n      WRAP = \"/opt/w\"\n    }}\n  }}\n"
        )),
    );
    check(
        "main.tf",
        &resource(
            "  layers = [aws_lambda_layer_version.own.arn]\n  environment {\n    variables = {\n      A = var.a # a\n    }\n  }\n",
        ),
        &resource(&format!(
            "  layers = [aws_lambda_layer_version.own.arn, \"{ARN}\"]\n  environment {{\n    variables = {{\n      A = var.a # a\n      WRAP = \"/opt/w\"\n    }}\n  }}\n"
        )),
    );
}

#[test]
fn terraforms_expressions_are_kept() {
    check(
        "main.tf",
        &resource("  layers = var.layers\n  environment {\n    variables = local.environment\n  }\n"),
        &resource(&format!(
            "  layers = concat(var.layers, [\"{ARN}\"])\n  environment {{\n    variables = merge(local.environment, {{\n      WRAP = \"/opt/w\"\n    }})\n  }}\n"
        )),
    );
    let dynamic = resource(
        "  dynamic \"environment\" {\n    for_each = [1]\n    content {\n      variables = {}\n    }\n  }\n",
    );
    assert_eq!(equipped("main.tf", &dynamic).unwrap_err(), "a dynamic block makes `environment`");
}
