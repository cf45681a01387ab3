//! How the ARN of each type of resource reads, as a table.
use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::Node;

/// How the ARN of a type reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub service: &'static str,
    /// `table/{}`, where `{}` is what identifies it.
    pub resource: &'static str,
    /// What a plain reference gives (`Ref`, Terraform's `.id`).
    pub reference: Reference,
    /// The attribute with the ARN in CloudFormation.
    pub attribute: Option<&'static str>,
    /// The name that the template may give is what identifies it.
    pub named: bool,
}

/// What a plain reference to a resource gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    Name,
    Id,
    Arn,
    Url,
}

/// The form of a node's type; of a data source the form of what it reads.
pub(crate) fn of(node: &Node) -> Option<&'static Form> {
    let name = node.provider_type.strip_prefix("data.").unwrap_or(&node.provider_type);
    forms().get(name)
}

/// The service's own name in the table, when some type is of it.
pub(super) fn form_of(service: &str) -> Option<&'static str> {
    static SERVICES: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    let services =
        SERVICES.get_or_init(|| forms().values().map(|form| (form.service, form.service)).collect());
    services.get(service).copied()
}

/// Every form, by provider type.
fn forms() -> &'static BTreeMap<&'static str, Form> {
    static FORMS: OnceLock<BTreeMap<&'static str, Form>> = OnceLock::new();
    FORMS.get_or_init(|| include_str!("forms.txt").lines().filter_map(form).flatten().collect())
}

fn form(line: &'static str) -> Option<Vec<(&'static str, Form)>> {
    let mut words = line.split_whitespace().filter(|_| !line.starts_with('#'));
    let (service, resource, reference) = (words.next()?, words.next()?, words.next()?);
    let (attribute, named) = (words.next()?, words.next()?);
    let reference = match reference {
        "name" => Reference::Name,
        "id" => Reference::Id,
        "arn" => Reference::Arn,
        "url" => Reference::Url,
        _ => return None,
    };
    let attribute = Some(attribute).filter(|attribute| *attribute != "-");
    let form = Form { service, resource, reference, attribute, named: named == "named" };
    Some(words.map(|name| (name, form)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_no_type_stands_twice() {
        let lines = include_str!("forms.txt").lines().filter(|line| !line.starts_with('#'));
        let mut types = 0;
        for line in lines {
            let found = form(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!found.is_empty(), "{line}");
            types += found.len();
        }
        assert_eq!(types, forms().len());
    }
}
