//! Starts a check: its file, and its line in the area's list.
use std::fs;

/// Writes `crates/checks/src/AREA/ID.rs` and lists it.
pub(crate) fn run(area: &str, id: &str) -> Result<(), String> {
    let is_id = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_id || id.is_empty() || id.starts_with('-') {
        return Err(format!("`{id}` is no id: write lower-case words with `-`, such as public-function-url"));
    }
    let source = crate::root().join("crates/checks/src");
    let list = source.join(format!("{area}.rs"));
    let text = fs::read_to_string(&list).map_err(|_| format!("there is no area `{area}`"))?;
    let module = id.replace('-', "_");
    let file = source.join(area).join(format!("{module}.rs"));
    if file.exists() {
        return Err(format!("`{}` exists already", file.display()));
    }
    let listed = insert(&text, &module).ok_or_else(|| format!("`{}` has no `area!` list", list.display()))?;
    let written = fs::write(&file, template(id, &module)).and_then(|()| fs::write(&list, listed));
    written.map_err(|why| why.to_string())?;
    println!("wrote {}\nnow: fill its page and its examples, then `cargo test -p checks`", file.display());
    Ok(())
}

/// The area's list with one more module, in alphabetical order.
fn insert(text: &str, module: &str) -> Option<String> {
    let (before, rest) = text.split_once("area! {")?;
    let (inside, after) = rest.split_once('}')?;
    let mut modules: Vec<&str> =
        inside.split(',').map(str::trim).filter(|name| !name.is_empty()).chain([module]).collect();
    modules.sort_unstable();
    let lines: String = modules.iter().map(|name| format!("    {name},\n")).collect();
    Some(format!("{before}area! {{\n{lines}}}{after}"))
}

fn template(id: &str, module: &str) -> String {
    let constant = module.to_uppercase();
    let title = id.replace('-', " ");
    format!(
        r#"//! TITLE: one line.
use crate::prelude::*;

check! {{
    /// # {title}
    ///
    /// One sentence that says what is wrong.
    ///
    /// ## Why it matters
    ///
    /// ## What to do
    ///
    /// ```yaml fires
    /// ```
    /// ```yaml quiet
    /// ```
    {constant} = "{id}" {{
        since: "{version}",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-"],
        also_known_as: &[],
        run: {module},
    }}
}}

fn {module}(app: &App, findings: &mut Findings) {{
    for function in app.functions() {{
        findings.unless_on(function, "tracing", || {constant}.at(function, format!("`{{}}` …", function.name)));
    }}
}}
"#,
        version = env!("CARGO_PKG_VERSION"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_listed_in_order() {
        let listed = insert("//! A.\narea! {\n    a,\n    c,\n}\n", "b").unwrap();
        assert_eq!(listed, "//! A.\narea! {\n    a,\n    b,\n    c,\n}\n");
    }

    #[test]
    fn an_empty_list_takes_a_module() {
        assert_eq!(insert("area! {  }\n", "b").unwrap(), "area! {\n    b,\n}\n");
    }
}
