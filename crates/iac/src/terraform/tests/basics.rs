//! Resources, variables, locals, references and templates.
use expect_test::expect;

use model::Value;

use super::{check, check_main};

#[test]
fn references_become_links_and_blocks_become_lists() {
    check_main(
        r#"
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
  versioning { enabled = true }
}
resource "aws_lambda_function" "f" {
  role = aws_iam_role.r.arn
  environment {
    variables = { BUCKET = aws_s3_bucket.logs.id, "ARN" = "${aws_s3_bucket.logs.arn}/*" }
  }
  depends_on = [aws_s3_bucket.logs]
  lifecycle { ignore_changes = [tags] }
}
"#,
        &expect![[r#"
            aws_s3_bucket.logs
              bucket = "logs"
              versioning = [{enabled: true}]
            aws_lambda_function.f
              role = <aws_iam_role.r.arn>
              environment = [{variables: {BUCKET: <aws_s3_bucket.logs.id>, ARN: joined(<aws_s3_bucket.logs.arn>, "/*")}}]
              (depends_on) = [<aws_s3_bucket.logs>]
              (lifecycle) = [{ignore_changes: ["tags"]}]
        "#]],
    );
}

#[test]
fn variables_and_locals_are_resolved() {
    check(
        [
            (
                "main.tf",
                r#"
variable "stage" { default = "dev" }
variable "name" {}
variable "size" { default = 1 }
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
locals {
  prefix = "${var.stage}-app"
  loop_a = local.loop_b
  loop_b = "${local.loop_a}!"
}
resource "aws_x" "y" {
  a = local.prefix
  b = var.name
  c = var.size
  d = var.secret
  e = local.loop_a
  f = local.missing
  g = "${local.prefix}-${var.name}"
}
"#,
            ),
            ("terraform.tfvars", "size = 2\n"),
            ("b.auto.tfvars", "size = 4"),
            ("a.auto.tfvars", "size = 3"),
            ("other.tfvars", "size = 5"),
        ],
        &expect![[r#"
            aws_x.y
              a = "dev-app"
              b = ?(variable `name` has no default)
              c = 4
              d = ?(variable `secret` is sensitive)
              e = joined(?(`loop_a` refers to itself), "!")
              f = ?(no local value is called `missing`)
              g = joined("dev-app-", ?(variable `name` has no default))
        "#]],
    );
}

#[test]
fn a_policy_document_takes_the_form_of_the_iam_grammar() {
    check_main(
        r#"
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["1"]
    }
  }
}
resource "aws_iam_role_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"#,
        &expect![[r#"
            aws_iam_policy_document.d
              statement = [{actions: ["s3:*"], resources: ["*"], principals: [{type: "AWS", identifiers: ["*"]}], condition: [{test: "StringEquals", variable: "aws:SourceAccount", values: ["1"]}]}]
              json = {Version: "2012-10-17", Statement: [{Effect: "Allow", Action: ["s3:*"], Resource: ["*"], Principal: {AWS: ["*"]}, Condition: {StringEquals: {aws:SourceAccount: ["1"]}}}]}
            aws_iam_role_policy.p
              policy = <aws_iam_policy_document.d.json>
        "#]],
    );
}

#[test]
fn policies_in_heredocs_and_jsonencode_stay_readable() {
    check_main(
        r#"
resource "aws_iam_policy" "a" {
  policy = <<-EOF
    {
      "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "${aws_s3_bucket.b.arn}/*"}]
    }
  EOF
}
resource "aws_iam_policy" "b" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = aws_s3_bucket.b.arn }] })
}
"#,
        &expect![[r#"
            aws_iam_policy.a
              policy = joined("{\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"", <aws_s3_bucket.b.arn>, "/*\"}]\n}\n")
            aws_iam_policy.b
              policy = {Statement: [{Effect: "Allow", Action: ["s3:*"], Resource: <aws_s3_bucket.b.arn>}]}
        "#]],
    );
}

#[test]
fn count_and_for_each_make_copies() {
    check_main(
        r#"
variable "unknown" {}
resource "aws_a" "n" { count = 0 }
resource "aws_a" "two" {
  count = 2
  name  = "n${count.index}"
}
resource "aws_a" "each" {
  for_each = toset(["x", "y"])
  name     = each.value
}
resource "aws_a" "map" {
  for_each = { a = { size = 1 } }
  size     = each.value.size
  key      = each.key
}
resource "aws_a" "open" {
  count = var.unknown ? 1 : 0
  name  = "open-${count.index}"
}
resource "aws_b" "refs" {
  a = aws_a.two[1].id
  b = aws_a.two[*].id
  c = aws_a.each["x"].arn
  d = aws_a.open[0].id
  e = values(aws_a.each)[*].id
  f = [for k, v in aws_a.map : "${k}=${v.id}"]
}
"#,
        &expect![[r#"
            aws_a.two[0]
              name = "n0"
            aws_a.two[1]
              name = "n1"
            aws_a.each["x"]
              name = "x"
            aws_a.each["y"]
              name = "y"
            aws_a.map["a"]
              size = 1
              key = "a"
            aws_a.open
              name = joined("open-", ?(how often the block is repeated is not known))
              (count) = ?(the condition is not known: variable `unknown` has no default)
            aws_b.refs
              a = <aws_a.two[1].id>
              b = [<aws_a.two[0].id>, <aws_a.two[1].id>]
              c = <aws_a.each["x"].arn>
              d = <aws_a.open.id>
              e = [<aws_a.each["x"].id>, <aws_a.each["y"].id>]
              f = [joined("a=", <aws_a.map["a"].id>)]
            unresolved main.tf:3:10: 1 block makes no resource with these values: `aws_a.n`
        "#]],
    );
}

#[test]
fn a_broken_file_keeps_what_parses() {
    check(
        [
            (
                "a.tf",
                "resource \"aws_a\" \"one\" {\n  x = 1\n  y = [1,\n  = 2\n}\nresource \"aws_a\" \"two\" {\n  x = 2\n}\n",
            ),
            ("b.tf", "resource \"aws_b\" \"open\" {\n  x = 1\n\nresource \"aws_b\" \"next\" {\n  y = 2\n}\n"),
            ("c.tf", "resource \"aws_c\" \"twice\" {\n  x = 1\n  x = 2\n  tags { a = 1 }\n}\n"),
        ],
        &expect![[r#"
            aws_a.one
              x = 1
              y = ?(the expression could not be read)
            aws_a.two
              x = 2
            aws_b.open
              x = 1
            aws_b.next
              y = 2
            aws_c.twice
              x = 1
              x = 2
              tags = [{a: 1}]
            unreadable a.tf:4:3: not valid HCL: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
            unreadable b.tf:2:7: not valid HCL: invalid block body; expected `}`, newline or identifier
            unreadable c.tf:3:3: not valid HCL: invalid attribute; expected unique attribute key; found redefined attribute
        "#]],
    );
}

#[test]
fn a_policy_has_the_statements_of_every_document_that_its_document_includes() {
    let text = r#"
data "aws_iam_policy_document" "a" {
  statement { actions = ["a:a"] }
}
data "aws_iam_policy_document" "b" {
  source_policy_documents = [data.aws_iam_policy_document.a.json]
  statement { actions = ["b:b"] }
}
data "aws_iam_policy_document" "c" {
  source_policy_documents = [data.aws_iam_policy_document.b.json]
  statement { actions = ["c:c"] }
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.c.json
}
"#;
    let project = crate::read(&crate::MemorySource::new([("main.tf", text)]), &crate::Options::default());
    let policy = project.apps[0].named("aws_iam_policy.p").unwrap();
    let statements = policy.policies.iter().flat_map(|policy| &policy.statements);
    let actions: Vec<String> =
        statements.flat_map(|statement| &statement.actions).map(Value::display).collect();
    assert_eq!(actions, ["c:c", "b:b", "a:a"]);
    assert_eq!(policy.policies[0].written_in.as_deref(), Some("aws_iam_policy_document.c"));
}
