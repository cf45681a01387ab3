use expect_test::{Expect, expect};

use crate::{MemorySource, Options};

fn check(path: &str, text: &str, expected: Expect) {
    let project = crate::read(&MemorySource::new([(path, text)]), &Options::default());
    let mut out = String::new();
    for node in project.apps.iter().flat_map(|app| &app.nodes) {
        for skip in &node.skips {
            let until = skip.until.map_or(String::new(), |until| format!(" until {until}"));
            out += &format!("{}: {} ({:?}) {:?}{until}\n", node.name, skip.name, skip.origin, skip.reason);
        }
    }
    for problem in &project.problems {
        if problem.kind == model::ProblemKind::Suspicious {
            out += &format!(
                "! {} {}\n",
                problem.at.map_or(String::new(), |at| project.locate(at)),
                problem.message
            );
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn comments_belong_to_the_resource_around_them() {
    check(
        "template.yaml",
        "Resources:
  A:
    # buckler:ignore public-bucket-acl,CKV_AWS_18 reason=\"a public site\" until=2027-01-31
    Type: AWS::S3::Bucket
    Properties: {} #checkov:skip=CKV_AWS_21:no versions needed
  # bridgecrew:skip=CKV_AWS_1: above
  B:
    Type: AWS::S3::Bucket
",
        expect![[r#"
            A: public-bucket-acl (Buckler) "a public site" until 2027-01-31
            A: CKV_AWS_18 (Buckler) "a public site" until 2027-01-31
            A: CKV_AWS_21 (Checkov) "no versions needed"
            B: CKV_AWS_1 (Checkov) "above"
        "#]],
    );
}

#[test]
fn what_has_no_effect_is_told() {
    check(
        "template.yaml",
        "# checkov:skip=CKV_AWS_1:top
Description: x
Resources:
  A:
    # buckler:ignore public-bucket-acl
    # buckler:ignore reason=\"x\"
    # buckler:ignore a reason=\"x
    # buckler:ignore a reason=\"x\" until=soon
    # buckler:ignore a why=\"x\"
    Type: AWS::S3::Bucket
",
        expect![[r#"
            ! template.yaml:1:1 the suppression stands outside of every resource and has no effect
            ! template.yaml:5:5 the suppression of `public-bucket-acl` gives no reason
            ! template.yaml:6:5 the suppression names no check
            ! template.yaml:7:5 the quote after `reason=` is not closed
            ! template.yaml:8:5 `soon` is no date; write it as YYYY-MM-DD
            ! template.yaml:9:5 `why` is no setting of a suppression
        "#]],
    );
}

#[test]
fn metadata_of_every_tool_is_read() {
    check(
        "template.json",
        r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Metadata": {
            "checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "c"}]},
            "cfn_nag": {"rules_to_suppress": [{"id": "W35", "reason": "r"}]},
            "guard": {"SuppressedRules": ["S3_BUCKET_LOGGING_ENABLED"]},
            "buckler": {"ignore": [{"id": "x", "reason": "y", "until": "2027-01-01"}, {"id": "z"}]}
        }}}}"#,
        expect![[r#"
            A: CKV_AWS_18 (Checkov) "c"
            A: W35 (CfnNag) "r"
            A: x (Buckler) "y" until 2027-01-01
            A: S3_BUCKET_LOGGING_ENABLED (CfnGuard) ""
            ! template.json:5:87 the suppression of `z` gives no reason
        "#]],
    );
}

#[test]
fn terraform_comments_are_read() {
    check(
        "main.tf",
        "# buckler:ignore x reason=\"above\"
resource \"aws_s3_bucket\" \"a\" {
  // checkov:skip=CKV_AWS_18: inside
}
",
        expect![[r#"
            aws_s3_bucket.a: x (Buckler) "above"
            aws_s3_bucket.a: CKV_AWS_18 (Checkov) "inside"
        "#]],
    );
}
