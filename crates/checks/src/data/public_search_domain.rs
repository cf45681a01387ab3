//! The access policy of this domain lets everyone in, and the domain has a public endpoint.
use super::policies::{Guarded, held, open_statement};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Search domain that answers everyone
    ///
    /// The access policy of this domain lets everyone in, and the domain has a public endpoint.
    ///
    /// ## Why it matters
    ///
    /// Anybody can read, change and delete the indexes. Open search domains are found by scanners within
    /// hours, and held to ransom.
    ///
    /// ## What to do
    ///
    /// Name the roles that use the domain, and put it into a network.
    ///
    /// ```yaml fires
    /// Search:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties:
    ///     AccessPolicies: { Statement: [{ Effect: Allow, Principal: { AWS: "*" }, Action: "es:*", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Search:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties:
    ///     VPCOptions: { SubnetIds: [a] }
    ///     AccessPolicies: { Statement: [{ Effect: Allow, Principal: { AWS: "*" }, Action: "es:*", Resource: "*" }] }
    /// ```
    PUBLIC_SEARCH_DOMAIN = "public-search-domain" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: public_search_domain,
    }
}

fn public_search_domain(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Search) {
        let domain = app.owner(held.node).unwrap_or(held.node);
        let shielded = domain.kind == Kind::SearchDomain
            && (domain.has("network") || domain.flag("access_control").is_true());
        let (open, statement) = open_statement(held.policy);
        if shielded {
            continue;
        }
        findings.when(open, || {
            PUBLIC_SEARCH_DOMAIN
                .at(held.node, format!("`{}` answers everyone", domain.name))
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
