//! The `Invoke` operation as boto3 and people without a key see it, and code that stands in the template.
use crate::support::{folder, run, start, tools_python, write};
use serde_json::{Value, json};

const TEMPLATE: &str = "
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Inline:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          import cfnresponse
          def handler(event, context):
              if event.get('fail'): raise KeyError('gone')
              return {'said': event.get('say'), 'response': cfnresponse.SUCCESS, 'name': context.function_name}
  Script:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          const response = require('cfn-response');
          exports.handler = async (event) => ({ said: event.say, response: response.FAILED });
  Module:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      InlineCode: |
        import { readFileSync } from 'node:fs';
        export const handler = async (event) => ({ said: event.say, read: typeof readFileSync });
";

/// What boto3 says about the endpoint, line by line.
const SCRIPT: &str = r#"
import boto3, botocore, json, sys
endpoint, key = sys.argv[1], sys.argv[2]
def client(key):
    return boto3.client("lambda", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id=key,
        aws_secret_access_key="local", config=botocore.config.Config(retries={"total_max_attempts": 1}))
def tell(name, call):
    try:
        answer = call()
        body = answer.get("Payload")
        print(json.dumps([name, answer.get("StatusCode"), answer.get("FunctionError"), body.read().decode() if body else None]))
    except botocore.exceptions.ClientError as why:
        print(json.dumps([name, why.response["ResponseMetadata"]["HTTPStatusCode"], why.response["Error"]["Code"], why.response["Error"]["Message"]]))
own = client(key)
tell("answer", lambda: own.invoke(FunctionName="Inline", Payload=b'{"say": "hi"}'))
tell("error", lambda: own.invoke(FunctionName="Inline", Payload=b'{"fail": 1}'))
tell("later", lambda: own.invoke(FunctionName="Inline", InvocationType="Event"))
tell("dry", lambda: own.invoke(FunctionName="Inline", InvocationType="DryRun"))
tell("unknown", lambda: own.invoke(FunctionName="Nobody"))
tell("malformed", lambda: own.invoke(FunctionName="Inline", Payload=b'{"say": '))
tell("large", lambda: own.invoke(FunctionName="Inline", Payload=b'"' + b'x' * (6 << 20) + b'x' * 200 + b'"'))
tell("large-later", lambda: own.invoke(FunctionName="Inline", InvocationType="Event", Payload=b'"' + b'x' * (1 << 20) + b'"'))
tell("longest-later", lambda: own.invoke(FunctionName="Inline", InvocationType="Event", Payload=b'{"x":"' + b'x' * ((1 << 20) - 8) + b'"}'))
tell("stranger", lambda: client("AKIASOMEBODYELSE0000").invoke(FunctionName="Inline"))
log = own.invoke(FunctionName="Inline", LogType="Tail", Payload=b"{}")["LogResult"]
import base64
print(json.dumps(["log", "REPORT RequestId" in base64.b64decode(log).decode(), None, None]))
stream = own.invoke_with_response_stream(FunctionName="Inline", Payload=b'{"say": "stream"}')
pieces = [part["PayloadChunk"]["Payload"].decode() for part in stream["EventStream"] if "PayloadChunk" in part]
print(json.dumps(["stream", stream["StatusCode"], None, "".join(pieces)]))
"#;

#[test]
fn boto3_invokes_what_stands_in_the_template() {
    let Some(python) = tools_python() else { return };
    run(async {
        let place = folder("invoke");
        write(&place, &[("template.yml", TEMPLATE), ("ask.py", SCRIPT)]);
        let running = start(&place, |settings| settings.python = Some(python.clone())).await;
        for function in ["Script", "Module"] {
            let (answer, error) = running.invoke(function, r#"{"say":"js"}"#).await;
            assert_eq!((error, &answer["said"]), (None, &json!("js")), "{answer}");
        }
        let (endpoint, key) = (running.host.endpoint().to_owned(), running.host.owner_key().to_owned());
        let out = tokio::process::Command::new(&python)
            .arg(place.join("ask.py"))
            .args([&endpoint, &key])
            .output()
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let find = |name: &str| {
            let found = lines.iter().find(|line| line[0] == name);
            found.unwrap_or_else(|| panic!("{name}: {said}{}", String::from_utf8_lossy(&out.stderr)))
        };
        let body = |name: &str| serde_json::from_str::<Value>(find(name)[3].as_str().unwrap()).unwrap();
        assert_eq!(body("answer"), json!({"said": "hi", "response": "SUCCESS", "name": "Inline"}));
        assert_eq!(
            (&find("error")[2], &body("error")["errorType"]),
            (&json!("Unhandled"), &json!("KeyError"))
        );
        assert_eq!(body("stream")["said"], "stream");
        for (name, status, code) in [
            ("later", 202, Value::Null),
            ("dry", 204, Value::Null),
            ("unknown", 404, json!("ResourceNotFoundException")),
            ("malformed", 400, json!("InvalidRequestContentException")),
            ("large", 413, json!("RequestTooLargeException")),
            ("large-later", 413, json!("RequestTooLargeException")),
            ("longest-later", 202, Value::Null),
            ("stranger", 403, json!("UnrecognizedClientException")),
        ] {
            assert_eq!((&find(name)[1], &find(name)[2]), (&json!(status), &code), "{name}: {said}");
        }
        assert_eq!(find("log")[1], true);
        running.host.stop().await;
    });
}

/// What an unsigned call hears: status, error type, body.
fn unsigned(endpoint: &str) -> (u16, String, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{endpoint}/2015-03-31/functions/Inline/invocations");
    let mut answer = agent.post(&url).send(b"{}").unwrap();
    let header = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let kind = header.unwrap_or_default().to_owned();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), kind, serde_json::from_str(&text).unwrap())
}

#[test]
fn who_does_not_sign_is_refused_unless_the_owner_says_otherwise() {
    let Some(python) = tools_python() else { return };
    for open in [false, true] {
        let python = python.clone();
        run(async move {
            let place = folder(if open { "unsigned-open" } else { "unsigned" });
            write(&place, &[("template.yml", TEMPLATE)]);
            let running = start(&place, |settings| {
                settings.python = Some(python);
                settings.unsigned_invoke = open;
            })
            .await;
            let endpoint = running.host.endpoint().to_owned();
            let (status, kind, body) =
                tokio::task::spawn_blocking(move || unsigned(&endpoint)).await.unwrap();
            if open {
                assert_eq!((status, &body["name"]), (200, &json!("Inline")), "{body}");
            } else {
                let message = json!({"message": "Missing Authentication Token"});
                assert_eq!(
                    (status, kind.as_str(), body),
                    (403, "MissingAuthenticationTokenException", message)
                );
            }
            running.host.stop().await;
        });
    }
}

/// Functions have a `/tmp` of their own only where nothing that they need is below the machine's.
#[test]
fn an_interpreter_below_tmp_is_still_there() {
    let Some(python) = tools_python() else { return };
    let below = std::path::PathBuf::from(format!("/tmp/buckler-host-{}", std::process::id()));
    std::fs::create_dir_all(&below).unwrap();
    let link = below.join("python");
    std::os::unix::fs::symlink(python.canonicalize().unwrap(), &link).unwrap();
    run(async move {
        let place = folder("below-tmp");
        write(&place, &[("template.yml", TEMPLATE)]);
        let running = start(&place, |settings| settings.python = Some(link)).await;
        let (answer, error) = running.invoke("Inline", r#"{"say":"py"}"#).await;
        assert_eq!((error, &answer["said"]), (None, &json!("py")), "{answer}");
        running.host.stop().await;
    });
    std::fs::remove_dir_all(below).unwrap();
}
