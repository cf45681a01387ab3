//! Plans in JSON.
use expect_test::expect;

use super::check_plan;

const PLAN: &str = r#"{
  "format_version": "1.2",
  "planned_values": {"root_module": {
    "resources": [
      {"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f",
       "values": {"function_name": "f", "timeout": 3, "vpc_config": [], "kms_key_arn": null,
                  "environment": [{"variables": {"A": "1"}}]}},
      {"address": "aws_s3_bucket.b[0]", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "index": 0,
       "values": {"bucket": "b"}},
      {"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d",
       "values": {"statement": [{"actions": ["s3:*"], "effect": null, "principals": [], "resources": [null]}]}},
      {"address": "aws_iam_policy.p", "mode": "managed", "type": "aws_iam_policy", "name": "p", "values": {}}
    ],
    "child_modules": [{"address": "module.m[\"x.y\"]", "resources": [
      {"address": "module.m[\"x.y\"].aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r",
       "values": {"name": "r", "secret": "s3cret"}, "sensitive_values": {"secret": true}},
      {"address": "module.m[\"x.y\"].aws_q.q", "mode": "managed", "type": "aws_q", "name": "q", "values": {}}
    ]}]
  }},
  "resource_changes": [
    {"address": "aws_lambda_function.f", "change": {"after_unknown":
      {"arn": true, "role": true, "layers": true, "environment": [{"variables": {}}]}}},
    {"address": "data.aws_iam_policy_document.d", "change": {"after_unknown":
      {"json": true, "statement": [{"resources": [true]}]}}},
    {"address": "aws_iam_policy.p", "change": {"after_unknown": {"policy": true, "id": true}}},
    {"address": "module.m[\"x.y\"].aws_q.q", "change": {"after_unknown": {"target": true, "both": true}}}
  ],
  "configuration": {"root_module": {
    "resources": [
      {"address": "aws_lambda_function.f", "expressions": {
        "function_name": {"constant_value": "f"},
        "role": {"references": ["module.m[\"x.y\"].role_arn", "module.m[\"x.y\"]", "module.m"]},
        "layers": {"references": ["local.layers"]},
        "environment": [{"variables": {"constant_value": {"A": "1"}}}]}},
      {"address": "data.aws_iam_policy_document.d", "expressions": {"statement": [
        {"actions": {"constant_value": ["s3:*"]}, "resources": {"references": ["aws_s3_bucket.b[0].arn", "aws_s3_bucket.b[0]", "aws_s3_bucket.b"]}}]}},
      {"address": "aws_iam_policy.p", "expressions": {"policy": {"references": ["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"]}}}
    ],
    "module_calls": {"m": {"source": "./m", "expressions": {"bucket": {"references": ["aws_s3_bucket.b[0].id", "aws_s3_bucket.b[0]", "aws_s3_bucket.b"]}},
      "module": {
        "outputs": {"role_arn": {"expression": {"references": ["aws_iam_role.r.arn", "aws_iam_role.r"]}}},
        "resources": [
          {"address": "aws_iam_role.r", "expressions": {"name": {"constant_value": "r"}}},
          {"address": "aws_q.q", "expressions": {"target": {"references": ["var.bucket"]},
            "both": {"references": ["var.bucket", "aws_iam_role.r.arn", "aws_iam_role.r"]}}}
        ]}}}
  }}
}"#;

#[test]
fn values_are_read_and_what_comes_after_apply_stays_open() {
    check_plan(
        PLAN,
        &expect![[r#"
            aws_lambda_function.f
              function_name = "f"
              timeout = 3
              environment = [{variables: {A: "1"}}]
              role = <module.m["x.y"].aws_iam_role.r.arn>
              layers = ?(known after apply)
            aws_s3_bucket.b[0]
              bucket = "b"
            aws_iam_policy_document.d
              statement = [{actions: ["s3:*"], resources: [<aws_s3_bucket.b[0].arn>]}]
              json = {Version: "2012-10-17", Statement: [{Effect: "Allow", Action: ["s3:*"], Resource: [<aws_s3_bucket.b[0].arn>]}]}
            aws_iam_policy.p
              policy = <aws_iam_policy_document.d.json>
            module.m["x.y"].aws_iam_role.r
              name = "r"
              secret = ?(the plan marks it as sensitive)
            module.m["x.y"].aws_q.q
              target = <aws_s3_bucket.b[0].id>
              both = joined(<module.m["x.y"].aws_iam_role.r.arn>, <aws_s3_bucket.b[0].id>, ?(known after apply))
        "#]],
    );
}

#[test]
fn a_document_that_is_no_plan_is_none() {
    check_plan(
        "{\"planned_values\": {}}",
        &expect![[r#"
        no plan
    "#]],
    );
}

#[test]
fn configurations_that_call_themselves_end() {
    let mut module = "{\"resources\": [], \"outputs\": {\"o\": {\"expression\": {\"references\": [\"module.m.o\", \"module.m\"]}}}}".to_owned();
    for _ in 0..40 {
        module = format!(
            "{{\"module_calls\": {{\"m\": {{\"module\": {module}}}}}, \"outputs\": {{\"o\": {{\"expression\": {{\"references\": [\"module.m.o\", \"module.m\", \"module.m.o\"]}}}}}}}}"
        );
    }
    let plan = format!(
        "{{\"planned_values\": {{\"root_module\": {{\"resources\": [{{\"address\": \"a.b\", \"type\": \"a\", \"values\": {{}}}}]}}}}, \"resource_changes\": [{{\"address\": \"a.b\", \"change\": {{\"after_unknown\": {{\"x\": true}}}}}}], \"configuration\": {{\"root_module\": {{\"resources\": [{{\"address\": \"a.b\", \"expressions\": {{\"x\": {{\"references\": [\"module.m.o\"]}}}}}}], \"module_calls\": {{\"m\": {{\"module\": {module}}}}}}}}}}}"
    );
    check_plan(
        &plan,
        &expect![[r#"
        a.b
          x = ?(known after apply)
    "#]],
    );
}
