//! A classic load balancer's policy with old protocols.
use super::balancers::is_weak_policy;
use crate::prelude::*;

check! {
    /// # Weak classic load balancer policy
    ///
    /// The policy allows SSL 3.0, TLS 1.0 or TLS 1.1.
    ///
    /// ## Why it matters
    ///
    /// These versions fall to attacks such as POODLE and BEAST.
    ///
    /// ## What to do
    ///
    /// Refer to a predefined policy for TLS 1.2, or move to an application load balancer.
    ///
    /// ```hcl fires
    /// resource "aws_load_balancer_policy" "p" {
    ///   load_balancer_name = "l"
    ///   policy_name        = "p"
    ///   policy_type_name   = "SSLNegotiationPolicyType"
    ///   policy_attribute {
    ///     name  = "Protocol-TLSv1"
    ///     value = "true"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_load_balancer_policy" "p" {
    ///   load_balancer_name = "l"
    ///   policy_name        = "p"
    ///   policy_type_name   = "SSLNegotiationPolicyType"
    ///   policy_attribute {
    ///     name  = "Reference-Security-Policy"
    ///     value = "ELBSecurityPolicy-TLS-1-2-2017-01"
    ///   }
    /// }
    /// ```
    WEAK_LOAD_BALANCER_POLICY = "weak-load-balancer-policy" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-327", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_213"],
        run: weak_load_balancer_policy,
    }
}

fn weak_load_balancer_policy(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::TlsPolicy) {
        let weak = policy.list("settings").iter().find(|setting| {
            let value = setting.get("value");
            match setting.get("name").and_then(Value::as_str) {
                Some("Protocol-SSLv3" | "Protocol-TLSv1" | "Protocol-TLSv1.1") => {
                    value.is_some_and(|value| value.truth().is_true())
                }
                Some("Reference-Security-Policy") => {
                    value.and_then(Value::as_str).is_some_and(is_weak_policy)
                }
                _ => false,
            }
        });
        if let Some(setting) = weak {
            findings.push(
                WEAK_LOAD_BALANCER_POLICY
                    .at(policy, format!("`{}` allows old protocols", policy.name))
                    .at(setting.at)
                    .fix_if(ask_for_later(setting)),
            );
        }
    }
}

fn ask_for_later(setting: &Value) -> Option<Fix> {
    let is_policy = setting.get("name").and_then(Value::as_str) == Some("Reference-Security-Policy");
    let wanted = if is_policy { "ELBSecurityPolicy-TLS-1-2-2017-01" } else { "false" };
    Some(Fix::risky("ask for TLS 1.2", setting.get("value")?.rewrite(wanted)))
}
