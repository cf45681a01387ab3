//! A function is attached to a single subnet.
use crate::prelude::*;

check! {
    /// # Function in one subnet
    ///
    /// A function is attached to a single subnet.
    ///
    /// ## Why it matters
    ///
    /// When the availability zone fails, so does the function.
    ///
    /// ## What to do
    ///
    /// Name subnets of two or more availability zones.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     VpcConfig: { SubnetIds: [subnet-1], SecurityGroupIds: [sg-1] }
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
    ///   vpc_config {
    ///     subnet_ids         = ["subnet-1"]
    ///     security_group_ids = ["sg-1"]
    ///   }
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
    SINGLE_SUBNET_FUNCTION = "single-subnet-function" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-654", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &["LAMBDA_VPC_MULTI_AZ_CHECK"],
        run: single_subnet_function,
    }
}

fn single_subnet_function(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let subnets = function.get("subnets").map_or(&[][..], Value::items);
        let wrong = matches!(subnets, [one] if one.as_str().is_some_and(|id| id.starts_with("subnet-")) || one.as_ref().is_some_and(|to| app.named(&to.target).is_some_and(|node| node.kind == Kind::Subnet))).into();
        findings.when(wrong, || {
            SINGLE_SUBNET_FUNCTION.on(
                function,
                "subnets",
                format!("`{}` is attached to one subnet", function.name),
            )
        });
    }
}
