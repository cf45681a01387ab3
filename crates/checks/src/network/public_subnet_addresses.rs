//! A subnet that gives public addresses to what starts in it.
use crate::prelude::*;

check! {
    /// # Public addresses by default
    ///
    /// Whatever starts in this subnet gets a public address.
    ///
    /// ## Why it matters
    ///
    /// A machine or container that was meant to be internal is on the internet the moment it starts,
    /// with its security group as the only fence.
    ///
    /// ## What to do
    ///
    /// Switch automatic public addresses off, and put load balancers and gateways only into public
    /// subnets.
    ///
    /// ```yaml fires
    /// Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: v, MapPublicIpOnLaunch: true } }
    /// ```
    /// ```yaml quiet
    /// Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: v } }
    /// ```
    /// ```hcl fires
    /// resource "aws_subnet" "s" {
    ///   vpc_id                  = "v"
    ///   map_public_ip_on_launch = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_subnet" "s" {
    ///   vpc_id = "v"
    /// }
    /// ```
    PUBLIC_SUBNET_ADDRESSES = "public-subnet-addresses" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_130", "W33"],
        run: public_subnet_addresses,
    }
}

fn public_subnet_addresses(app: &App, findings: &mut Findings) {
    for subnet in app.all(Kind::Subnet) {
        findings.when(subnet.flag("public_addresses"), || {
            PUBLIC_SUBNET_ADDRESSES
                .on(subnet, "public_addresses", format!("`{}` gives out public addresses", subnet.name))
                .fix(Fix::risky("give none", subnet.set("public_addresses", false)))
        });
    }
}
