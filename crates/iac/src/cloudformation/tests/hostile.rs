//! Templates that are written to hurt.
use expect_test::expect;

use super::{check, check_files, shown};
use crate::Options;

#[test]
fn conditions_in_a_circle() {
    check(
        "
Conditions: { A: !Condition B, B: !Not [!Condition A] }
Resources: { R: { Type: X::Y::Z, Condition: A, Properties: { V: !If [A, 1, 2] } } }
",
        expect![[r#"
            R: X::Y::Z {V: ${Fn::If}}
            ! suspicious: condition `A` depends on itself
            ! suspicious: condition `A` depends on itself
        "#]],
    );
}

#[test]
fn a_long_chain_of_conditions_is_cut() {
    let mut template = "Conditions:\n  C0: !Equals [a, a]\n".to_owned();
    for index in 1..5_000 {
        template += &format!("  C{index}: !Not [!Condition C{}]\n", index - 1);
    }
    template += "Resources: { R: { Type: X::Y::Z, Condition: C4999 } }\n";
    check(
        &template,
        expect![[r#"
        R: X::Y::Z {}
        ! limit: nested deeper than 200 levels
    "#]],
    );
}

#[test]
fn stacks_that_contain_themselves() {
    check_files(
        &[
            (
                "template.yaml",
                "Resources: { A: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: b.yaml } } }",
            ),
            (
                "b.yaml",
                "Resources: { B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: template.yaml } } }",
            ),
        ],
        expect![[r#"
            A: AWS::CloudFormation::Stack {TemplateURL: b.yaml}
            A.B: AWS::CloudFormation::Stack {TemplateURL: template.yaml}
            ! suspicious: stack `B` contains itself
        "#]],
    );
}

#[test]
fn a_stack_that_needs_its_own_output() {
    check_files(
        &[
            (
                "template.yaml",
                "Resources: { A: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: b.yaml, Parameters: { P: !GetAtt A.Outputs.O } } } }",
            ),
            (
                "b.yaml",
                "Parameters: { P: { Type: String } }\nResources: { T: { Type: X::Y::Z, Properties: { P: !Ref P } } }\nOutputs: { O: { Value: 1 } }",
            ),
        ],
        expect![[r#"
            A: AWS::CloudFormation::Stack {TemplateURL: b.yaml, Parameters: {P: 1}}
            A.T: X::Y::Z {P: ${A.Outputs.O}}
            ! suspicious: stack `A` depends on its own output `O`
        "#]],
    );
}

#[test]
fn stacks_that_double_at_every_level_are_bounded() {
    let mut files: Vec<(String, String)> = Vec::new();
    for level in 0..14 {
        let name = if level == 0 { "template.yaml".to_owned() } else { format!("l{level}.yaml") };
        let stack = |id: &str| {
            format!(
                "  {id}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: l{}.yaml }} }}\n",
                level + 1
            )
        };
        files.push((name, format!("Resources:\n{}{}", stack("A"), stack("B"))));
    }
    files.push(("l14.yaml".to_owned(), "Resources: { T: { Type: X::Y::Z } }".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let out = shown(&files, &Options::default());
    assert!(out.contains("there are more than 1000 nested stacks"), "{}", out.len());
}

#[test]
fn loops_that_multiply_are_bounded() {
    let items: Vec<String> = (0..200).map(|index| format!("i{index}")).collect();
    let items = items.join(",");
    let template = format!(
        "Resources:\n  Fn::ForEach::A: [X, [{items}], {{ 'Fn::ForEach::B${{X}}': [Y, [{items}], {{ 'R${{X}}${{Y}}': {{ Type: X::Y::Z }} }}] }}]\n"
    );
    let out = shown(&[("template.yaml", &template)], &Options::default());
    let last: Vec<&str> = out.lines().filter(|line| line.starts_with('!')).collect();
    expect![[r#"
        [
            "! limit: loops make more than 1000 copies",
            "! limit: loops make more than 1000 copies",
        ]
    "#]]
    .assert_debug_eq(&last);
}

#[test]
fn text_that_doubles_is_bounded() {
    let big = "x".repeat(200_000);
    let twice = "${P}".repeat(10);
    let template = format!(
        "Parameters: {{ P: {{ Type: String, Default: {big} }} }}\nResources: {{ R: {{ Type: X::Y::Z, Properties: {{ V: !Sub '{twice}' }} }} }}\n"
    );
    check(
        &template,
        expect![[r#"
        R: X::Y::Z {V: }
        ! limit: a string becomes longer than 1048576 bytes
    "#]],
    );
}

#[test]
fn many_large_texts_are_bounded() {
    let big = "x".repeat(100_000);
    let many: String = (0..2_000).map(|index| format!("      P{index}: !Ref P\n")).collect();
    let template = format!(
        "Parameters: {{ P: {{ Type: String, Default: {big} }} }}\nResources:\n  R:\n    Type: X::Y::Z\n    Properties:\n{many}"
    );
    let out = shown(&[("template.yaml", &template)], &Options::default());
    assert!(out.len() < 40 << 20, "{}", out.len());
    assert!(out.contains("makes more than"), "{}", out.len());
}

#[test]
fn functions_inside_each_other_are_cut_by_depth() {
    let template = format!(
        "Resources: {{ R: {{ Type: X::Y::Z, Properties: {{ V: {}a{} }} }} }}",
        "{ Fn::Base64: ".repeat(300),
        " }".repeat(300)
    );
    let out = shown(&[("template.yaml", &template)], &Options::default());
    assert!(out.contains("! "), "{out}");
}

#[test]
fn a_file_that_includes_itself() {
    check_files(
        &[
            (
                "template.yaml",
                "Resources: { R: { Type: X::Y::Z, Properties: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: a.yaml } } } } }",
            ),
            ("a.yaml", "X: 1\nFn::Transform: { Name: AWS::Include, Parameters: { Location: a.yaml } }"),
        ],
        expect![[r#"
            R: X::Y::Z {X: 1}
            ! suspicious: `a.yaml` includes itself
        "#]],
    );
}

#[test]
fn shapes_that_are_wrong() {
    check(
        "
Parameters: [1]
Mappings: x
Conditions: 7
Globals: [a]
Resources:
  A: 7
  B: { Type: [x] }
  C: { Type: X::Y::Z, Properties: 7 }
  D: { Type: AWS::Serverless::Function, Properties: { Events: [x], Policies: 7, FunctionUrlConfig: x } }
  E: { Type: AWS::Serverless::Function, Properties: { Events: { X: 7, Y: { Type: Api } } } }
  F: { Type: AWS::Serverless::Connector, Properties: { Source: x, Destination: [{ Id: 7 }] } }
  G: { Type: AWS::Serverless::Api, Properties: { DefinitionUri: nowhere.yaml } }
",
        expect![[r#"
            sam
            C: X::Y::Z 7
            D: AWS::Serverless::Function {Events: x, Policies: 7, FunctionUrlConfig: x}
            E: AWS::Serverless::Function {Events: {X: 7, Y: {Type: Api}}}
            F: AWS::Serverless::Connector {Source: x, Destination: {Id: 7}}
            G: AWS::Serverless::Api {DefinitionUri: nowhere.yaml}
            ServerlessRestApi: AWS::Serverless::Api (implicit) {StageName: Prod}
            EY: buckler::Trigger {event: rest-api, function: ${E}, api: ${ServerlessRestApi}, method: ANY, path: $default, exposure: public, auth: none}
            ! unreadable: `Parameters` is not a map
            ! unreadable: `Mappings` is not a map
            ! unreadable: `Conditions` is not a map
            ! unreadable: `Globals` is not a map
            ! unreadable: resource `A` has no `Type`
            ! unreadable: resource `B` has no `Type`
            ! unresolved: `nowhere.yaml` does not exist
            ! unresolved: the events of `D` are not known
            ! unsupported: event `X` of `E` has the unknown type ``
        "#]],
    );
}

#[test]
fn what_is_no_template_is_left_alone() {
    check(
        "Resources: {}",
        expect![[r#"
        no template
    "#]],
    );
    check(
        "a: 1",
        expect![[r#"
        no template
    "#]],
    );
    check("AWSTemplateFormatVersion: '2010-09-09'\nResources: {}", expect![[""]]);
}
