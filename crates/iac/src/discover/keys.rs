//! What a file is, by the keys at its top level. No parsing: one pass over the text.

/// Any of the forms below that a file of any name may have.
pub(super) fn is_any(text: &str) -> bool {
    is_template(text) || is_plan(text)
}

/// A CloudFormation or SAM template: at its top `Resources` and somewhere a word that only templates
/// have, or the version of its format. A template that is broken is still one.
pub(super) fn is_template(text: &str) -> bool {
    const VERSION: &str = "AWSTemplateFormatVersion";
    const MARKS: &[&str] = &["AWS::", VERSION, "Alexa::ASK", "Custom::"];
    let has = |key: &str| text.contains(key) && has_key(text, key);
    has(VERSION) || (has("Resources") && MARKS.iter().any(|mark| text.contains(mark)))
}

/// A service of the Serverless Framework, whatever its file is called.
pub(super) fn is_service(text: &str) -> bool {
    text.contains("provider") && has_key(text, "service") && has_key(text, "provider")
}

/// `terraform show -json PLAN`.
pub(super) fn is_plan(text: &str) -> bool {
    (text.contains("\"terraform_version\"") || text.contains("\"root_module\""))
        && (has_key(text, "planned_values") || has_key(text, "resource_changes"))
}

/// The manifest of a cloud assembly.
pub(super) fn is_manifest(text: &str) -> bool {
    text.contains("aws:cloudformation:stack") || text.contains("cdk:cloud-assembly")
}

/// Whether a YAML or JSON document has this key at its top level.
pub(super) fn has_key(text: &str, key: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    match first_line(text) {
        Some(line) if line.trim_start().starts_with('{') => json_has_key(text, key),
        Some(line) => yaml_has_key(text, key, indent(line)),
        None => false,
    }
}

/// The first line that is neither empty, a comment, a directive nor a mark.
fn first_line(text: &str) -> Option<&str> {
    text.lines().find(|line| {
        let words = line.trim_start();
        !(words.is_empty() || words.starts_with(['#', '%']) || words.starts_with("---"))
    })
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn yaml_has_key(text: &str, key: &str, top: usize) -> bool {
    text.lines().any(|line| {
        let words = line.trim_start();
        indent(line) == top
            && words
                .trim_start_matches(['"', '\''])
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    })
}

fn json_has_key(text: &str, key: &str) -> bool {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            // Comments stand in flow-style YAML.
            b'#' => while bytes.next().is_some_and(|(_, byte)| byte != b'\n') {},
            b'"' => {
                let end = string_end(&mut bytes);
                let is_key = depth == 1
                    && text.get(at + 1..end) == Some(key)
                    && text.get(end + 1..).is_some_and(|rest| rest.trim_start().starts_with(':'));
                if is_key {
                    return true;
                }
            }
            _ if depth == 1 && text.get(at..).is_some_and(|rest| rest.starts_with(key)) => {
                let rest = text.get(at + key.len()..).unwrap_or_default();
                if rest.trim_start().starts_with(':') {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Reads to the quote that ends a string, and says where it stands.
fn string_end(bytes: &mut impl Iterator<Item = (usize, u8)>) -> usize {
    let mut last = 0;
    while let Some((at, byte)) = bytes.next() {
        last = at;
        match byte {
            b'\\' => last = bytes.next().map_or(last, |(at, _)| at),
            b'"' => break,
            _ => {}
        }
    }
    last
}
