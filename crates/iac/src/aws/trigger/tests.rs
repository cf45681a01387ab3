use expect_test::{Expect, expect};
use model::{Kind, Node, Value};

use crate::{MemorySource, Options, read};

fn check(resources: &str, expected: &Expect) {
    let functions = "Resources:\n  F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b } }\n";
    let template = format!("{functions}{resources}");
    let project = read(&MemorySource::new([("template.yaml", template.as_str())]), &Options::default());
    let app = project.apps.first().expect("one application");
    let word = |node: &Node, attr: &str| node.attrs.get(attr).map(Value::display).unwrap_or_default();
    let mut lines: Vec<String> = app
        .all(Kind::Trigger)
        .map(|node| {
            let owner = app.owner(node).map(|owner| owner.name.as_str()).unwrap_or("-");
            let words = ["event", "exposure", "auth", "method", "path"].map(|attr| word(node, attr));
            let source = format!("{}{}", word(node, "source"), word(node, "api"));
            format!("{owner} <- {} {source}", words.join(" ").trim())
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    lines.sort();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn notifications_subscriptions_and_rules_start_functions() {
    check(
        "  B:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: !GetAtt F.Arn }] }
  T: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: lambda, Endpoint: !GetAtt F.Arn }] } }
  E:
    Type: AWS::Events::Rule
    Properties: { ScheduleExpression: rate(1 day), Targets: [{ Id: a, Arn: !GetAtt F.Arn }] }
  M: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn } }
  Q: { Type: AWS::SQS::Queue }
",
        &expect![[r"
            F <- object-store internal ${B}
            F <- queue internal ${Q.Arn}
            F <- schedule internal ${E}
            F <- topic internal ${T}"]],
    );
}

#[test]
fn a_permission_is_a_trigger_unless_one_is_known() {
    check(
        "  P:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: s3.amazonaws.com }
  O: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: '*' } }
  S:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: sns.amazonaws.com }
  T: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: lambda, Endpoint: !GetAtt F.Arn }] } }
",
        &expect![[r"
            F <- direct public none
            F <- object-store internal
            F <- topic internal ${T}"]],
    );
}

#[test]
fn routes_and_urls_say_who_may_call() {
    check(
        "  A: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
  M:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref A
      ResourceId: !GetAtt A.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations' }
  U: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM } }
",
        &expect![[r"
            F <- function-url authenticated iam ${U}
            F <- rest-api public none GET / ${A}"]],
    );
}

#[test]
fn states_call_functions() {
    check(
        "  W:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: { Work: !GetAtt F.Arn }
      DefinitionString: '{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Task\",\"Resource\":\"${Work}\",\"End\":true}}}'
",
        &expect![[r"
            F <- state-machine internal ${W}"]],
    );
}

#[test]
fn a_web_socket_route_is_as_open_as_its_connection() {
    let route = |name: &str, key: &str, auth: &str| {
        format!(
            "  {name}:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ ApiId: !Ref A, RouteKey: {key}, AuthorizationType: {auth}, Target: !Sub 'integrations/${{I}}' }}
"
        )
    };
    let api = "  A: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET } }
  I:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref A
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'
";
    check(
        &format!("{api}{}{}", route("C", "$connect", "AWS_IAM"), route("S", "send", "NONE")),
        &expect![[r"
            F <- websocket authenticated iam ANY $connect ${A}
            F <- websocket authenticated iam ANY send ${A}"]],
    );
}
