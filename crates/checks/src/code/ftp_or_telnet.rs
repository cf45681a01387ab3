//! A protocol is used that sends passwords in the clear.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # FTP or Telnet
    ///
    /// A protocol is used that sends passwords in the clear.
    ///
    /// ## Why it matters
    ///
    /// FTP and Telnet know no encryption: whoever is on the way reads the password, and changes what is
    /// sent.
    ///
    /// ## What to do
    ///
    /// Use SFTP (`paramiko`, `ssh2-sftp-client`), FTPS (`ftplib.FTP_TLS`) or SSH.
    ///
    /// ```python fires
    /// import ftplib
    ///
    /// def handler(event, context):
    ///     return ftplib.FTP("files.example").nlst()
    /// ```
    /// ```python quiet
    /// import ftplib
    ///
    /// def handler(event, context):
    ///     return ftplib.FTP_TLS("files.example").nlst()
    /// ```
    /// ```javascript fires
    /// const Client = require("ftp");
    ///
    /// exports.handler = async () => {
    ///   const client = new Client();
    ///   client.connect({ host: "files.example" });
    /// };
    /// ```
    /// ```javascript quiet
    /// const Client = require("ssh2-sftp-client");
    ///
    /// exports.handler = async () => {
    ///   const client = new Client();
    ///   await client.connect({ host: "files.example" });
    /// };
    /// ```
    FTP_OR_TELNET = "ftp-or-telnet" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-319", "CWE-523", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B321"],
        run: ftp_or_telnet,
    }
}

const CLIENTS: &[&str] =
    &["ftplib.FTP", "telnetlib.Telnet", "telnetlib3.open_connection", "ftp().connect", "jsftp"];

fn ftp_or_telnet(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.is(CLIENTS)) {
        // `secure: true` of the npm package is FTPS.
        if !seen.may_have("secure") {
            findings.push(
                seen.finding(&FTP_OR_TELNET, format!("`{}` sends everything in the clear", seen.call.api))
                    .fix_if(
                        (seen.call.api == "ftplib.FTP")
                            .then(|| seen.renamed("FTP_TLS"))
                            .flatten()
                            .map(|patch| Fix::risky("use FTP over TLS", patch)),
                    ),
            );
        }
    }
}
