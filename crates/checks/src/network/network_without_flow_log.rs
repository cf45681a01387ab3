//! A network whose traffic is not recorded.
use crate::prelude::*;

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
                    .at(network, format!("the traffic of `{}` is not recorded", network.name)),
            );
        }
    }
}
