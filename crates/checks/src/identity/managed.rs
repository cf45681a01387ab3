//! Managed policies that nodes of the template attach, by name.
use model::{App, Fix, Node, Patch, Policy, PolicyOrigin};

/// Every managed policy that stands in a node, with the policy's own name.
pub(super) fn managed(app: &App) -> impl Iterator<Item = (&Node, &Policy, &str)> {
    app.nodes.iter().flat_map(|node| {
        node.own_policies().filter_map(move |policy| match &policy.origin {
            // AWS's own policies stand at `…:iam::aws:policy/…`; SAM also takes their bare names.
            PolicyOrigin::Managed(arn) if arn.contains(":aws:policy/") || !arn.contains([':', '/', '$']) => {
                Some((node, policy, arn.rsplit('/').next().unwrap_or(arn)))
            }
            _ => None,
        })
    })
}

/// Attaches another one of the provider's policies in its place.
pub(super) fn replaced(policy: &Policy, name: &str) -> Option<Fix> {
    let patch = Patch::Rewrite { at: policy.at, value: format!("arn:aws:iam::aws:policy/{name}").into() };
    (!policy.at.is_empty()).then(|| Fix::risky(&format!("attach `{name}` instead"), patch))
}
