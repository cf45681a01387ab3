use expect_test::expect;

use super::check;
use crate::{MemorySource, Options};

#[test]
fn circles_end() {
    check(
        &[
            (
                "serverless.yml",
                "provider: { name: aws, role: 'arn:r', stage: '${self:provider.stage}' }
custom: { a: '${self:custom.b}', b: '${self:custom.a}', c: '${self:custom}', f: '${file(loop.yml)}' }
functions:
  a: { description: '${self:custom.a}' }
  b: { description: '${self:custom.c.c.c}' }
  c: { description: '${self:custom.f.x}' }
",
            ),
            ("loop.yml", "x: ${file(loop.yml):x}"),
        ],
        expect![[r#"
            a Lambda::Function {Description: <it contains itself>, Role: arn:r}
            b Lambda::Function {Description: {a: <it contains itself>, b: <it contains itself>, c: <it contains itself>, f: {x: <it contains itself>}}, Role: arn:r}
            c Lambda::Function {Description: <it contains itself>, Role: arn:r}
            serverless.yml:1: `${self:provider.stage}` contains itself (unresolved)
            serverless.yml:1: `${self:provider.stage}` contains itself (unresolved)
            serverless.yml:2: `${self:custom.a}` contains itself (unresolved)
            serverless.yml:2: `${self:custom.b}` contains itself (unresolved)
            serverless.yml:2: `${self:custom.a}` contains itself (unresolved)
            serverless.yml:2: `${self:custom}` contains itself (unresolved)
            loop.yml:1: `${file(loop.yml):x}` contains itself (unresolved)
            loop.yml:1: `${file(loop.yml):x}` contains itself (unresolved)"#]],
    );
}

#[test]
fn variables_that_multiply_each_other_are_stopped() {
    let mut custom = String::from("  a0: aaaaaaaaaaaaaaaa\n");
    for n in 1..60 {
        custom.push_str(&format!("  a{n}: '${{self:custom.a{}}}${{self:custom.a{}}}'\n", n - 1, n - 1));
    }
    let text = format!(
        "provider: {{ name: aws, role: 'arn:r' }}\ncustom:\n{custom}functions:\n  a: {{ description: '${{self:custom.a59}}' }}\n"
    );
    let mut options = Options::default();
    options.limits.document_values_max = 5_000;
    let project = crate::read(&MemorySource::new([("serverless.yml", text)]), &options);
    assert_eq!(project.apps.first().map(|app| app.functions().count()), Some(1));
    assert!(project.problems.iter().any(|problem| problem.kind == model::ProblemKind::Limit));
}

#[test]
fn deep_nesting_is_bounded() {
    for text in [
        format!("provider: aws\nfunctions:\n  a: {{ description: \"{}x{}\" }}\n", "${opt:a, ".repeat(5000), "}".repeat(5000)),
        format!("provider: aws\ncustom: {}1{}\nfunctions: '${{self:custom}}'\n", "{a: ".repeat(150), "}".repeat(150)),
        format!("provider: aws\nfunctions: {{ a: {{ events: {}{} }} }}\n", "[".repeat(150), "]".repeat(150)),
        "provider: aws\nfunctions: [ 1, { a: [], b: 1 }, ~, { c: { events: [ 1, { http: [] }, { s3: {} }, ~ ] } } ]\n".to_owned(),
        "provider: [ aws ]\nfunctions: x\nresources: [ 1, { Resources: 2 }, { Resources: [ 3 ] } ]\nlayers: [ a ]\n".to_owned(),
        "provider: { name: aws, vpc: 1, environment: [ a ], iam: 1, tags: 1, logs: 1, apiGateway: 1 }\nfunctions: { a: { vpc: 2, environment: 3, url: 4, destinations: 5, layers: 6 } }\nlayers: { a: 1 }\nstepFunctions: { stateMachines: { a: 1 } }\n".to_owned(),
    ] {
        let project = crate::read(&MemorySource::new([("serverless.yml", text)]), &Options::default());
        assert!(project.apps.len() == 1, "{:?}", project.problems);
    }
}

/// A service with something of everything.
const SAMPLE: &str = r"service: shop
provider: { name: aws, stage: ${opt:stage, 'dev'}, iam: { role: { statements: ${self:custom.all} } } }
custom: { all: [ { Effect: Allow, Action: '*', Resource: !Sub '${AWS::Region}-${self:service}' } ], n: 5 }
functions:
  one:
    handler: a.b
    url: { authorizer: aws_iam, cors: true }
    environment: { A: '${env:A, self:custom.n}' }
    events:
      - http: { path: a, method: get, authorizer: { name: two, type: request } }
      - sqs: { arn: !GetAtt Q.Arn, batchSize: 5 }
      - s3: photos
  two: { handler: c.d, layers: [ !Ref CommonLambdaLayer ], destinations: { onFailure: one } }
layers: { common: { path: l } }
stepFunctions: { stateMachines: { m: { definition: { States: {} }, events: [ { schedule: rate(1 day) } ] } } }
resources: { Resources: { Q: { Type: AWS::SQS::Queue } }, extensions: { OneLambdaFunction: { Properties: { Timeout: 3 } } } }
";

#[test]
fn a_mangled_service_is_read_or_told() {
    const PIECES: &[&str] = &[
        "",
        "${self:",
        "}",
        "[",
        "{",
        ": ",
        "\n",
        "- ",
        "'",
        "${file(serverless.yml):",
        "null",
        "!Ref x",
        "&a ",
        "*a",
        "é",
        "Fn::Sub: x",
        "#{AWS::Region}",
        "<<: ",
    ];
    // A linear congruential generator: the same service is mangled alike on every run.
    let mut seed = 7_u64;
    let mut below = move |max: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % max
    };
    for _ in 0..400 {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        for _ in 0..=below(4) {
            let at = below(text.len() - 12);
            let cut = below(12);
            text.splice(at..at + cut, PIECES[below(PIECES.len())].chars());
        }
        let text: String = text.into_iter().collect();
        let project =
            crate::read(&MemorySource::new([("serverless.yml", text.clone())]), &Options::default());
        assert!(!project.apps.is_empty() || !project.problems.is_empty(), "nothing was told of:\n{text}");
    }
}

#[test]
fn a_dotenv_file_is_told_and_not_read() {
    let service = "service: s\nuseDotenv: true\nprovider: { name: aws, runtime: nodejs24.x }\nfunctions: { a: { handler: a.b } }\n";
    let files = [("serverless.yml", service), (".env", "PASSWORD=hunter2\n")];
    let project = crate::read(&crate::MemorySource::new(files), &crate::Options::default());
    let told: Vec<&str> = project.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(told, ["`.env` files are not read, since they hold secrets"]);
}
