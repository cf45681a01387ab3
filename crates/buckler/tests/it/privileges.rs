//! What functions may and need: formats, reviews, changes.
use crate::run::{Folder, Ran};

const CODE: &str = "import os\nimport boto3\n\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n\n\ndef handler(event, context):\n    table.put_item(Item={'id': event['id']})\n";

fn template(actions: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{ AttributeName: id, AttributeType: S }}]
      KeySchema: [{{ AttributeName: id, KeyType: HASH }}]
      BillingMode: PAY_PER_REQUEST
  Create:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src
      Environment: {{ Variables: {{ TABLE: !Ref Orders }} }}
      Policies:
        - Statement:
            - {{ Effect: Allow, Action: {actions}, Resource: !GetAtt Orders.Arn }}
"
    )
}

fn folder(actions: &str) -> Folder {
    Folder::new(&[("template.yaml", &template(actions)), ("src/app.py", CODE)])
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn needs_are_traced_to_the_line_and_compared_with_what_is_granted() {
    let folder = folder("[dynamodb:PutItem, dynamodb:DeleteItem]");
    let ran = folder.buckler(&["privileges", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let document = json(&ran);
    let function = &document["functions"][0];
    assert_eq!(function["name"], "Create");
    assert_eq!(function["code"], "src/app.py");
    assert_eq!(function["needed"][0]["action"], "dynamodb:PutItem");
    assert_eq!(function["needed"][0]["resources"][0], "${Orders.Arn}");
    assert_eq!(function["needed"][0]["because"][0]["file"], "src/app.py");
    assert_eq!(function["needed"][0]["because"][0]["line"], 8);
    assert_eq!(function["unused"][0]["action"], "dynamodb:DeleteItem");
    assert!(function["missing"].as_array().unwrap().is_empty());
}

#[test]
fn what_the_role_lacks_is_missing() {
    let ran = folder("[dynamodb:GetItem]").buckler(&["privileges", "--json"]);
    assert_eq!(json(&ran)["functions"][0]["missing"][0]["action"], "dynamodb:PutItem");
}

#[test]
fn the_least_policy_is_an_iam_document() {
    let folder = folder("['dynamodb:*']");
    let document = json(&folder.buckler(&["privileges", "--format", "iam", "--function", "Create"]));
    assert_eq!(document["Version"], "2012-10-17");
    let text = document.to_string();
    assert!(text.contains("dynamodb:PutItem") && text.contains("${Orders.Arn}"), "{text}");
    assert!(!text.contains("dynamodb:*") && !text.contains("\"*\""), "{text}");
}

#[test]
fn a_function_that_is_not_there_is_an_error() {
    let ran = folder("['dynamodb:*']").buckler(&["privileges", "--function", "Nobody"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no function is called `Nobody`"), "{}", ran.err);
}

#[test]
fn every_format_is_written_to_a_file() {
    let folder = folder("['dynamodb:*']");
    for format in ["text", "json", "html", "markdown", "iam", "patch"] {
        let ran = folder.buckler(&["privileges", "--format", format, "--output", "out", "--quiet"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{format}: {}", ran.err);
        assert!(folder.read("out").contains("PutItem"), "{format}");
    }
}

#[test]
fn a_change_that_widens_fails_until_somebody_approves_it() {
    let folder = folder("[dynamodb:PutItem]");
    folder.git(&["init", "--quiet"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "-m", "first"]);
    assert_eq!(folder.buckler(&["privileges", "--check", "--diff", "HEAD"]).code, 0);

    folder.write("template.yaml", &template("['dynamodb:*']"));
    let ran = folder.buckler(&["privileges", "--check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("dynamodb:") && ran.out.contains("1 of 1 function may more"), "{}", ran.out);

    let approval = "[[approval]]\nfunction = \"Create\"\naction = \"dynamodb:*\"\napproved-by = \"jane\"\nreason = \"moves orders\"\nuntil = \"2026-12-31\"\n";
    folder.write("buckler-permissions.toml", approval);
    let ran = folder.buckler(&["privileges", "--check"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("approved by jane until 2026-12-31"), "{}", ran.out);

    folder.write("buckler-permissions.toml", &approval.replace("2026-12-31", "2026-06-30"));
    assert_eq!(folder.buckler(&["privileges", "--check"]).code, 1, "it has lapsed");
    let ran = folder.buckler(&["scan", "--check", "lapsed-approval", "--fail-on", "medium"]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn a_permission_that_the_code_needs_may_pass() {
    let folder = folder("[dynamodb:GetItem]");
    folder.git(&["init", "--quiet"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "-m", "first"]);
    folder.write("template.yaml", &template("[dynamodb:GetItem, dynamodb:PutItem]"));
    assert_eq!(folder.buckler(&["privileges", "--check"]).code, 1);
    assert_eq!(folder.buckler(&["privileges", "--check=unneeded"]).code, 0);
    assert_eq!(folder.buckler(&["privileges", "--check", "--diff", "nowhere"]).code, 2);
}

#[test]
fn another_spelling_of_the_same_resource_is_no_change() {
    let old = folder("[dynamodb:PutItem]");
    let new = folder("[dynamodb:PutItem]");
    let spelled = "!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}'";
    new.write("template.yaml", &template("[dynamodb:PutItem]").replace("!GetAtt Orders.Arn", spelled));
    let path = old.path().to_string_lossy().into_owned();
    let ran = new.buckler(&["privileges", "--check", "--diff", &path]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_review_file_is_drafted_and_approves_nothing_by_itself() {
    let folder = folder("['dynamodb:*']");
    assert_eq!(folder.buckler(&["privileges", "--write-review", "buckler-permissions.toml"]).code, 0);
    let draft = folder.read("buckler-permissions.toml");
    assert!(draft.contains("action = \"dynamodb:*\""), "{draft}");
    let ran = folder.buckler(&["privileges"]);
    assert_eq!(ran.code, 3, "an entry that nobody signed is told: {ran:?}");
}

#[test]
fn the_patch_applies_and_leaves_what_is_needed() {
    let folder = folder("['dynamodb:*']");
    let ran = folder.buckler(&["privileges", "--format", "patch", "--output", "least.patch"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    folder.git(&["init", "--quiet"]);
    folder.git(&["apply", "least.patch"]);
    let template = folder.read("template.yaml");
    assert!(template.contains("dynamodb:PutItem") && !template.contains("dynamodb:*"), "{template}");
    let again = folder.buckler(&["privileges", "--format", "patch"]);
    assert_eq!(again.out, "", "nothing is left to do: {again:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the published schema is read")]
fn json_follows_its_schema() {
    let folder = folder("['dynamodb:*', iam:PutRolePolicy]");
    let template = folder.read("template.yaml").replace("!GetAtt Orders.Arn", "'*'");
    folder.write("template.yaml", &template);
    folder.write("records/a.json", RECORDS);
    let path = folder.path().to_string_lossy().into_owned();
    let document = json(&folder.buckler(&["privileges", "--json", "--used", "records", "--diff", &path]));
    let schema = format!("{}/../../docs/schemas/privileges.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(&document).map(|why| format!("{}: {why}", why.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(document["functions"][0]["used"][0]["action"].is_string(), "{document}");
    assert!(!document["functions"][0]["escalations"].as_array().unwrap().is_empty(), "{document}");
}

/// What the function did on two days of July, and what it was denied.
const RECORDS: &str = r#"{"Records": [
  {"eventTime": "2026-07-01T10:00:00Z", "eventSource": "dynamodb.amazonaws.com", "eventName": "PutItem",
   "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/shop-CreateRole-ABCDEFGHIJKL/shop-Create-1AB2CD3EF4GH",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/shop-CreateRole-ABCDEFGHIJKL", "userName": "shop-CreateRole-ABCDEFGHIJKL"}}}},
  {"eventTime": "2026-07-02T10:00:00Z", "eventSource": "dynamodb.amazonaws.com", "eventName": "DescribeTable",
   "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/shop-CreateRole-ABCDEFGHIJKL/shop-Create-1AB2CD3EF4GH",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/shop-CreateRole-ABCDEFGHIJKL", "userName": "shop-CreateRole-ABCDEFGHIJKL"}}}},
  {"eventTime": "2026-07-03T10:00:00Z", "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "errorCode": "AccessDenied",
   "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/shop-CreateRole-ABCDEFGHIJKL/shop-Create-1AB2CD3EF4GH",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/shop-CreateRole-ABCDEFGHIJKL", "userName": "shop-CreateRole-ABCDEFGHIJKL"}}}}
]}"#;

#[test]
fn what_was_used_stands_beside_what_is_needed_and_is_kept() {
    let folder = folder("[dynamodb:PutItem, dynamodb:DescribeTable, dynamodb:DeleteItem]");
    folder.write("AWSLogs/123456789012/CloudTrail/eu-central-1/2026/07/03/a.json", RECORDS);
    let ran = folder.buckler(&["privileges", "--used", "AWSLogs"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for says in [
        "used once, last on 2026-07-01",
        "used once, last on 2026-07-02, though nothing that was read needs it",
        "not used from 2026-07-01 to 2026-07-03",
        "was denied `s3:ListAllMyBuckets` (once)",
    ] {
        assert!(ran.out.contains(says), "`{says}` is not in:\n{}", ran.out);
    }
    let least = folder.buckler(&["privileges", "--used", "AWSLogs", "--format", "iam"]).out;
    assert!(least.contains("DescribeTable") && !least.contains("DeleteItem"), "{least}");
    let since =
        folder.buckler(&["privileges", "--used", "AWSLogs", "--unused-since", "2026-07-02", "--json"]);
    let grants = json(&since)["functions"][0]["granted"].clone();
    let unused = |action: &str| {
        let grants = grants.as_array().unwrap();
        grants.iter().find(|grant| grant["action"] == action).unwrap()["used"]["unused_since"].clone()
    };
    assert_eq!(unused("dynamodb:PutItem"), true);
    assert_eq!(unused("dynamodb:DescribeTable"), false);
}

#[test]
fn records_that_cannot_be_read_are_told() {
    let folder = folder("[dynamodb:PutItem]");
    assert_eq!(folder.buckler(&["privileges", "--used", "nowhere"]).code, 2);
    folder.write("records/a.json", "{\"Records\": [");
    let ran = folder.buckler(&["privileges", "--used", "records"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}
