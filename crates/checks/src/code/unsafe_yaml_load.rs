//! YAML is read with a loader that builds any object.
use crate::code::shared::{Seen, calls, name_of};
use crate::prelude::*;

check! {
    /// # Unsafe YAML load
    ///
    /// YAML is read with a loader that builds any object.
    ///
    /// ## Why it matters
    ///
    /// A document for such a loader can name a class and its arguments. Reading it is then running it.
    ///
    /// ## What to do
    ///
    /// Use `yaml.safe_load`: it builds lists, maps and plain values only.
    ///
    /// ```python fires
    /// import yaml
    ///
    /// def handler(event, context):
    ///     with open("/opt/rules.yaml") as file:
    ///         return yaml.load(file, Loader=yaml.Loader)
    /// ```
    /// ```python quiet
    /// import yaml
    ///
    /// def handler(event, context):
    ///     with open("/opt/rules.yaml") as file:
    ///         return yaml.load(file, Loader=yaml.SafeLoader)
    /// ```
    UNSAFE_YAML_LOAD = "unsafe-yaml-load" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-502", "OWASP-SLS:S8", "CSA:SAS-1"],
        also_known_as: &["B506"],
        run: unsafe_yaml_load,
    }
}

const UNSAFE: &[&str] = &["UnsafeLoader", "Loader", "CLoader", "FullLoader"];

fn unsafe_yaml_load(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(Seen::is_python) {
        let loader = seen.argument(1, "Loader").and_then(|argument| name_of(&argument.value));
        let is_unsafe = if seen.is(&["yaml.load", "yaml.load_all"]) {
            let has_loader = seen.argument(1, "Loader").is_some() || seen.may_have("Loader");
            let is_named =
                loader.and_then(|name| name.rsplit('.').next()).is_some_and(|name| UNSAFE.contains(&name));
            !has_loader || is_named
        } else {
            seen.is(&["yaml.unsafe_load", "yaml.unsafe_load_all"])
        };
        if !is_unsafe {
            continue;
        }
        let message = format!("`{}` builds any object that the document names", seen.call.api);
        let mut finding = seen.finding(&UNSAFE_YAML_LOAD, message);
        let safe = if seen.call.api.ends_with("_all") { "safe_load_all" } else { "safe_load" };
        // With a loader of its own the call would be one argument too many.
        let is_bare = seen.argument(1, "Loader").is_none();
        if let Some(patch) = seen.renamed(safe).filter(|_| is_bare) {
            finding = finding.fix(Fix::risky("read plain values only", patch));
        }
        // `yaml.UnsafeLoader`, as it stands.
        let named = seen.argument(1, "Loader").and_then(|argument| {
            UNSAFE.iter().find_map(|name| seen.named_otherwise(argument, name, "SafeLoader"))
        });
        finding = finding.fix_if(named.map(|patch| Fix::risky("read plain values only", patch)));
        findings.push(finding);
    }
}
