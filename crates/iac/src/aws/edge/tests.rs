//! Routes in every spelling, read to the same nodes.
use expect_test::{Expect, expect};
use model::{App, Kind, Relation};

use crate::{MemorySource, Options, read};

fn app(path: &str, text: &str, more: &[(&str, &str)]) -> App {
    let files = std::iter::once((path, text)).chain(more.iter().copied());
    let project = read(&MemorySource::new(files), &Options::default());
    project.apps.into_iter().next().expect("one application")
}

/// Every route, how its caller is known, and the functions it calls.
fn check(path: &str, text: &str, more: &[(&str, &str)], expected: Expect) {
    let app = app(path, text, more);
    let mut shown = String::new();
    for route in app.all(Kind::ApiRoute) {
        let text = |attr: &str| route.text(attr).unwrap_or("?").to_owned();
        let calls: Vec<&str> = app.targets(route, Relation::Invokes).map(|node| node.name.as_str()).collect();
        let asks: Vec<&str> = app.targets(route, Relation::Uses).map(|node| node.name.as_str()).collect();
        shown.push_str(&format!(
            "{} {} {} {:?} {:?} of {:?}\n",
            text("method"),
            text("path"),
            text("auth"),
            calls,
            asks,
            app.owner(route).map(|node| node.name.as_str())
        ));
    }
    expected.assert_eq(&shown);
}

#[test]
fn openapi_body_becomes_routes() {
    check(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders/{id}:
            get:
              security: [ { sigv4: [] } ]
              x-amazon-apigateway-integration:
                type: aws_proxy
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations
            options:
              x-amazon-apigateway-integration: { type: mock }
          /pay:
            x-amazon-apigateway-any-method:
              security: [ { bearer: [] } ]
              x-amazon-apigateway-integration:
                uri: !GetAtt Fn.Arn
        components:
          securitySchemes:
            sigv4: { type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4 }
            bearer: { type: http, scheme: bearer }
",
        &[],
        expect![[r#"
            GET /orders/{id} iam ["Fn"] [] of Some("Api")
            OPTIONS /orders/{id} none [] [] of Some("Api")
            ANY /pay none ["Fn"] [] of Some("Api")
        "#]],
    );
}

#[test]
fn sam_default_authorizer_reaches_every_operation() {
    check(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: { DefaultAuthorizer: Users, Authorizers: { Users: { UserPoolArn: !GetAtt Pool.Arn } } }
      DefinitionUri: api/openapi.yaml
",
        &[("api/openapi.yaml", "openapi: 3.0.1\npaths:\n  /a: { get: {}, options: {} }\n")],
        expect![[r#"
            GET /a user-pool [] ["Api Users"] of Some("Api")
            OPTIONS /a none [] [] of Some("Api")
        "#]],
    );
}

#[test]
fn rest_method_follows_its_path_segments() {
    check(
        "template.yaml",
        "Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
  Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
  Order: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: '{id}' } }
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Order
      HttpMethod: GET
      AuthorizationType: NONE
      ApiKeyRequired: true
      Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations' }
",
        &[],
        expect![[r#"
            GET /orders/{id} api-key ["Fn"] [] of Some("Api")
        "#]],
    );
}

#[test]
fn http_route_reaches_the_function_through_its_integration() {
    check(
        "template.yaml",
        "Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
  Integration: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/${Integration}' } }
",
        &[],
        expect![[r#"
            GET /a none ["Fn", "Integration"] [] of Some("Api")
        "#]],
    );
}

#[test]
fn an_api_made_in_one_step_has_one_open_route() {
    check(
        "template.yaml",
        "Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP, Target: !GetAtt Fn.Arn } }
",
        &[],
        expect![[r#"
            ANY $default none ["Fn"] [] of Some("Api")
        "#]],
    );
}
