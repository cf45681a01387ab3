//! A trail that tells nobody of new files.
use crate::prelude::*;
use crate::repair::{free_name, is_terraform, policy_of, pseudo};

check! {
    /// # Trail without notifications
    ///
    /// No topic hears of the trail's new files.
    ///
    /// ## Why it matters
    ///
    /// Tools that look at audit files as they come need to be told. Those that read the log group or
    /// the bucket's own events do not.
    ///
    /// ## What to do
    ///
    /// Name a topic, unless something else reads the trail.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, SnsTopicName: t } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    ///   sns_topic_name = "t"
    /// }
    /// ```
    SILENT_TRAIL = "silent-trail" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_252"],
        run: silent_trail,
    }
}

fn silent_trail(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail).filter(|trail| !trail.has("is_store")) {
        findings.unless_set(trail, "topic", || {
            SILENT_TRAIL
                .at(trail, format!("no topic hears of the files of `{}`", trail.name))
                .fix_if(tell_a_topic(app, trail))
        });
    }
}

/// A topic that the trail's service may write to. Not in Terraform, where the own account has no name.
fn tell_a_topic(app: &App, trail: &Node) -> Option<Fix> {
    if is_terraform(trail) {
        return None;
    }
    let topic = NewNode::new(trail, free_name(app, "TrailTopic"), ["AWS::SNS::Topic", "aws_sns_topic"]);
    let reference = Data::reference(&topic.name);
    let own = Data::map([("StringEquals", Data::map([("aws:SourceAccount", pseudo("AccountId"))]))]);
    let statement = Data::map([
        ("Effect", "Allow".into()),
        ("Principal", Data::map([("Service", "cloudtrail.amazonaws.com".into())])),
        ("Action", "sns:Publish".into()),
        ("Resource", reference.clone()),
        ("Condition", own),
    ]);
    let name = free_name(app, "TrailTopicPolicy");
    let policy = NewNode::new(trail, name, ["AWS::SNS::TopicPolicy", "aws_sns_topic_policy"])
        .with("target", Data::list([reference]))
        .policy(policy_of([statement]));
    let name = topic.attribute("TopicName");
    let fix = Fix::risky("tell a topic", topic.create()).and(policy.create());
    Some(fix.and(trail.set("topic", name)))
}
