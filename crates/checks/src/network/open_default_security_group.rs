//! A network whose default security group has rules.
use crate::prelude::*;
use crate::repair::{camel, free_name};

check! {
    /// # Open default security group
    ///
    /// The network's default group lets traffic through.
    ///
    /// ## Why it matters
    ///
    /// Whatever is created without a group of its own ends up in the default one, where everything
    /// may talk to everything.
    ///
    /// ## What to do
    ///
    /// Take the default group over with `aws_default_security_group`, and give it no rules.
    ///
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
    /// resource "aws_default_security_group" "d" {
    ///   vpc_id = aws_vpc.v.id
    /// }
    /// ```
    OPEN_DEFAULT_SECURITY_GROUP = "open-default-security-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-276", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_12"],
        run: open_default_security_group,
    }
}

fn open_default_security_group(app: &App, findings: &mut Findings) {
    for network in app.of_type(&["aws_vpc"]) {
        let mut defaults = app
            .sources(network, Relation::RunsIn)
            .filter(|group| group.kind == Kind::SecurityGroup && group.has("default"));
        let closed = defaults.any(|group| {
            let rules = app.sources(group, Relation::PartOf).any(|part| part.kind == Kind::SecurityGroupRule);
            group.list("ingress").is_empty() && group.list("egress").is_empty() && !rules
        });
        if !closed {
            findings.push(
                OPEN_DEFAULT_SECURITY_GROUP
                    .at(network, format!("the default group of `{}` has rules", network.name))
                    .fix(close(app, network)),
            );
        }
    }
}

/// Terraform takes every rule out of a default group that it is told of.
fn close(app: &App, network: &Node) -> Fix {
    let name = free_name(app, &format!("{}Default", camel(&network.name)));
    let group = NewNode::new(network, name, ["", "aws_default_security_group"])
        .property(["", "vpc_id"], Data::reference(&network.name));
    Fix::risky("take its rules out", group.create())
}
