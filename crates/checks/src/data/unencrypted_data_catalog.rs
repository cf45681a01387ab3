//! The catalogue, or the passwords of its connections, are not encrypted with a key.
use crate::prelude::*;
use crate::repair::{own_key, risky_with};

check! {
    /// # Data catalogue without encryption
    ///
    /// The catalogue, or the passwords of its connections, are not encrypted with a key.
    ///
    /// ## Why it matters
    ///
    /// The catalogue says where all data is, and its connections hold the passwords of databases.
    ///
    /// ## What to do
    ///
    /// Encrypt both with a key.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Glue::DataCatalogEncryptionSettings
    ///   Properties: { CatalogId: c, DataCatalogEncryptionSettings: { EncryptionAtRest: { CatalogEncryptionMode: DISABLED } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_glue_data_catalog_encryption_settings" "store" {
    ///   catalog_id = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Glue::DataCatalogEncryptionSettings
    ///   Properties: { CatalogId: c, DataCatalogEncryptionSettings: { EncryptionAtRest: { CatalogEncryptionMode: SSE-KMS }, ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: true, KmsKeyId: k } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_glue_data_catalog_encryption_settings" "store" {
    ///   data_catalog_encryption_settings {
    ///     encryption_at_rest {
    ///       catalog_encryption_mode = "SSE-KMS"
    ///       sse_aws_kms_key_id      = "k"
    ///     }
    ///     connection_password_encryption {
    ///       return_connection_password_encrypted = true
    ///       aws_kms_key_id                       = "k"
    ///     }
    ///   }
    /// }
    /// ```
    UNENCRYPTED_DATA_CATALOG = "unencrypted-data-catalog" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_94"],
        run: unencrypted_data_catalog,
    }
}

fn unencrypted_data_catalog(app: &App, findings: &mut Findings) {
    for node in app
        .of_type(&["AWS::Glue::DataCatalogEncryptionSettings", "aws_glue_data_catalog_encryption_settings"])
    {
        // Terraform asks for the keys by name.
        let named = |attr: &str| (node.provider_type.starts_with("AWS::") || node.has(attr)).into();
        let catalog = node.is("catalog_encryption", "SSE-KMS") & named("catalog_key");
        let passwords = node.flag("passwords_encrypted") & named("passwords_key");
        findings.when(!(catalog & passwords), || {
            UNENCRYPTED_DATA_CATALOG
                .at(node, format!("`{}` does not encrypt the catalogue and its passwords", node.name))
                .fix(encrypt(app, node))
        });
    }
}

fn encrypt(app: &App, node: &Node) -> Fix {
    let key = own_key(app, node);
    let patches = [
        node.set("catalog_encryption", "SSE-KMS"),
        node.set("catalog_key", key.attribute("Arn")),
        node.set("passwords_encrypted", true),
        node.set("passwords_key", key.attribute("Arn")),
    ];
    risky_with("encrypt both with a customer key", key, patches)
}
