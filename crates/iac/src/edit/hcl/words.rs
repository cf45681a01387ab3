//! References in Terraform's words, and settings that Terraform keeps in resources of their own.
use std::collections::BTreeMap;

use model::{Data, Kind, NewNode, Node, Patch, Ref, Value};

use crate::edit::content::{Content, Words};
use crate::edit::{Editor, NotWritten};

/// What a fix adds under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edit) enum Added {
    Resource(&'static str),
    Variable,
}

/// The name that a patch adds.
pub(in crate::edit) fn added(patch: &Patch) -> Option<(String, Added)> {
    match patch {
        Patch::Create(new) => Some((new.name.clone(), Added::Resource(new.types[1]))),
        Patch::Ask { parameter, .. } => Some((parameter.clone(), Added::Variable)),
        _ => None,
    }
}

/// Addresses as one module writes them.
pub(in crate::edit) struct Terraform {
    /// What addresses of this module begin with in the graph: `module.a.`.
    prefix: String,
    added: BTreeMap<String, Added>,
}

impl Terraform {
    pub(in crate::edit) fn of(editor: &Editor<'_>, node: &str) -> Self {
        let mut prefix = 0;
        while let Some(rest) = node.get(prefix..).and_then(|rest| rest.strip_prefix("module.")) {
            let Some(end) = rest.find('.') else { break };
            prefix += "module.".len() + end + 1;
        }
        Self { prefix: node.get(..prefix).unwrap_or_default().to_owned(), added: editor.added.clone() }
    }

    fn expression_of(&self, target: &str, attribute: Option<&str>) -> Result<String, NotWritten> {
        match self.added.get(target) {
            Some(Added::Variable) => return Ok(format!("var.{}", snake(target))),
            Some(Added::Resource(kind)) => {
                let attribute = attribute.map_or_else(|| "id".to_owned(), snake);
                return Ok(format!("{kind}.{}.{attribute}", snake(target)));
            }
            None => {}
        }
        let local = target.strip_prefix(&self.prefix).filter(|local| !local.starts_with("module."));
        let local = local.ok_or_else(|| NotWritten::new(format!("`{target}` stands in another module")))?;
        Ok(format!("{local}.{}", attribute.map_or_else(|| "id".to_owned(), snake)))
    }

    fn part(&self, part: &Value) -> Result<String, NotWritten> {
        Ok(match &part.data {
            Data::Text(text) => escaped(text),
            Data::Ref(Ref { target, attribute }) => {
                format!("${{{}}}", self.expression_of(target, attribute.as_deref())?)
            }
            Data::Joined(parts) => {
                parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>()?.concat()
            }
            Data::Unknown(unknown) if unknown.text.starts_with("${") && !unknown.text.contains('…') => {
                unknown.text.clone()
            }
            Data::Int(_) | Data::Float(_) | Data::Bool(_) => part.display(),
            _ => {
                return Err(NotWritten::new(format!("`{}` cannot be written inside a text", part.display())));
            }
        })
    }
}

impl Words for Terraform {
    fn reference(&self, target: &str, attribute: Option<&str>) -> Result<Content, NotWritten> {
        Ok(Content::Text(self.expression_of(target, attribute)?).inside("Ref"))
    }

    fn joined(&self, parts: &[Value]) -> Result<Content, NotWritten> {
        let text = parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Content::Text(text).inside("Fn::Sub"))
    }

    fn expression(&self, text: &str) -> Result<Content, NotWritten> {
        let inner = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'));
        match inner.filter(|inner| !inner.contains(['…', '$', '{'])) {
            Some(inner) => Ok(Content::text(inner).inside("Ref")),
            None => Err(NotWritten::new(format!("`{text}` is not known and cannot be written again"))),
        }
    }
}

/// Text between quotes, as it is written.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

/// `JobsDeadLetters` as `jobs_dead_letters`. Names that are written so already stay.
pub(in crate::edit) fn snake(name: &str) -> String {
    let mut written = String::with_capacity(name.len() + 4);
    let mut before_is_small = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && before_is_small {
            written.push('_');
        }
        before_is_small = character.is_ascii_lowercase() || character.is_ascii_digit();
        written.push(character.to_ascii_lowercase());
    }
    written
}

/// Settings of a bucket that are resources of their own, by attribute.
const BUCKET: &[(&[&str], &str, &str)] = &[
    (
        &["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"],
        "aws_s3_bucket_public_access_block",
        "PublicAccess",
    ),
    (&["ownership"], "aws_s3_bucket_ownership_controls", "Ownership"),
];

/// The resource that gives a node an attribute which its own type does not have.
pub(super) fn separate(node: &Node, attr: &'static str, value: &Data) -> Option<NewNode> {
    if node.kind != Kind::Bucket || node.provider_type != "aws_s3_bucket" {
        return None;
    }
    let (attrs, provider_type, ending) = BUCKET.iter().find(|(attrs, ..)| attrs.contains(&attr))?;
    let label = node.name.rsplit('.').next()?.split('[').next()?;
    if node.name.ends_with(']') {
        return None;
    }
    let bucket = Data::Ref(Ref { target: node.name.clone(), attribute: None });
    let name = format!("{label}{ending}");
    let mut new = NewNode::new(node, name, ["", provider_type]).with("bucket", bucket);
    // Four switches in one resource: those that the others leave open are switched on with it.
    let together: &[&'static str] = if attrs.len() > 1 {
        &["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]
    } else {
        &[]
    };
    if together.is_empty() {
        new = new.with(attr, value.clone());
    }
    for switch in together {
        new = new.with(switch, value.clone());
    }
    Some(new)
}

/// The attribute that holds the policy of a resource.
pub(super) fn policy_attribute(provider_type: &str) -> &'static str {
    match provider_type {
        "aws_iam_role" => "assume_role_policy",
        _ => "policy",
    }
}

/// An element of a statement, as `aws_iam_policy_document` has it.
pub(super) enum Element {
    Attribute(String, Content),
    Block(String, Vec<Content>),
}

/// Where an element of IAM's grammar stands in a `statement` block.
pub(super) fn statement_path(path: &[&str], value: &Content) -> Option<Element> {
    let listed = |value: &Content| value.clone().listed(true);
    let attribute = |name: &str, value: Content| Some(Element::Attribute(name.to_owned(), value));
    match path {
        ["Effect"] => attribute("effect", value.clone()),
        ["Sid"] => attribute("sid", value.clone()),
        ["Action"] => attribute("actions", listed(value)),
        ["NotAction"] => attribute("not_actions", listed(value)),
        ["Resource"] => attribute("resources", listed(value)),
        ["NotResource"] => attribute("not_resources", listed(value)),
        ["Condition"] => {
            let Content::Map(operators) = value else { return None };
            let entries = operators.iter().flat_map(|(test, keys)| match keys {
                Content::Map(keys) => keys.iter().map(|(key, value)| condition(test, key, value)).collect(),
                _ => Vec::new(),
            });
            Some(Element::Block("condition".to_owned(), entries.collect()))
        }
        ["Condition", test] => {
            let Content::Map(keys) = value else { return None };
            let entries = keys.iter().map(|(key, value)| condition(test, key, value));
            Some(Element::Block("condition".to_owned(), entries.collect()))
        }
        ["Condition", test, key] => {
            Some(Element::Block("condition".to_owned(), vec![condition(test, key, value)]))
        }
        _ => None,
    }
}

fn condition(test: &str, key: &str, value: &Content) -> Content {
    let text = |value: &Content| match value {
        Content::Bool(value) => Content::text(value.to_string()),
        other => other.clone(),
    };
    let values = match value {
        Content::List(items) => Content::List(items.iter().map(text).collect()),
        one => Content::List(vec![text(one)]),
    };
    Content::Map(vec![
        ("test".to_owned(), Content::text(test)),
        ("variable".to_owned(), Content::text(key)),
        ("values".to_owned(), values),
    ])
}
