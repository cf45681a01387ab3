//! `buckler policy` as its user goes about it: key, bundle, check, what was learned, comparison; and the rules that `run` takes along.
use crate::run::{Folder, Ran};
use serde_json::Value;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: python3.11, CodeUri: code/, Timeout: 30, MemorySize: 256 }
";
const CODE: &str = "def handler(event, context): return {'got': event.get('name')}\n";
const RULE: &str = "SecRule ARGS \"@contains forbidden-word\" \"id:9000001,phase:2,deny,status:403\"\n";

fn application() -> Folder {
    Folder::new(&[
        ("template.yaml", TEMPLATE),
        ("code/app.py", CODE),
        ("buckler.toml", "[guard.rules]\nfiles = [\"own.conf\"]\n"),
        ("own.conf", RULE),
    ])
}

fn done(folder: &Folder, arguments: &[&str]) -> Ran {
    let ran = folder.buckler(arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
    ran
}

#[test]
fn a_bundle_is_signed_checked_and_refused_when_it_was_changed() {
    let folder = application();
    done(&folder, &["policy", "keygen", "a.pem"]);
    done(&folder, &["policy", "keygen", "b.pem", "--algorithm", "ecdsa-p256"]);
    done(&folder, &["policy", "build", "--key", "a.pem", "-o", "bundle.json", "."]);
    let verified =
        done(&folder, &["policy", "verify", "--key", "b.pem.pub", "--key", "a.pem.pub", "bundle.json"]);
    assert!(verified.out.contains("valid"), "{verified:?}");
    let stranger = folder.buckler(&["policy", "verify", "--key", "b.pem.pub", "bundle.json"]);
    assert_ne!(stranger.code, 0, "{stranger:?}");
    let mut changed: Value = serde_json::from_str(&folder.read("bundle.json")).unwrap();
    let payload = changed["payload"].as_str().unwrap().replacen('A', "B", 1);
    changed["payload"] = payload.into();
    folder.write("changed.json", &changed.to_string());
    assert_ne!(folder.buckler(&["policy", "verify", "--key", "a.pem.pub", "changed.json"]).code, 0);
    // What it says is readable, signed or not, and has the rules in it.
    let shown = done(&folder, &["policy", "show", "--json", "bundle.json"]);
    assert!(shown.out.contains("forbidden-word"), "{shown:?}");
    // The key is its owner's alone, and is not written over.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("a.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = folder.buckler(&["policy", "keygen", "a.pem"]);
    assert_ne!(again.code, 0, "{again:?}");
}

#[test]
fn what_was_learned_is_locked_by_a_person_and_narrows() {
    let folder = application();
    let line = r#"{"function":"Orders","event":{"name":"ann","count":3},"answer":{"got":"ann"}}"#;
    folder.write("recorded.jsonl", &format!("{line}\n").repeat(5));
    done(&folder, &["policy", "learn", "recorded.jsonl", "-o", "learned.json"]);
    done(&folder, &["policy", "lock", "--by", "ann", "learned.json", "-o", "locked.json"]);
    done(&folder, &["policy", "build", "-o", "before.json", "."]);
    done(&folder, &["policy", "build", "--learned", "locked.json", "-o", "after.json", "."]);
    let narrower = done(&folder, &["policy", "diff", "before.json", "after.json"]);
    assert!(narrower.out.contains("narrower") && narrower.out.contains("Orders input"), "{narrower:?}");
    let wider = folder.buckler(&["policy", "diff", "--json", "after.json", "before.json"]);
    assert_eq!(wider.code, 1, "{wider:?}");
    assert!(wider.out.contains("wider"), "{wider:?}");
    let broken = folder.buckler(&["policy", "learn", "template.yaml", "-o", "no.json"]);
    assert_ne!(broken.code, 0, "{broken:?}");
}

#[test]
fn a_digest_is_of_what_is_in_a_package() {
    let folder = application();
    let digest = |folder: &Folder| done(folder, &["policy", "digest", "code"]).out;
    let first = digest(&folder);
    assert_eq!(first.trim().len(), 64, "{first}");
    folder.write("code/app.py", &format!("{CODE}# more\n"));
    assert_ne!(digest(&folder), first);
    folder.write("code/app.py", CODE);
    assert_eq!(digest(&folder), first);
}

#[test]
fn rules_of_the_owner_hold_in_a_local_run() {
    let root = std::path::Path::new(env!("CARGO_BIN_EXE_buckler")).parent().unwrap();
    if !root.join("buckler-guard").is_file() {
        println!("skipped: `buckler-guard` is not built");
        return;
    }
    let folder = application();
    let invoked = |event: &str| {
        folder.write("event.json", event);
        folder.buckler(&["invoke", "Orders", "-e", "event.json"])
    };
    let passed = invoked(r#"{"name":"a word"}"#);
    assert_eq!((passed.code, passed.out.trim()), (0, r#"{"got": "a word"}"#), "{passed:?}");
    let refused = invoked(r#"{"name":"a forbidden-word"}"#);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.out.contains("Buckler.Refused"), "{refused:?}");
}

const DESCRIBED: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionUri: api.yaml
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: .
      Events:
        Put: { Type: Api, Properties: { Path: "/orders/{id}", Method: put, RestApiId: !Ref Api } }
"#;

const API: &str = r#"
openapi: 3.0.1
info: { title: shop, version: "1" }
paths:
  /orders/{id}:
    put:
      parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^[0-9]+$" } }]
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: { "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations" }
"#;

#[test]
fn a_description_of_the_api_becomes_a_schema_where_it_can_be_read() {
    let folder = Folder::new(&[
        ("template.yaml", DESCRIBED),
        ("api.yaml", API),
        ("app.py", "def handler(event, context):\n    return {}\n"),
    ]);
    let built = folder.buckler(&["policy", "build"]);
    let bundle: serde_json::Value =
        serde_json::from_str(&built.out).unwrap_or_else(|why| panic!("{why}: {built:?}"));
    let put = &bundle["functions"]["Orders"]["input"]["openapi"]["paths"]["/orders/{id}"]["put"];
    assert_eq!(put["parameters"][0]["schema"]["pattern"], "^[0-9]+$", "{bundle}");
    // One that the guard could not read would keep the function from starting: it is left out, and told.
    folder.write("api.yaml", &API.replace("^[0-9]+$", "^([0-9]+$"));
    let unread = folder.buckler(&["policy", "build"]);
    let bundle: serde_json::Value = serde_json::from_str(&unread.out).unwrap();
    assert!(bundle["functions"]["Orders"]["input"].is_null(), "{bundle}");
    assert!(unread.err.contains("`Orders`: its requests are not checked"), "{unread:?}");
}
