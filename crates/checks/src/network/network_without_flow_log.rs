//! A network whose traffic is not recorded.
use crate::prelude::*;
use crate::repair::{camel, free_name, is_terraform};

check! {
    /// # Network without flow log
    ///
    /// Nobody can tell who talked to whom in this network.
    ///
    /// ## Why it matters
    ///
    /// Flow logs show data leaving for an unknown address, scans between machines, and which
    /// connections were refused. After an incident they are the only witness.
    ///
    /// ## What to do
    ///
    /// Record at least rejected traffic of the network into a log group or bucket.
    ///
    /// ```yaml fires
    /// Net: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
    /// ```
    /// ```yaml quiet
    /// Net: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
    /// Log: { Type: AWS::EC2::FlowLog, Properties: { ResourceId: !Ref Net, ResourceType: VPC, TrafficType: ALL } }
    /// ```
    /// ```hcl fires
    /// resource "aws_vpc" "v" {
    ///   cidr_block = "10.0.0.0/16"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_vpc" "v" {
    ///   cidr_block = "10.0.0.0/16"
    /// }
    ///
    /// resource "aws_flow_log" "l" {
    ///   vpc_id       = aws_vpc.v.id
    ///   traffic_type = "ALL"
    /// }
    /// ```
    NETWORK_WITHOUT_FLOW_LOG = "network-without-flow-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_11", "W60"],
        run: network_without_flow_log,
    }
}

fn network_without_flow_log(app: &App, findings: &mut Findings) {
    for network in app.all(Kind::Network).filter(|network| !network.has("default")) {
        if !app.sources(network, Relation::Protects).any(|log| log.kind == Kind::FlowLog) {
            findings.push(
                NETWORK_WITHOUT_FLOW_LOG
                    .at(network, format!("the traffic of `{}` is not recorded", network.name))
                    .fix(record(app, network)),
            );
        }
    }
}

/// Into a bucket: that needs no role.
fn record(app: &App, network: &Node) -> Fix {
    let name = free_name(app, &format!("{}FlowLogs", camel(&network.name)));
    let bucket = NewNode::new(network, name, ["AWS::S3::Bucket", "aws_s3_bucket"]);
    let bucket = if is_terraform(network) {
        bucket
    } else {
        ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]
            .into_iter()
            .fold(bucket, |bucket, attr| bucket.with(attr, true))
    };
    let name = free_name(app, &format!("{}FlowLog", camel(&network.name)));
    let mut log = NewNode::new(network, name, ["AWS::EC2::FlowLog", "aws_flow_log"])
        .property(["ResourceId", "vpc_id"], Data::reference(&network.name))
        .property(["TrafficType", "traffic_type"], "ALL")
        .property(["LogDestinationType", "log_destination_type"], "s3")
        .property(["LogDestination", "log_destination"], bucket.attribute("Arn"));
    if !is_terraform(network) {
        log = log.property(["ResourceType", ""], "VPC");
    }
    Fix::risky("record the traffic", bucket.create()).and(log.create())
}
