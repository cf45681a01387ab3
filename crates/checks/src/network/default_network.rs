//! An application in the account's default network.
use crate::prelude::*;

check! {
    /// # Default network
    ///
    /// The application uses the network that every account comes with.
    ///
    /// ## Why it matters
    ///
    /// The default network has public subnets only, gives everything a public address, and is shared
    /// by whatever else runs in the account.
    ///
    /// ## What to do
    ///
    /// Make a network for the application, with private subnets.
    ///
    /// ```hcl fires
    /// resource "aws_default_vpc" "d" {}
    /// ```
    /// ```hcl quiet
    /// resource "aws_vpc" "v" {
    ///   cidr_block = "10.0.0.0/16"
    /// }
    /// ```
    DEFAULT_NETWORK = "default-network" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-276", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_148"],
        run: default_network,
    }
}

fn default_network(app: &App, findings: &mut Findings) {
    for network in app.all(Kind::Network) {
        findings.when(network.flag("default"), || {
            DEFAULT_NETWORK.at(network, format!("`{}` is the account's default network", network.name))
        });
    }
}
