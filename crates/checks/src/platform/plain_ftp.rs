//! A file transfer server that speaks FTP.
use crate::prelude::*;
use crate::repair::without_words;

check! {
    /// # FTP without encryption
    ///
    /// Passwords and files travel in the clear.
    ///
    /// ## Why it matters
    ///
    /// Everyone on the way can read the password, and use it.
    ///
    /// ## What to do
    ///
    /// Use SFTP or FTPS.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: VPC, Protocols: [ FTP ] } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: VPC, Protocols: [ SFTP ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_transfer_server" "x" {
    ///   protocols = ["FTP"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_transfer_server" "x" {
    ///   protocols = ["SFTP"]
    /// }
    /// ```
    PLAIN_FTP = "plain-ftp" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_357"],
        run: plain_ftp,
    }
}

fn plain_ftp(app: &App, findings: &mut Findings) {
    for server in app.all(Kind::FileTransfer) {
        if let Some(plain) = server.list("protocols").iter().find(|name| name.as_str() == Some("FTP")) {
            let others = server.list("protocols").len() > 1;
            let patch = if others {
                without_words(server, "protocols", |name| name == "FTP")
            } else {
                plain.rewrite("SFTP")
            };
            findings.push(
                PLAIN_FTP
                    .at(server, format!("`{}` speaks FTP", server.name))
                    .at(plain.at)
                    .fix(Fix::risky("speak SFTP", patch)),
            );
        }
    }
}
