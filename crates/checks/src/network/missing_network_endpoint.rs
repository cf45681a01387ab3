//! Functions in a network that reach stores over the internet.
use crate::prelude::*;

check! {
    /// # Missing network endpoint
    ///
    /// Functions of this network reach a bucket or table around it.
    ///
    /// ## Why it matters
    ///
    /// Without a gateway endpoint the traffic leaves through a NAT gateway, which costs by the
    /// gigabyte and needs a way out to everywhere. A gateway endpoint for S3 or DynamoDB is free and
    /// can be narrowed by policy.
    ///
    /// ## What to do
    ///
    /// Add a gateway endpoint for each of the two services that the functions use.
    ///
    /// ```yaml fires
    /// Net: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
    /// Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Net } }
    /// Table: { Type: AWS::DynamoDB::Table }
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, VpcConfig: { SubnetIds: [ !Ref Subnet ], SecurityGroupIds: [ sg-1 ] } } }
    /// ```
    /// ```yaml quiet
    /// Net: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
    /// Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Net } }
    /// Table: { Type: AWS::DynamoDB::Table }
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, VpcConfig: { SubnetIds: [ !Ref Subnet ], SecurityGroupIds: [ sg-1 ] } } }
    /// Endpoint: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcId: !Ref Net, ServiceName: !Sub "com.amazonaws.${AWS::Region}.dynamodb" } }
    /// ```
    /// ```hcl fires
    /// resource "aws_vpc" "v" {
    ///   cidr_block = "10.0.0.0/16"
    /// }
    ///
    /// resource "aws_subnet" "s" {
    ///   vpc_id = aws_vpc.v.id
    /// }
    ///
    /// resource "aws_dynamodb_table" "t" {
    ///   name = "t"
    /// }
    ///
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    ///   vpc_config {
    ///     subnet_ids         = [aws_subnet.s.id]
    ///     security_group_ids = ["sg-1"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_vpc" "v" {
    ///   cidr_block = "10.0.0.0/16"
    /// }
    /// ```
    MISSING_NETWORK_ENDPOINT = "missing-network-endpoint" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-668", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: missing_network_endpoint,
    }
}

fn missing_network_endpoint(app: &App, findings: &mut Findings) {
    for network in app.all(Kind::Network) {
        let subnets = app.parts(network, Kind::Subnet);
        let mut inhabitants = subnets.flat_map(|subnet| app.sources(subnet, Relation::RunsIn));
        if !inhabitants.any(|node| node.kind == Kind::Function) {
            continue;
        }
        for (kind, service) in [(Kind::Table, "dynamodb"), (Kind::Bucket, "s3")] {
            let mut endpoints = app.all(Kind::NetworkEndpoint);
            let reached = endpoints.any(|endpoint| {
                endpoint
                    .get("service")
                    .is_some_and(|name| name.display().ends_with(&format!(".{service}")) || name.is_unknown())
            });
            if app.all(kind).next().is_some() && !reached {
                let text = format!("functions of `{}` reach `{service}` around the network", network.name);
                findings.push(MISSING_NETWORK_ENDPOINT.at(network, text));
            }
        }
    }
}
