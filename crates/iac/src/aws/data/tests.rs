//! What the tables of stores make of templates.
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::Value;

use crate::{MemorySource, Options, read};

/// Every node with its attributes and policies, and every edge, as the model has them.
fn check(path: &str, text: &str, expected: &Expect) {
    let project = read(&MemorySource::new([(path, text)]), &Options::default());
    let app = project.apps.first().expect("one application");
    let mut shown = String::new();
    for node in &app.nodes {
        let attrs = node.attrs.iter().map(|(name, value)| format!(" {name}={}", Value::display(value)));
        let policies = node.resource_policies.iter().map(|policy| {
            let from = policy.written_in.as_deref().unwrap_or("itself");
            format!(" policy({} of {from})", policy.statements.len())
        });
        let words: String = attrs.chain(policies).collect();
        writeln!(shown, "{} {}:{words}", node.kind.as_str(), node.name).expect("a string takes everything");
    }
    for edge in &app.edges {
        let name = |id| app.node(id).map(|node| node.name.as_str()).unwrap_or_default();
        writeln!(shown, "{} {} {}", name(edge.from), edge.relation.as_str(), name(edge.to))
            .expect("a string takes everything");
    }
    expected.assert_eq(&shown);
}

#[test]
fn settings_written_beside_a_bucket_become_its_own() {
    check(
        "main.tf",
        r#"
resource "aws_s3_bucket" "data" {
  bucket = "data"
}
resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_policy" "data" {
  bucket = "data"
  policy = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "*", Resource = "*" }] })
}
resource "aws_s3_bucket_notification" "data" {
  bucket = aws_s3_bucket.data.id
  queue {
    queue_arn = aws_sqs_queue.jobs.arn
    events    = ["s3:ObjectCreated:*"]
  }
}
resource "aws_sqs_queue" "jobs" {}
"#,
        &expect![[r#"
            bucket aws_s3_bucket.data: name=data notifications=true notify_queues={target: ${aws_sqs_queue.jobs.arn}, events: s3:ObjectCreated:*} versioning=true policy(1 of aws_s3_bucket_policy.data)
            bucket-setting aws_s3_bucket_versioning.data: bucket=${aws_s3_bucket.data.id} versioning=true
            resource-policy aws_s3_bucket_policy.data: target=${aws_s3_bucket.data} policy(1 of itself)
            bucket-setting aws_s3_bucket_notification.data: bucket=${aws_s3_bucket.data.id} notifications=true notify_queues={target: ${aws_sqs_queue.jobs.arn}, events: s3:ObjectCreated:*}
            queue aws_sqs_queue.jobs:
            aws_s3_bucket.data sends-to aws_sqs_queue.jobs
            aws_s3_bucket_versioning.data uses aws_s3_bucket.data
            aws_s3_bucket_policy.data protects aws_s3_bucket.data
            aws_s3_bucket_notification.data sends-to aws_sqs_queue.jobs
            aws_s3_bucket_notification.data uses aws_s3_bucket.data
        "#]],
    );
}

#[test]
fn settings_of_a_bucket_whose_name_is_not_known_find_it_by_their_words() {
    check(
        "main.tf",
        r#"
variable "name" {}
resource "aws_s3_bucket" "data" {
  bucket = var.name
}
resource "aws_s3_bucket_logging" "data" {
  bucket        = var.name
  target_bucket = "logs"
}
"#,
        &expect![[r#"
            bucket aws_s3_bucket.data: log_target=logs logging=true name=${var.name}
            bucket-setting aws_s3_bucket_logging.data: bucket=${aws_s3_bucket.data} log_target=logs logging=true
            aws_s3_bucket_logging.data uses aws_s3_bucket.data
        "#]],
    );
}

#[test]
fn redrive_policies_are_read_from_maps_and_from_text() {
    check(
        "template.yaml",
        "Resources:
  A:
    Type: AWS::SQS::Queue
    Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
  B:
    Type: AWS::SNS::Subscription
    Properties:
      Protocol: sqs
      RedrivePolicy: !Sub '{\"deadLetterTargetArn\": \"${Dead.Arn}\"}'
  Dead: { Type: AWS::SQS::Queue }
",
        &expect![[r#"
            queue A: dead_letters=${Dead.Arn} max_receives=3 redrive={deadLetterTargetArn: ${Dead.Arn}, maxReceiveCount: 3}
            subscription B: dead_letters=${Dead.Arn} protocol=sqs redrive={deadLetterTargetArn: ${Dead.Arn}}
            queue Dead:
            A dead-letters Dead
            B dead-letters Dead
        "#]],
    );
}

#[test]
fn one_queue_policy_is_for_many_queues() {
    check(
        "template.yaml",
        "Resources:
  A: { Type: AWS::SQS::Queue }
  B: { Type: AWS::SQS::Queue }
  P:
    Type: AWS::SQS::QueuePolicy
    Properties: { Queues: [!Ref A, !Ref B], PolicyDocument: { Statement: [{ Effect: Allow, Action: sqs:* }] } }
",
        &expect![[r#"
            queue A: policy(1 of P)
            queue B: policy(1 of P)
            resource-policy P: target=${A}, ${B} policy(1 of itself)
            P protects A
            P protects B
        "#]],
    );
}

#[test]
fn scaling_a_table_is_told_by_its_policy() {
    check(
        "main.tf",
        r#"
resource "aws_dynamodb_table" "orders" {
  lifecycle {
    prevent_destroy = true
  }
}
resource "aws_appautoscaling_target" "reads" {
  resource_id = "table/${aws_dynamodb_table.orders.name}"
}
resource "aws_appautoscaling_policy" "reads" {
  resource_id = aws_appautoscaling_target.reads.resource_id
}
"#,
        &expect![[r#"
            table aws_dynamodb_table.orders: deletion_policy=Prevent scales=true
            other aws_appautoscaling_target.reads:
            other aws_appautoscaling_policy.reads:
        "#]],
    );
}

#[test]
fn both_forms_of_a_permission_on_a_bus_are_policies() {
    check(
        "template.yaml",
        "Resources:
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders } }
  Old:
    Type: AWS::Events::EventBusPolicy
    Properties: { EventBusName: !Ref Bus, StatementId: a, Principal: '111122223333', Action: events:PutEvents }
  New:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: b
      Statement: { Effect: Allow, Principal: '*', Action: events:PutEvents, Resource: '*' }
",
        &expect![[r#"
            event-bus Bus: name=orders policy(1 of Old) policy(1 of New)
            resource-policy Old: target=${Bus} policy(1 of itself)
            resource-policy New: target=${Bus} policy(1 of itself)
            Old protects Bus
            New protects Bus
        "#]],
    );
}

#[test]
fn parameters_of_engines_are_a_map_however_they_are_written() {
    check(
        "main.tf",
        r#"
resource "aws_db_parameter_group" "g" {
  family = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}
"#,
        &expect![[r#"
            database-parameters aws_db_parameter_group.g: family=postgres16 values={rds.force_ssl: 1}
        "#]],
    );
}
