//! The URL of a function takes requests with cookies from every origin.
use crate::prelude::*;

check! {
    /// # Cookies from every web page
    ///
    /// The URL of a function takes requests with cookies from every origin.
    ///
    /// ## Why it matters
    ///
    /// A page of anyone acts as the signed-in user, and reads what only the user should see.
    ///
    /// ## What to do
    ///
    /// Name the origins, or leave credentials out.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// U:
    ///   Type: AWS::Lambda::Url
    ///   Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM, Cors: { AllowOrigins: ['*'], AllowMethods: ['GET'], AllowCredentials: true } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// U:
    ///   Type: AWS::Lambda::Url
    ///   Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM, Cors: { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'], AllowCredentials: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// resource "aws_lambda_function_url" "u" {
    ///   function_name      = aws_lambda_function.f.function_name
    ///   authorization_type = "AWS_IAM"
    ///   cors {
    ///     allow_origins     = ["*"]
    ///     allow_methods     = ["GET"]
    ///     allow_credentials = true
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
    /// }
    /// resource "aws_lambda_function_url" "u" {
    ///   function_name      = aws_lambda_function.f.function_name
    ///   authorization_type = "AWS_IAM"
    ///   cors {
    ///     allow_origins     = ["*"]
    ///     allow_methods     = ["GET"]
    ///     allow_credentials = false
    ///   }
    /// }
    /// ```
    FUNCTION_URL_CORS_WITH_CREDENTIALS = "function-url-cors-with-credentials" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-942", "CWE-352", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &[],
        run: function_url_cors_with_credentials,
    }
}

fn function_url_cors_with_credentials(app: &App, findings: &mut Findings) {
    for url in app.all(Kind::FunctionUrl) {
        let every = url.list("cors_origins").iter().any(|value| value.as_str() == Some("*"));
        let wrong = url.flag("cors_credentials") & every.into();
        findings.when(wrong, || {
            let message = format!("`{}` takes cookies from every web page", url.name);
            FUNCTION_URL_CORS_WITH_CREDENTIALS
                .on(url, "cors_credentials", message)
                .fix(Fix::risky("take no cookies", url.set("cors_credentials", false)))
        });
    }
}
