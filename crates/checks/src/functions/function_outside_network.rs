//! A function is not attached to a VPC.
use crate::prelude::*;

check! {
    /// # Function outside of a network
    ///
    /// A function is not attached to a VPC.
    ///
    /// ## Why it matters
    ///
    /// It reaches the whole internet, and what it reaches cannot be filtered or logged. Many functions
    /// need no network of their own: this is a matter of preference, until they handle data that must
    /// not leave.
    ///
    /// ## What to do
    ///
    /// Attach the function to private subnets, with endpoints for the services that it uses.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     VpcConfig: { SubnetIds: [subnet-1, subnet-2], SecurityGroupIds: [sg-1] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   vpc_config {
    ///     subnet_ids         = ["subnet-1", "subnet-2"]
    ///     security_group_ids = ["sg-1"]
    ///   }
    /// }
    /// ```
    FUNCTION_OUTSIDE_NETWORK = "function-outside-network" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-668", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_117", "LAMBDA_INSIDE_VPC", "W89"],
        run: function_outside_network,
    }
}

fn function_outside_network(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = (!function.has("network")).into();
        findings.when(wrong, || {
            FUNCTION_OUTSIDE_NETWORK.on(
                function,
                "network",
                format!("`{}` is not attached to a network", function.name),
            )
        });
    }
}
