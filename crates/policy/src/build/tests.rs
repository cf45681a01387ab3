//! From templates and code to policies.
use super::*;
use serde_json::{Value, json};

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Pool: { Type: AWS::Cognito::UserPool, Properties: {} }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub "shop-${AWS::AccountId}-uploads" } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users: { JwtConfiguration: { issuer: "https://login.example.org/", audience: [shop] }, IdentitySource: "$request.header.Authorization" }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: .
      Timeout: 7
      MemorySize: 1024
      Environment: { Variables: { DB_PASSWORD: x, POOL_ID: !Ref Pool, TABLE_TOKEN_NAME: t } }
      Events:
        Get: { Type: HttpApi, Properties: { Path: "/orders/{id}", Method: get, ApiId: !Ref Api } }
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, FunctionResponseTypes: [ReportBatchItemFailures] } }
        Put: { Type: S3, Properties: { Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*" } }
  Other:
    Type: AWS::Serverless::Function
    Properties: { Handler: other.handler, Runtime: python3.11, CodeUri: ., Events: { Tick: { Type: Schedule, Properties: { Schedule: rate(1 hour) } } } }
"#;

const APP: &str = r#"
import json, boto3, requests, subprocess
table = boto3.resource("dynamodb").Table("orders")

def handler(event, context):
    table.get_item(Key={"id": event["pathParameters"]["id"]})
    requests.get("https://rates.example.com/v1/eur")
    subprocess.run(["ffmpeg", "-version"])
    boto3.client("lambda").invoke(FunctionName="Other", Payload=b"{}")
    return {"statusCode": 200}
"#;
const OTHER: &str = "import mystery\ndef handler(event, context):\n    return mystery.do(event)\n";

fn built(guard: &str) -> Result<Built, OverrideError> {
    let project = testkit::project([("template.yaml", TEMPLATE), ("app.py", APP), ("other.py", OTHER)]);
    let table: toml::Table = toml::from_str(guard).unwrap();
    let guard_table = table.get("guard").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let given = Given { now: 1_800_000_000, guard: guard_table, text: guard.to_owned(), ..Given::default() };
    build(&project, project.templates().next().unwrap(), &given)
}

fn of(bundle: &Bundle, name: &str) -> Value {
    serde_json::to_value(&bundle.functions[name]).unwrap()
}

#[test]
fn triggers_and_sources() {
    let built = built("").unwrap();
    let orders = of(&built.bundle, "Orders");
    let kinds: Vec<&str> =
        orders["triggers"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    for kind in ["api-gateway-v2", "sqs", "s3"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let trigger = |kind: &str| {
        orders["triggers"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone()
    };
    assert_eq!(trigger("sqs")["sources"], json!(["arn:*:sqs:*:*:jobs"]));
    assert_eq!(trigger("sqs")["partial_failures"], true);
    assert_eq!(trigger("s3")["sources"], json!(["arn:*:s3:::shop-*-uploads"]));
    let routes = &trigger("api-gateway-v2")["routes"];
    assert_eq!((&routes[0]["method"], &routes[0]["path"]), (&json!("GET"), &json!("/orders/{id}")));
    assert_eq!(routes[0]["auth"], "jwt");
    assert_eq!(routes[0]["issuers"].as_array().unwrap().len(), 1, "{routes}");
    assert_eq!(
        built.bundle.issuers["Pool"]["issuer"],
        "https://cognito-idp.${env:AWS_REGION}.amazonaws.com/${env:POOL_ID}"
    );
    // `Other` is called by `Orders`.
    assert!(
        of(&built.bundle, "Other")["triggers"].as_array().unwrap().iter().any(|one| one["kind"] == "direct")
    );
    assert!(!kinds.contains(&"direct"));
}

#[test]
fn hosts_programs_and_limits_come_with_reasons() {
    let built = built("").unwrap();
    let orders = of(&built.bundle, "Orders");
    let hosts: Vec<&str> = orders["egress"]["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["host"].as_str().unwrap())
        .collect();
    assert_eq!(hosts, ["aws:dynamodb", "aws:lambda", "rates.example.com"]);
    assert!(orders["egress"]["hosts"][2]["reason"].as_str().unwrap().starts_with("app.py:7"));
    assert_eq!(orders["programs"]["allowed"], json!(["ffmpeg"]));
    assert!(orders["reasons"]["programs.allowed/ffmpeg"].as_str().unwrap().contains("app.py:8"));
    assert_eq!(orders["limits"]["duration_ms"], 7000);
    assert_eq!(orders["limits"]["memory_bytes"], 1024_u64 << 20);
    assert_eq!(orders["environment"]["secrets"], json!(["DB_PASSWORD"]));
    let shell = APP.replace(
        r#"subprocess.run(["ffmpeg", "-version"])"#,
        "subprocess.run('ffmpeg -version', shell=True)",
    );
    let project =
        testkit::project([("template.yaml", TEMPLATE), ("app.py", shell.as_str()), ("other.py", OTHER)]);
    let with_shell = build(&project, project.templates().next().unwrap(), &Given::default()).unwrap();
    assert_eq!(of(&with_shell.bundle, "Orders")["programs"]["allowed"], json!(["ffmpeg", "sh"]));
    // A package that nobody knows could do anything.
    let other = of(&built.bundle, "Other");
    assert_eq!((&other["egress"]["hosts"], &other["programs"]["allowed"]), (&Value::Null, &Value::Null));
    assert!(built.notes.iter().any(|note| note.contains("mystery")), "{:?}", built.notes);
}

#[test]
fn the_owner_overrides_any_part() {
    let guard = r#"
[guard]
days = 1
[guard.resources]
Pool = "eu-central-1_abc"
[guard.issuers.partner]
issuer = "https://partner.example/"
audiences = ["shop"]
[guard.all]
mode = "detect"
[guard.functions.Orders]
mode = "block"
limits = { event-bytes = 1000 }
programs = { allowed = [] }
egress.hosts = [{ host = "only.example", reason = "we know" }]
exclusions = { 7710040 = "an editor" }
response.headers = { x-frame-options = "SAMEORIGIN" }
"#;
    let bundle = built(guard).unwrap().bundle;
    assert_eq!(bundle.expires, 1_800_000_000 + DAY_SECONDS);
    let orders = of(&bundle, "Orders");
    assert_eq!(orders["mode"], "block");
    assert_eq!(orders["limits"]["event_bytes"], 1000);
    assert_eq!(orders["limits"]["duration_ms"], 7000);
    assert_eq!(orders["programs"]["allowed"], json!([]));
    assert_eq!(orders["egress"]["hosts"][0]["host"], "only.example");
    assert_eq!(orders["response"]["headers"]["x-frame-options"], "SAMEORIGIN");
    assert_eq!(orders["reasons"]["programs.allowed"], "`[guard.functions.Orders]` of buckler.toml");
    assert_eq!(of(&bundle, "Other")["mode"], "detect");
    assert_eq!(
        bundle.issuers["Pool"]["issuer"],
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc"
    );
    assert!(bundle.issuers.contains_key("partner"));
}

#[test]
fn what_is_not_understood_is_an_error_with_its_place() {
    for (guard, said) in [
        ("[guard]\nday = 5\n", "`guard` (line 2): unknown field `day`"),
        (
            "[guard.functions.Orders]\nlimits = { event-byte = 5 }\n",
            "`guard.functions.Orders` (line 2): unknown field `event_byte`",
        ),
        ("[guard.functions.Order]\nmode = \"block\"\n", "`guard.functions.Order`"),
        ("[guard.all]\nmode = \"maybe\"\n", "`guard.all` (line 2): unknown variant `maybe`"),
    ] {
        let error = built(guard).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn the_schema_of_the_bundle_names_what_a_bundle_has() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/schemas/policy.schema.json")).unwrap();
    let bundle = serde_json::to_value(built("").unwrap().bundle).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(&bundle).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let names =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let function = &schema["properties"]["functions"]["additionalProperties"]["properties"];
    let mut full = serde_json::to_value(Function::default()).unwrap();
    full["reasons"] = json!({});
    assert_eq!(names(function), names(&full));
    for part in ["access", "limits", "response", "redaction", "egress", "programs", "files", "environment"] {
        assert_eq!(names(&function[part]["properties"]), names(&full[part]), "{part}");
    }
}

const DESCRIBED: &str = r##"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        info: { title: shop, version: "1" }
        paths:
          /orders/{id}:
            parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^[0-9]+$" } }]
            put:
              requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
              x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations" }
        components:
          schemas:
            Order: { type: object, required: [amount], properties: { amount: { type: integer, minimum: 1 } } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: .
      Events:
        Put: { Type: Api, Properties: { Path: "/orders/{id}", Method: put, RestApiId: !Ref Api } }
"##;

fn described(template: &str) -> Value {
    let project = testkit::project([
        ("template.yaml", template),
        ("app.py", "def handler(event, context):\n    return 1\n"),
    ]);
    let given = Given { now: 1_800_000_000, ..Given::default() };
    let built = build(&project, project.templates().next().unwrap(), &given).unwrap();
    of(&built.bundle, "Orders")["input"].clone()
}

#[test]
fn requests_are_as_the_template_describes_them() {
    let input = described(DESCRIBED);
    assert_eq!(input["origin"], "declared", "{input}");
    let openapi = &input["openapi"];
    assert_eq!(openapi["openapi"], "3.0.1");
    assert_eq!(openapi["paths"]["/orders/{id}"]["parameters"][0]["name"], "id");
    let put = &openapi["paths"]["/orders/{id}"]["put"];
    assert_eq!(
        put["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Order"
    );
    assert!(put.get("x-amazon-apigateway-integration").is_none());
    assert_eq!(openapi["components"]["schemas"]["Order"]["required"], json!(["amount"]));
}

#[test]
fn a_description_that_leaves_something_out_refuses_nothing() {
    let more = "        Get: { Type: Api, Properties: { Path: /other, Method: get, RestApiId: !Ref Api } }\n";
    let put = "        Put: {";
    for (from, to) in [
        // A route that it does not name, a version that nobody reads, any method, what is known only when it is deployed.
        (put, format!("{more}{put}")),
        ("openapi: 3.0.1", "swagger: \"2.0\"".to_owned()),
        ("            put:", "            x-amazon-apigateway-any-method:".to_owned()),
        ("minimum: 1", "minimum: !Ref Least".to_owned()),
    ] {
        let changed = DESCRIBED.replace(from, &to);
        assert_ne!(changed, DESCRIBED);
        let input = described(&changed);
        assert!(input.get("openapi").is_none_or(Value::is_null), "{to}: {input}");
    }
}
