//! Parameters, conditions and intrinsic functions.
use expect_test::{Expect, expect};

use super::{check, check_files, shown};
use crate::Options;

/// The value that an expression comes to, in a template with some parameters, maps and conditions.
fn value(expression: &str, expected: Expect) {
    let template = format!(
        "Parameters:
  Stage: {{ Type: String, Default: dev }}
  Zones: {{ Type: CommaDelimitedList, Default: 'a, b,c' }}
  Open: {{ Type: String }}
  Secret: {{ Type: String, NoEcho: true, Default: hunter2 }}
  Image: {{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b }}
Mappings: {{ Sizes: {{ dev: {{ Memory: 128 }}, prod: {{ Memory: 1024 }} }} }}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsOpen: !Equals [!Ref Open, x]
  Never: !And [!Condition IsDev, !Not [!Condition IsDev]]
Resources:
  R: {{ Type: X::Y::R }}
  T: {{ Type: X::Y::Z, Properties: {{ V: {expression} }} }}
"
    );
    let out = shown(&[("template.yaml", &template)], &Options::default());
    // The secret parameter is a node of its own; what is asked here is `T`.
    let lines: Vec<&str> = out.lines().skip(1).filter(|line| !line.starts_with("Secret: ")).collect();
    let first = lines.first().unwrap_or(&"").trim_start_matches("T: X::Y::Z ");
    let rest: String = lines.iter().skip(1).map(|line| format!("\n{line}")).collect();
    expected.assert_eq(&format!("{first}{rest}"));
}

#[test]
fn references() {
    value(
        "[!Ref R, !Ref Stage, !Ref Open, !Ref Zones, !Ref Image]",
        expect!["{V: ${R}, dev, ${Open}, a, b, c, ${Image}}"],
    );
    value(
        "[!GetAtt R.Arn, !GetAtt [R, A.B], {Fn::GetAtt: [R, Arn]}]",
        expect!["{V: ${R.Arn}, ${R.A.B}, ${R.Arn}}"],
    );
    value(
        "[!Ref AWS::Region, !Ref AWS::Partition, !Ref AWS::NoValue, !Ref AWS::StackName]",
        expect!["{V: ${AWS::Region}, aws, ${AWS::StackName}}"],
    );
    value(
        "!Ref Nowhere",
        expect![[r#"
        {V: ${Nowhere}}
        ! unresolved: `Nowhere` is neither a parameter nor a resource of this template"#]],
    );
}

#[test]
fn a_secret_parameter_stays_unknown() {
    value("!Ref Secret", expect!["{V: ${Secret}}"]);
}

#[test]
fn sub_in_both_forms() {
    value(
        "!Sub 'a-${Stage}-${R}-${R.Arn}-${!Literal}-${AWS::Region}'",
        expect!["{V: a-dev-${R}-${R.Arn}-${Literal}-${AWS::Region}}"],
    );
    value("!Sub ['${x}-${Stage}', {x: !Join ['', [a, b]]}]", expect!["{V: ab-dev}"]);
    value(
        "!Sub '${Nowhere}'",
        expect![[r#"
        {V: ${Nowhere}}
        ! unresolved: `Nowhere` is neither a parameter nor a resource of this template"#]],
    );
    value("!Sub 'open ${brace'", expect!["{V: open ${brace}"]);
}

#[test]
fn join_select_split() {
    value("!Join ['-', [a, !Ref Stage, b]]", expect!["{V: a-dev-b}"]);
    value("!Join [',', !Ref Zones]", expect!["{V: a,b,c}"]);
    value("!Select [1, !Ref Zones]", expect!["{V: b}"]);
    value("!Select ['0', !Split ['.', 'x.y']]", expect!["{V: x}"]);
    value(
        "!Select [7, [a]]",
        expect![[r#"
        {V: ${Fn::Select}}
        ! suspicious: `Fn::Select` needs an index within its list"#]],
    );
    value("!Select [2, !Split ['/', !GetAtt R.Url]]", expect!["{V: ${R.Url}}"]);
    value("!Split [',', !Ref Open]", expect!["{V: ${Open}}"]);
}

#[test]
fn conditions_choose() {
    value("!If [IsDev, a, b]", expect!["{V: a}"]);
    value("[x, !If [Never, a, !Ref AWS::NoValue]]", expect!["{V: x}"]);
    value("!If [IsOpen, same, same]", expect!["{V: same}"]);
    value("!If [IsOpen, {A: 1, B: 2}, {A: 1, C: 3}]", expect!["{V: {A: 1, B: ${Fn::If}, C: ${Fn::If}}}"]);
    value(
        "!If [Nowhere, a, b]",
        expect![[r#"
        {V: ${Fn::If}}
        ! unresolved: condition `Nowhere` does not exist"#]],
    );
    value("!If [!Equals [a, b], x, y]", expect!["{V: y}"]);
}

#[test]
fn maps_are_looked_up() {
    value("!FindInMap [Sizes, !Ref Stage, Memory]", expect!["{V: 128}"]);
    value("!FindInMap [Sizes, !Ref Open, Memory]", expect!["{V: Sizes.${Open}.Memory}"]);
    value("!FindInMap [Sizes, none, Memory, {DefaultValue: 7}]", expect!["{V: 7}"]);
    value(
        "!FindInMap [Sizes, none, Memory]",
        expect![[r#"
        {V: Sizes.none.Memory}
        ! unresolved: `Mappings` has no `Sizes.none.Memory`"#]],
    );
}

#[test]
fn smaller_functions() {
    value("!Base64 'echo hi'", expect!["{V: echo hi}"]);
    value("!Cidr [10.0.0.0/16, 3, 8]", expect!["{V: 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24}"]);
    value("!Cidr [10.0.0.0/30, 300, 8]", expect!["{V: 10.0.0.0/30, 300, 8}"]);
    value("!GetAZs ''", expect!["{V: ${Fn::GetAZs }}"]);
    value("{Fn::ImportValue: !Sub '${Stage}-vpc'}", expect!["{V: ${Fn::ImportValue dev-vpc}}"]);
    value("{Fn::Length: !Ref Zones}", expect!["{V: 3}"]);
    value(
        "{Fn::ToJsonString: {a: [1, 'x\"y', !Ref R], b: !Sub 'p-${R.Arn}'}}",
        expect![[r#"{V: {"a":[1,"x\"y","${R}"],"b":"p-${R.Arn}"}}"#]],
    );
    value(
        "{Fn::Wrong: 1}",
        expect![[r#"
        {V: ${Fn::Wrong}}
        ! unresolved: `Fn::Wrong` is no function that CloudFormation knows"#]],
    );
    value(
        "!Join 7",
        expect![[r#"
        {V: ${Fn::Join}}
        ! suspicious: `Fn::Join` needs a delimiter and a list"#]],
    );
}

#[test]
fn dynamic_references_stay_text() {
    value(
        "'{{resolve:secretsmanager:db:SecretString:password}}'",
        expect!["{V: {{resolve:secretsmanager:db:SecretString:password}}}"],
    );
    value("!Sub '{{resolve:ssm:/a/${Stage}:1}}'", expect!["{V: {{resolve:ssm:/a/dev:1}}}"]);
}

#[test]
fn arns_of_managed_policies_are_whole() {
    value(
        "!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess'",
        expect!["{V: arn:aws:iam::aws:policy/AdministratorAccess}"],
    );
}

#[test]
fn a_resource_stays_unless_its_condition_is_certainly_false() {
    check(
        "
Parameters: { Stage: { Type: String, Default: dev } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Never: !Equals [a, b]
  Also: !And [!Condition Never, !Condition IsProd]
Resources:
  A: { Type: X::Y::Z, Condition: IsProd }
  B: { Type: X::Y::Z, Condition: Never }
  C: { Type: X::Y::Z, Condition: Also, Properties: { B: !Ref B } }
",
        expect![[r#"
            A: X::Y::Z {}
            ! unresolved: `B` is not made: condition `Never` is false
            ! unresolved: `C` is not made: condition `Also` is false
        "#]],
    );
}

#[test]
fn given_values_win_over_defaults() {
    let template = "
Parameters: { Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }, N: { Type: String } }
Conditions: { IsProd: !Equals [!Ref Stage, prod] }
Resources:
  A: { Type: X::Y::Z, Properties: { S: !Ref Stage, N: !Ref N, R: !Ref AWS::Region } }
  B: { Type: X::Y::Z, Condition: IsProd }
";
    let mut options = Options::default();
    options.parameters.insert("Stage".to_owned(), "test".to_owned());
    options.region = Some("eu-west-1".to_owned());
    let out = shown(&[("template.yaml", template)], &options);
    expect![[r#"
        A: X::Y::Z {S: test, N: ${N}, R: eu-west-1}
        ! suspicious: parameter `Stage` is given `test`, which `AllowedValues` does not list
        ! unresolved: `B` is not made: condition `IsProd` is false
    "#]]
    .assert_eq(&out);
}

#[test]
fn samconfig_gives_values_in_every_spelling() {
    let template = "
Parameters: { A: { Type: String }, B: { Type: String }, C: { Type: String, Default: c } }
Resources: { R: { Type: X::Y::Z, Properties: { A: !Ref A, B: !Ref B, C: !Ref C, D: !Ref AWS::Region } } }
";
    let configs = [
        (
            "samconfig.toml",
            "[default.deploy.parameters]\nregion = \"eu-west-1\"\nparameter_overrides = \"A=1 B=\\\"two words\\\"\"\n",
        ),
        (
            "samconfig.toml",
            "[default.global.parameters]\nparameter_overrides = [\"A=1\", \"ParameterKey=B,ParameterValue=2\"]\n",
        ),
        (
            "samconfig.yaml",
            "default: { deploy: { parameters: { parameter_overrides: [A=1, 'B=\"2 3\"'] } } }",
        ),
        (
            "samconfig.toml",
            "[default.deploy.parameters]\ntemplate_file = \"other.yaml\"\nparameter_overrides = \"A=1\"\n",
        ),
        ("samconfig.toml", "not toml"),
    ];
    let mut out = String::new();
    for (name, config) in configs {
        out += &shown(&[("template.yaml", template), (name, config)], &Options::default());
    }
    expect![[r#"
        R: X::Y::Z {A: 1, B: two words, C: c, D: eu-west-1}
        R: X::Y::Z {A: 1, B: 2, C: c, D: ${AWS::Region}}
        R: X::Y::Z {A: 1, B: 2 3, C: c, D: ${AWS::Region}}
        R: X::Y::Z {A: ${A}, B: ${B}, C: c, D: ${AWS::Region}}
        R: X::Y::Z {A: ${A}, B: ${B}, C: c, D: ${AWS::Region}}
        ! unreadable: not valid TOML: key with no value, expected `=`
    "#]]
    .assert_eq(&out);
}

#[test]
fn loops_make_copies() {
    check(
        "
Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList, Default: 'a-1,b' } }
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic&{Name}:
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Sub 'x-${Name}'
          Tag: !Ref Name
          Fn::ForEach::Inner: [Key, [p, q], { '${Key}': !Sub '${Key}-${Name}' }]
",
        expect![[r#"
            Topica1: AWS::SNS::Topic {TopicName: x-a-1, Tag: a-1, p: p-a-1, q: q-a-1}
            Topicb: AWS::SNS::Topic {TopicName: x-b, Tag: b, p: p-b, q: q-b}
        "#]],
    );
}

#[test]
fn local_files_are_included() {
    check_files(
        &[
            (
                "template.yaml",
                "
Resources:
  A:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./api.yaml } } }
  B:
    Type: X::Y::Z
    Properties: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://b/k } }, Own: 1 }
  C: { Type: X::Y::Z, Properties: { Fn::Transform: { Name: Other } } }
",
            ),
            ("api.yaml", "paths: { /: { get: { uri: { Fn::Sub: '${A}' } } } }"),
        ],
        expect![[r#"
            A: AWS::ApiGateway::RestApi {Body: {paths: {/: {get: {uri: ${A}}}}}}
            B: X::Y::Z {Own: 1}
            C: X::Y::Z ${Fn::Transform}
            ! unresolved: `AWS::Include` of `s3://b/k` is not a local file
            ! unresolved: the macro `Other` runs only when deployed
        "#]],
    );
}

#[test]
fn nested_stacks_join_and_their_outputs_resolve() {
    check_files(
        &[
            (
                "template.yaml",
                "
Resources:
  Data: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: stacks/data.yaml, Parameters: { Key: !GetAtt K.Arn, Name: t } } }
  K: { Type: AWS::KMS::Key }
  F: { Type: AWS::Lambda::Function, Properties: { Table: !GetAtt Data.Outputs.Table, None: !GetAtt Data.Outputs.Nope } }
  Far: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://s3.amazonaws.com/x.yaml' } }
",
            ),
            (
                "stacks/data.yaml",
                "
Parameters: { Key: { Type: String }, Name: { Type: String, Default: x } }
Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Ref Name, Key: !Ref Key, Self: !GetAtt T.Arn } } }
Outputs: { Table: { Value: !Ref T } }
",
            ),
        ],
        expect![[r#"
            Data: AWS::CloudFormation::Stack {TemplateURL: stacks/data.yaml, Parameters: {Key: ${K.Arn}, Name: t}}
            K: AWS::KMS::Key {}
            F: AWS::Lambda::Function {Table: ${Data.T}, None: ${Data.Outputs.Nope}}
            Far: AWS::CloudFormation::Stack {TemplateURL: https://s3.amazonaws.com/x.yaml}
            Data.T: AWS::DynamoDB::Table {TableName: t, Key: ${K.Arn}, Self: ${Data.T.Arn}}
            ! unresolved: stack `Data` has no output `Nope`
            ! unresolved: the template of stack `Far` is not a local file: `https://s3.amazonaws.com/x.yaml`
        "#]],
    );
}

#[test]
fn sections_may_be_included() {
    check_files(
        &[
            (
                "template.yaml",
                "
Transform: { Name: AWS::Include, Parameters: { Location: maps.yaml } }
Resources: { A: { Type: X::Y::Z, Properties: { V: !FindInMap [M, a, b] } } }
",
            ),
            ("maps.yaml", "Mappings: { M: { a: { b: found } } }"),
        ],
        expect![[r#"
            A: X::Y::Z {V: found}
        "#]],
    );
}

#[test]
fn macros_are_told() {
    check(
        "Transform: [Mine]\nResources: { A: { Type: X::Y::Z } }",
        expect![[r#"
        A: X::Y::Z {}
        ! unresolved: the macro `Mine` may change the template when it is deployed
    "#]],
    );
}
