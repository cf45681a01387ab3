//! Services and what becomes of them: one line a resource, then what was told.
use expect_test::{Expect, expect};
use model::{Data, Value};

use crate::reader::Reader;
use crate::{MemorySource, Options};

mod events;
mod hostile;
mod resources;
mod roles;
mod variables;

/// Every resource with its properties, and every problem.
fn check(files: &[(&str, &str)], expect: Expect) {
    check_with(files, &Options::default(), expect);
}

/// A single `serverless.yml`.
fn check_one(text: &str, expect: Expect) {
    check(&[("serverless.yml", text)], expect);
}

fn check_with(files: &[(&str, &str)], options: &Options, expect: Expect) {
    let source = MemorySource::new(files.iter().copied());
    let mut reader = Reader::new(&source, options);
    let resources = super::read(&mut reader, "serverless.yml").unwrap_or_default();
    let mut lines: Vec<String> = resources
        .iter()
        .map(|resource| {
            let kind = resource.provider_type.trim_start_matches("AWS::");
            let implicit = if resource.implicit { "?" } else { "" };
            format!("{}{implicit} {kind} {}", resource.name, show(&resource.properties))
        })
        .collect();
    lines.extend(reader.problems.iter().map(|problem| {
        let place = problem.at.and_then(|at| Some(reader.files.get(at.file.0 as usize)?.place(at.start)));
        let line = place.map_or(0, |place| place.line);
        format!("{}:{line}: {} ({})", problem.path, problem.message, problem.kind.as_str())
    }));
    expect.assert_eq(&lines.join("\n"));
}

/// A value on one line, as flow-style YAML.
fn show(value: &Value) -> String {
    match &value.data {
        Data::Map(entries) => {
            let shown = entries.iter().map(|entry| format!("{}: {}", entry.key.text, show(&entry.value)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
        Data::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Data::Ref(reference) => match &reference.attribute {
            Some(attribute) => format!("@{}.{attribute}", reference.target),
            None => format!("@{}", reference.target),
        },
        Data::Unknown(unknown) => format!("<{}>", unknown.reason),
        Data::Joined(parts) => parts.iter().map(show).collect(),
        Data::Text(_) | Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => value.display(),
    }
}

#[test]
fn a_function_gets_the_providers_settings_and_its_own_win() {
    check_one(
        r"
service: shop
provider:
  name: aws
  runtime: nodejs22.x
  timeout: 10
  environment: { A: 1, B: two }
  vpc: { securityGroupIds: [sg-1], subnetIds: [subnet-1] }
  tracing: { lambda: true }
  kmsKeyArn: arn:key
  architecture: arm64
functions:
  hello-world:
    handler: a.b
    timeout: 30
    environment: { B: own }
    vpc: ~
    onError: arn:aws:sns:us-east-1:123:x
    reservedConcurrency: 3
    ephemeralStorageSize: 1024
    provisionedConcurrency: 2
    destinations: { onFailure: other, onSuccess: arn:q }
  other: { image: 'repo:latest' }
",
        expect![[r#"
            IamRoleLambdaExecution? IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}}
            hello-world Lambda::Function {Runtime: nodejs22.x, Handler: a.b, Timeout: 30, ReservedConcurrentExecutions: 3, EphemeralStorage: {Size: 1024}, Code: ., Environment: {Variables: {A: 1, B: own}}, Role: @IamRoleLambdaExecution.Arn, KmsKeyArn: arn:key, Architectures: [arm64], TracingConfig: {Mode: Active}, DeadLetterConfig: {TargetArn: arn:aws:sns:us-east-1:123:x}}
            HelloDashworldLambdaEvConf Lambda::EventInvokeConfig {DestinationConfig: {OnSuccess: {Destination: arn:q}, OnFailure: {Destination: @other.Arn}}, FunctionName: @hello-world}
            HelloDashworldProvConcLambdaAlias Lambda::Alias {FunctionName: @hello-world, Name: provisioned, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}}
            other Lambda::Function {Runtime: nodejs22.x, Timeout: 10, PackageType: Image, Code: {ImageUri: repo:latest}, Environment: {Variables: {A: 1, B: two}}, Role: @IamRoleLambdaExecution.Arn, KmsKeyArn: arn:key, Architectures: [arm64], VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: [subnet-1]}, TracingConfig: {Mode: Active}}"#]],
    );
}

#[test]
fn a_url_is_open_unless_it_asks() {
    check_one(
        r"
provider: aws
functions:
  a: { handler: x, url: true, role: arn:r }
  b: { handler: x, url: { authorizer: aws_iam, cors: true }, role: arn:r }
  c: { handler: x, url: false, role: arn:r }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            aUrl Lambda::Url {TargetFunctionArn: @a.Arn, AuthType: NONE}
            b Lambda::Function {Handler: x, Code: ., Role: arn:r}
            bUrl Lambda::Url {TargetFunctionArn: @b.Arn, AuthType: AWS_IAM, Cors: {AllowOrigins: [*], AllowMethods: [*]}}
            c Lambda::Function {Handler: x, Code: ., Role: arn:r}"#]],
    );
}
