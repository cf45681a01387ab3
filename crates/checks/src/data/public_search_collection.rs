//! The network policy of these collections lets requests from the internet in.
use crate::prelude::*;

check! {
    /// # Search collection open to the internet
    ///
    /// The network policy of these collections lets requests from the internet in.
    ///
    /// ## Why it matters
    ///
    /// Only the data access policy stands between everyone and the documents.
    ///
    /// ## What to do
    ///
    /// Allow access from network endpoints only.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::OpenSearchServerless::SecurityPolicy
    ///   Properties:
    ///     Name: n
    ///     Type: network
    ///     Policy: '[{"Rules":[{"ResourceType":"collection","Resource":["collection/c"]}],"AllowFromPublic":true}]'
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::OpenSearchServerless::SecurityPolicy
    ///   Properties:
    ///     Name: n
    ///     Type: network
    ///     Policy: '[{"Rules":[{"ResourceType":"collection","Resource":["collection/c"]}],"AllowFromPublic":false,"SourceVPCEs":["vpce-1"]}]'
    /// ```
    PUBLIC_SEARCH_COLLECTION = "public-search-collection" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: public_search_collection,
    }
}

fn public_search_collection(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::SearchDomain) {
        findings.when(node.flag("public"), || {
            PUBLIC_SEARCH_COLLECTION.on(
                node,
                "policy_text",
                format!("`{}` opens collections to the internet", node.name),
            )
        });
    }
}
