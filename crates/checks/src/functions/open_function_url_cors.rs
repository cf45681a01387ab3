//! The URL of a function may be called by scripts of every web page, with every method.
use crate::prelude::*;

check! {
    /// # Function URL for every web page
    ///
    /// The URL of a function may be called by scripts of every web page, with every method.
    ///
    /// ## Why it matters
    ///
    /// A page of anyone can call it from the browser of your users, and read the answer.
    ///
    /// ## What to do
    ///
    /// Name the origins and the methods that your pages use.
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
    ///   Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM, Cors: { AllowOrigins: ['*'], AllowMethods: ['*'] } }
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
    ///   Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: AWS_IAM, Cors: { AllowOrigins: ['https://shop.example'], AllowMethods: ['*'] } }
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
    ///     allow_methods     = ["*"]
    ///     allow_credentials = false
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
    ///     allow_origins     = ["https://shop.example"]
    ///     allow_methods     = ["GET"]
    ///     allow_credentials = false
    ///   }
    /// }
    /// ```
    OPEN_FUNCTION_URL_CORS = "open-function-url-cors" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-942", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_75"],
        run: open_function_url_cors,
    }
}

fn open_function_url_cors(app: &App, findings: &mut Findings) {
    for url in app.all(Kind::FunctionUrl) {
        let every = |attr| url.list(attr).iter().any(|value| value.as_str() == Some("*"));
        if every("cors_origins") && every("cors_methods") {
            let function = app.owner(url).unwrap_or(url);
            let message = format!("the URL of `{}` takes calls from every web page", function.name);
            findings.push(
                OPEN_FUNCTION_URL_CORS
                    .at(function, message)
                    .at(url.at("cors_origins"))
                    .fix(Fix::risky("let no other origin in", url.unset("cors_origins"))),
            );
        }
    }
}
