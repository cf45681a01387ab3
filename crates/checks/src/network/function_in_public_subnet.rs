//! A function attached to a public subnet.
use crate::prelude::*;

check! {
    /// # Function in a public subnet
    ///
    /// The function is attached to a subnet for things that face the internet.
    ///
    /// ## Why it matters
    ///
    /// A function in a public subnet still has no way to the internet, so that calls hang until they
    /// time out, while its network card stands next to load balancers and bastions, behind rules that
    /// were made for those.
    ///
    /// ## What to do
    ///
    /// Attach functions to private subnets, with network endpoints or a NAT gateway for what they
    /// call.
    ///
    /// ```yaml fires
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, VpcConfig: { SubnetIds: [ !Ref Public ], SecurityGroupIds: [ sg-1 ] } } }
    /// Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: v, MapPublicIpOnLaunch: true } }
    /// ```
    /// ```yaml quiet
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, VpcConfig: { SubnetIds: [ !Ref Private ], SecurityGroupIds: [ sg-1 ] } } }
    /// Private: { Type: AWS::EC2::Subnet, Properties: { VpcId: v } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    ///   vpc_config {
    ///     subnet_ids         = [aws_subnet.s.id]
    ///     security_group_ids = ["sg-1"]
    ///   }
    /// }
    ///
    /// resource "aws_subnet" "s" {
    ///   vpc_id                  = "v"
    ///   map_public_ip_on_launch = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    /// }
    /// ```
    FUNCTION_IN_PUBLIC_SUBNET = "function-in-public-subnet" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-668", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: function_in_public_subnet,
    }
}

fn function_in_public_subnet(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let subnets = app.targets(function, Relation::RunsIn).filter(|node| node.kind == Kind::Subnet);
        if let Some(subnet) = subnets.into_iter().find(|subnet| subnet.flag("public_addresses").is_true()) {
            let text = format!("`{}` is attached to the public subnet `{}`", function.name, subnet.name);
            findings.push(
                FUNCTION_IN_PUBLIC_SUBNET.on(function, "subnets", text).related(subnet.name_at, "the subnet"),
            );
        }
    }
}
