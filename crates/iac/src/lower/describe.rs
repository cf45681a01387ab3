//! A symbolic patch in the template's own words: the mapping tables read backwards.
use model::{App, Data, Framework, Patch};

use super::table::{Field, Read};
use crate::{aws, serverless};

/// What to write where: `TracingConfig.Mode: Active`, or in HCL `tracing_config { mode = "Active" }`.
///
/// `None` when the node is gone or no table says where the attribute stands.
#[must_use]
pub fn describe_patch(app: &App, patch: &Patch) -> Option<String> {
    let (name, attr) = match patch {
        Patch::Set { node, attr, .. } | Patch::Unset { node, attr } => (node, attr),
        Patch::Permit { function, policies } => {
            let count: usize = policies.iter().map(|policy| policy.statements.len()).sum();
            return Some(format!("give `{function}` a role of its own with {count} statements"));
        }
        Patch::Create(node) => {
            let [cloudformation, terraform] = node.types;
            let kind = if app.framework == Framework::Terraform { terraform } else { cloudformation };
            return Some(format!("add `{}`, of type `{kind}`", node.name));
        }
        Patch::Ask { parameter, .. } => return Some(format!("ask for `{parameter}` at each deployment")),
        Patch::Put { path, value, .. } => {
            return Some(format!("set `{}: {}`", path.join("."), yaml(value)));
        }
        Patch::Rewrite { value, .. } => return Some(format!("write `{}` here", yaml(value))),
        Patch::Replace { .. } => return None,
    };
    let node = app.named(name)?;
    let mapping = aws::mapping(&node.provider_type)?;
    let is_hcl = node.provider_type.starts_with("aws_");
    // One table may hold both spellings of a path.
    let in_its_words =
        |field: &&Field| field.path.starts_with(|first: char| first.is_ascii_lowercase()) == is_hcl;
    let fields = || mapping.fields.iter().filter(|field| field.attr == *attr && !field.path.is_empty());
    let field = fields().find(in_its_words).or_else(|| fields().next())?;
    let construct = node.construct.as_deref().filter(|_| app.framework == Framework::Serverless);
    Some(match patch {
        Patch::Unset { .. } if construct.is_some() => {
            let setting = serverless::setting(construct?, name, field.path, Data::Null);
            format!("remove `{}` from `{}`", setting.name, setting.place)
        }
        Patch::Unset { .. } => format!("remove `{}` from `{name}`", field.path),
        Patch::Set { value, .. } => match written(field, value)? {
            Written::Value(value) if construct.is_some() => {
                let setting = serverless::setting(construct?, name, field.path, value);
                format!("in `{}` set `{}: {}`", setting.place, setting.name, yaml(&setting.value))
            }
            Written::Value(value) if is_hcl => format!("in `{name}` set `{}`", hcl(field.path, &value)),
            Written::Value(value) => format!("in `{name}` set `{}: {}`", field.path, yaml(&value)),
            Written::Something => format!("in `{name}` set `{}`", field.path),
        },
        _ => return None,
    })
}

enum Written {
    Value(Data),
    /// What stands there is the owner's choice.
    Something,
}

/// The provider's value for an attribute's value: the inverse of how the field is read.
fn written(field: &Field, value: &Data) -> Option<Written> {
    Some(Written::Value(match (field.read, value) {
        (Read::As | Read::Flag, value) => value.clone(),
        (Read::FlagNot, Data::Bool(on)) => Data::Bool(!on),
        (Read::Equals(word), Data::Bool(true)) => Data::Text(word.to_owned()),
        (Read::Exists, Data::Bool(true)) => return Some(Written::Something),
        _ => return None,
    }))
}

fn yaml(value: &Data) -> String {
    match value {
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| yaml(&item.data)).collect();
            format!("[{}]", items.join(", "))
        }
        other => plain(other, |text| text.to_owned()),
    }
}

/// Blocks inside each other, as HCL nests settings.
fn hcl(path: &str, value: &Data) -> String {
    let mut parts = path.rsplit('.');
    let last = parts.next().unwrap_or(path);
    let assignment = format!("{last} = {}", hcl_value(value));
    parts.fold(assignment, |inner, block| format!("{block} {{ {inner} }}"))
}

fn hcl_value(value: &Data) -> String {
    match value {
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| hcl_value(&item.data)).collect();
            format!("[{}]", items.join(", "))
        }
        other => plain(other, |text| format!("{text:?}")),
    }
}

fn plain(value: &Data, quote: fn(&str) -> String) -> String {
    match value {
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::Text(text) => quote(text),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemorySource, Options, read};

    fn check(path: &str, text: &str, patch: &Patch, expected: &str) {
        let project = read(&MemorySource::new([(path, text)]), &Options::default());
        assert_eq!(describe_patch(&project.apps[0], patch).as_deref(), Some(expected));
    }

    #[test]
    fn a_flag_that_is_a_word_is_written_as_the_word() {
        let patch = Patch::Set { node: "F".into(), attr: "tracing", value: Data::Bool(true) };
        let text = "Resources: {F: {Type: AWS::Lambda::Function, Properties: {}}}";
        check("t.yaml", text, &patch, "in `F` set `TracingConfig.Mode: Active`");
    }

    #[test]
    fn a_property_is_taken_away() {
        let patch = Patch::Unset { node: "F".into(), attr: "timeout_seconds" };
        let text = "Resources: {F: {Type: AWS::Lambda::Function, Properties: {}}}";
        check("t.yaml", text, &patch, "remove `Timeout` from `F`");
    }

    #[test]
    fn services_say_it_in_the_words_of_the_framework() {
        let text = "provider: aws\nfunctions: { say-hi: { handler: x, url: true } }\n";
        let set = |node: &str, attr, value: Data| Patch::Set { node: node.into(), attr, value };
        let check = |patch: &Patch, expected: &str| check("serverless.yml", text, patch, expected);
        check(&set("say-hi", "tracing", true.into()), "in `functions.say-hi` set `tracing: true`");
        check(&set("say-hi", "concurrency", 5.into()), "in `functions.say-hi` set `reservedConcurrency: 5`");
        check(
            &set("say-hiUrl", "auth", "AWS_IAM".into()),
            "in `functions.say-hi.url` set `authorizer: aws_iam`",
        );
        check(
            &set("say-hi", "recursive_loop", "Terminate".into()),
            "in `resources.extensions.SayDashhiLambdaFunction.Properties` set `RecursiveLoop: Terminate`",
        );
        check(
            &Patch::Unset { node: "say-hi".into(), attr: "timeout_seconds" },
            "remove `timeout` from `functions.say-hi`",
        );
    }

    #[test]
    fn hcl_nests_blocks() {
        assert_eq!(hcl("tracing_config.mode", &"Active".into()), "tracing_config { mode = \"Active\" }");
    }
}
