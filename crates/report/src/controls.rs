//! What the control ids of checks mean, and where they are defined.

/// OWASP Top 10 2017, interpretation for serverless.
const OWASP_SERVERLESS: [&str; 10] = [
    "Injection",
    "Broken Authentication",
    "Sensitive Data Exposure",
    "XML External Entities",
    "Broken Access Control",
    "Security Misconfiguration",
    "Cross-Site Scripting",
    "Insecure Deserialization",
    "Using Components with Known Vulnerabilities",
    "Insufficient Logging and Monitoring",
];

/// OWASP API Security Top 10 2023.
const OWASP_API: [&str; 10] = [
    "Broken Object Level Authorization",
    "Broken Authentication",
    "Broken Object Property Level Authorization",
    "Unrestricted Resource Consumption",
    "Broken Function Level Authorization",
    "Unrestricted Access to Sensitive Business Flows",
    "Server Side Request Forgery",
    "Security Misconfiguration",
    "Improper Inventory Management",
    "Unsafe Consumption of APIs",
];

/// Cloud Security Alliance: the 12 most critical risks for serverless applications.
const CSA: [&str; 12] = [
    "Function Event Data Injection",
    "Broken Authentication",
    "Insecure Serverless Deployment Configuration",
    "Over-Privileged Function Permissions and Roles",
    "Inadequate Function Monitoring and Logging",
    "Insecure Third-Party Dependencies",
    "Insecure Application Secrets Storage",
    "Denial of Service and Financial Resource Exhaustion",
    "Serverless Business Logic Manipulation",
    "Improper Exception Handling and Verbose Error Messages",
    "Obsolete Functions, Cloud Resources and Event Triggers",
    "Cross-Execution Data Persistency",
];

/// A control's name, when its catalogue is a short one.
pub(crate) fn name(control: &str) -> Option<&'static str> {
    let (catalogue, id) = control.split_once(':')?;
    let at = |prefix: &str| id.strip_prefix(prefix)?.parse::<usize>().ok()?.checked_sub(1);
    match catalogue {
        "OWASP-SLS" => OWASP_SERVERLESS.get(at("S")?).copied(),
        "OWASP-API-2023" => OWASP_API.get(at("API")?).copied(),
        "CSA" => CSA.get(at("SAS-")?).copied(),
        _ => None,
    }
}

/// The number of a CWE.
pub(crate) fn cwe(control: &str) -> Option<&str> {
    control.strip_prefix("CWE-").filter(|number| number.chars().all(|digit| digit.is_ascii_digit()))
}

/// Where a control is defined.
pub(crate) fn link(control: &str) -> Option<String> {
    if let Some(number) = cwe(control) {
        return Some(format!("https://cwe.mitre.org/data/definitions/{number}.html"));
    }
    match control.split_once(':')? {
        ("OWASP-SLS", _) => Some("https://owasp.org/www-project-serverless-top-10/".to_owned()),
        ("OWASP-API-2023", id) => {
            let number = format!("{:x}", id.strip_prefix("API")?.parse::<u8>().ok()?);
            let slug = name(control)?.to_lowercase().replace(' ', "-");
            Some(format!("https://owasp.org/API-Security/editions/2023/en/0xa{number}-{slug}/"))
        }
        ("CSA", _) => Some(
            "https://cloudsecurityalliance.org/artifacts/the-12-most-critical-risks-for-serverless-applications"
                .to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_have_names_and_addresses() {
        assert_eq!(name("CSA:SAS-2"), Some("Broken Authentication"));
        assert_eq!(name("OWASP-SLS:S11"), None);
        assert_eq!(link("CWE-306").as_deref(), Some("https://cwe.mitre.org/data/definitions/306.html"));
        assert_eq!(
            link("OWASP-API-2023:API10").as_deref(),
            Some("https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/")
        );
    }
}
