//! A pipeline whose artifacts have no customer key.
use crate::prelude::*;
use crate::repair::with_own_key_and;

check! {
    /// # Pipeline without customer key
    ///
    /// Artifacts of the pipeline are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// What a pipeline passes from step to step is what gets deployed. A key of your own decides who
    /// may read it.
    ///
    /// ## What to do
    ///
    /// Name a KMS key in the artifact store.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodePipeline::Pipeline, Properties: { ArtifactStore: { Type: S3, Location: b } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodePipeline::Pipeline, Properties: { ArtifactStore: { Type: S3, Location: b, EncryptionKey: { Id: k, Type: KMS } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codepipeline" "x" {
    ///   artifact_store {
    ///     location = "b"
    ///     type     = "S3"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codepipeline" "x" {
    ///   artifact_store {
    ///     location = "b"
    ///     type     = "S3"
    ///     encryption_key {
    ///       id   = "k"
    ///       type = "KMS"
    ///     }
    ///   }
    /// }
    /// ```
    PIPELINE_WITHOUT_KEY = "pipeline-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_219"],
        run: pipeline_without_key,
    }
}

fn pipeline_without_key(app: &App, findings: &mut Findings) {
    for pipeline in app.all(Kind::Build).filter(|build| build.is("type", "pipeline").is_true()) {
        findings.unless_set(pipeline, "key", || {
            PIPELINE_WITHOUT_KEY
                .at(pipeline, format!("artifacts of `{}` have no customer key", pipeline.name))
                .fix(with_own_key_and(
                    app,
                    pipeline,
                    "key",
                    "encrypt with a customer key",
                    [pipeline.set("key_type", "KMS")],
                ))
        });
    }
}
