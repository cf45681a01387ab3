//! Small configurations, one change each.
use model::{Data, Patch};

use crate::{MemorySource, Options, apply, edits, read};

fn set(node: &str, attr: &'static str, value: impl Into<Data>) -> Patch {
    Patch::Set { node: node.into(), attr, value: value.into() }
}

#[track_caller]
fn check(text: &str, patches: &[Patch], expected: &str) {
    let project = read(&MemorySource::new([("main.tf", text)]), &Options::default());
    let edits = edits(&project, &project.apps[0], patches).unwrap();
    assert_eq!(apply(text, &edits), expected);
}

#[track_caller]
fn refused(text: &str, patch: Patch, why: &str) {
    let project = read(&MemorySource::new([("main.tf", text)]), &Options::default());
    assert_eq!(edits(&project, &project.apps[0], &[patch]).unwrap_err().why, why);
}

#[test]
fn attributes_and_blocks_are_added() {
    check(
        "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\" # name\n\n  environment {\n    variables = {}\n  }\n}\n",
        &[set("aws_lambda_function.f", "timeout_seconds", 9), set("aws_lambda_function.f", "tracing", true)],
        "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\" # name\n  timeout       = 9\n\n  environment {\n    \
         variables = {}\n  }\n\n  tracing_config {\n    mode = \"Active\"\n  }\n}\n",
    );
    check(
        "resource \"aws_sqs_queue\" \"q\" {}\n",
        &[set("aws_sqs_queue.q", "encrypted", true)],
        "resource \"aws_sqs_queue\" \"q\" {\n  sqs_managed_sse_enabled = true\n}\n",
    );
    check(
        "resource \"aws_sqs_queue\" \"q\" { name = \"q\" }",
        &[set("aws_sqs_queue.q", "encrypted", true)],
        "resource \"aws_sqs_queue\" \"q\" {\n  name = \"q\"\n  sqs_managed_sse_enabled = true\n}",
    );
}

#[test]
fn values_are_replaced_where_they_stand() {
    check(
        "resource \"aws_lambda_function_url\" \"u\" {\r\n  authorization_type = \"NONE\" // open\r\n}\r\n",
        &[set("aws_lambda_function_url.u", "auth", "AWS_IAM")],
        "resource \"aws_lambda_function_url\" \"u\" {\r\n  authorization_type = \"AWS_IAM\" // open\r\n}\r\n",
    );
    refused(
        "variable \"a\" { default = \"NONE\" }\nresource \"aws_lambda_function_url\" \"u\" {\n  authorization_type = var.a\n}\n",
        set("aws_lambda_function_url.u", "auth", "AWS_IAM"),
        "the value comes from `var.a`",
    );
}

#[test]
fn what_is_taken_away_leaves_the_rest() {
    let unset = |node: &str, attr| Patch::Unset { node: node.into(), attr };
    check(
        "resource \"aws_lambda_function\" \"f\" {\n  timeout = 3 # s\n  runtime = \"x\"\n  tracing_config {\n    mode = \"Active\"\n  }\n}\n",
        &[unset("aws_lambda_function.f", "timeout_seconds"), unset("aws_lambda_function.f", "tracing_mode")],
        "resource \"aws_lambda_function\" \"f\" {\n  runtime = \"x\"\n}\n",
    );
}

#[test]
fn switches_of_a_bucket_are_a_resource_of_their_own() {
    check(
        "resource \"aws_s3_bucket\" \"b\" {\n}\n",
        &[
            set("aws_s3_bucket.b", "block_public_acls", true),
            set("aws_s3_bucket.b", "block_public_policy", true),
        ],
        "resource \"aws_s3_bucket\" \"b\" {\n}\n\nresource \"aws_s3_bucket_public_access_block\" \"b_public_access\" {\n  \
         bucket                  = aws_s3_bucket.b.id\n  block_public_acls       = true\n  ignore_public_acls      = true\n  \
         block_public_policy     = true\n  restrict_public_buckets = true\n}\n",
    );
}

#[test]
fn policies_are_changed_in_objects_and_documents() {
    let text = "resource \"aws_sqs_queue_policy\" \"p\" {\n  queue_url = \"q\"\n  policy = jsonencode({\n    Statement = [{\n      \
                Effect = \"Allow\"\n      Principal = \"*\"\n      Action = [\"sqs:*\"]\n      Resource = \"*\"\n    }]\n  })\n}\n";
    let project = read(&MemorySource::new([("main.tf", text)]), &Options::default());
    let node = project.apps[0].named("aws_sqs_queue_policy.p").unwrap();
    let statement = &node.resource_policies[0].statements[0];
    let patches = [
        statement.actions[0].rewrite("sqs:SendMessage"),
        statement.put(&["Condition", "Bool"], Data::Map(Vec::new())),
    ];
    let expected = text.replace("sqs:*", "sqs:SendMessage").replace(
        "      Resource = \"*\"\n",
        "      Resource = \"*\"\n      Condition = {\n        Bool = {}\n      }\n",
    );
    check(text, &patches, &expected);
}
