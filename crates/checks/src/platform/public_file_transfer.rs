//! A file transfer server on the internet.
use crate::prelude::*;

check! {
    /// # Public file transfer server
    ///
    /// The server answers every address of the internet.
    ///
    /// ## Why it matters
    ///
    /// Transfer servers are tried with lists of passwords all day, and partners that use them come
    /// from a few known addresses.
    ///
    /// ## What to do
    ///
    /// Use a VPC endpoint, with a security group for your partners' addresses.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: PUBLIC } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: VPC } }
    /// ```
    /// ```hcl fires
    /// resource "aws_transfer_server" "x" {
    ///   domain = "S3"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_transfer_server" "x" {
    ///   endpoint_type = "VPC"
    /// }
    /// ```
    PUBLIC_FILE_TRANSFER = "public-file-transfer" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_164"],
        run: public_file_transfer,
    }
}

fn public_file_transfer(app: &App, findings: &mut Findings) {
    for server in app.all(Kind::FileTransfer) {
        let inside = server.is("endpoint", "VPC") | server.is("endpoint", "VPC_ENDPOINT");
        findings.when(!inside, || {
            PUBLIC_FILE_TRANSFER.on(server, "endpoint", format!("`{}` answers everyone", server.name))
        });
    }
}
