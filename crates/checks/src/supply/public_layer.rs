//! Every AWS account may load a layer.
use crate::prelude::*;

check! {
    /// # Layer for everyone
    ///
    /// Every AWS account may load a layer.
    ///
    /// ## Why it matters
    ///
    /// Whatever is in it is public: code, configuration, and what was packed by accident.
    ///
    /// ## What to do
    ///
    /// Name the accounts, or the organisation with `OrganizationId`.
    ///
    /// ```yaml fires
    /// P: { Type: AWS::Lambda::LayerVersionPermission, Properties: { LayerVersionArn: !Ref L, Action: lambda:GetLayerVersion, Principal: '*' } }
    /// L: { Type: AWS::Lambda::LayerVersion, Properties: { Content: { S3Bucket: b, S3Key: k } } }
    /// ```
    /// ```yaml quiet
    /// P: { Type: AWS::Lambda::LayerVersionPermission, Properties: { LayerVersionArn: !Ref L, Action: lambda:GetLayerVersion, Principal: '*', OrganizationId: o-abc } }
    /// L: { Type: AWS::Lambda::LayerVersion, Properties: { Content: { S3Bucket: b, S3Key: k } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_layer_version_permission" "p" {
    ///   layer_name     = "l"
    ///   version_number = 1
    ///   statement_id   = "s"
    ///   action         = "lambda:GetLayerVersion"
    ///   principal      = "*"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_layer_version_permission" "p" {
    ///   layer_name     = "l"
    ///   version_number = 1
    ///   statement_id   = "s"
    ///   action         = "lambda:GetLayerVersion"
    ///   principal      = "123456789012"
    /// }
    /// ```
    PUBLIC_LAYER = "public-layer" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-732", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: public_layer,
    }
}

fn public_layer(app: &App, findings: &mut Findings) {
    for permission in app.all(Kind::LayerPermission).filter(|permission| !permission.has("organization")) {
        findings.when(permission.is("principal", "*"), || {
            PUBLIC_LAYER.on(
                permission,
                "principal",
                format!("`{}` opens the layer to every account", permission.name),
            )
        });
    }
}
