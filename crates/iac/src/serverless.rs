//! Serverless Framework: `serverless.yml`.
//!
//! A service is read as the framework reads it: variables are resolved, functions get the provider's
//! settings, events become triggers, and what the framework would make of it (roles, APIs, buckets) is
//! put into one template together with the service's own `resources`. The CloudFormation reader then
//! resolves that template, so that `Ref` and `Fn::GetAtt` work across both.
//!
//! Names are the service's own: a function is called by its key, not by its logical id. Defaults of the
//! framework (6 seconds, 1024 MB) are not set, since nobody wrote them.
mod apis;
mod build;
mod events;
mod functions;
mod made;
mod parts;
mod roles;
mod service;
mod template;
mod unread;
mod variables;
mod words;

#[cfg(test)]
mod tests;

use model::{Data, ProblemKind, Value};

use crate::reader::Reader;
use crate::resource::Resource;
use build::merge;
use service::Service;
use template::Template;
use variables::Variables;

pub(crate) use words::{Setting, logical_id, setting};

/// Reads the service at `path`. `None` when it is none after all.
pub(crate) fn read(reader: &mut Reader<'_>, path: &str) -> Option<Vec<Resource>> {
    let document = reader.document(path)?;
    if document.get("provider").is_none() && document.get("functions").is_none() {
        let message = "this is no service: it has neither `provider` nor `functions`";
        reader.problem_at(
            ProblemKind::Unreadable,
            document.at,
            message,
            "see the framework's `serverless.yml` reference",
        );
        return None;
    }
    let mut variables = Variables::new(reader, path, document.clone());
    unread::tell_sections(&mut variables, &document);
    let service = Service::read(&mut variables, &document);
    if !is_aws(&mut variables, &service) {
        return Some(Vec::new());
    }
    unread::tell_plugins(&mut variables, &document);
    unread::tell_provider(&mut variables, &service.provider);
    for function in &service.functions {
        unread::tell_function(&mut variables, &function.key.text, &function.settings);
    }
    let mut template = Template::default();
    let roles = roles::add(&mut variables, &service, &mut template);
    functions::add(&service, &mut template, &roles);
    let mut needs = events::add(&mut variables, &service, &mut template);
    needs.rest = needs.rest.or_else(|| unread::service_proxies(&document));
    parts::layers(&service, &mut template);
    parts::deployment_bucket(&service, &mut template);
    parts::state_machines(&mut variables, &service, &mut template, &mut needs);
    apis::add(&service, &mut template, &needs);
    parts::firewall(&mut variables, &mut template);
    let own = own_resources(&mut variables, &document);
    Some(template.read(&mut variables, service.at, own))
}

/// Other clouds are not read yet; that is said once.
fn is_aws(variables: &mut Variables<'_, '_>, service: &Service) -> bool {
    let Some(name) = service.setting("name") else { return true };
    let is_aws = name.as_str().is_none_or(|name| name.eq_ignore_ascii_case("aws"));
    if !is_aws {
        let count = service.functions.len();
        let functions =
            if count == 1 { "1 function is".to_owned() } else { format!("{count} functions are") };
        let message = format!("provider `{}` is not read; {functions} not in the graph", name.display());
        variables.tell(ProblemKind::Unsupported, name.at, message, "only services on AWS are read");
    }
    is_aws
}

/// `resources`: one template, or a list of templates that are laid over each other.
fn own_resources(variables: &mut Variables<'_, '_>, document: &Value) -> Value {
    let mut own = Value::new(document.at, Data::Map(Vec::new()));
    let Some(written) = variables.section("resources") else { return own };
    for part in written.one_or_many() {
        match &part.data {
            Data::Map(_) => merge(&mut own, part.clone()),
            Data::Null => {}
            _ => {
                let message = format!("resources that `{}` holds are not known", part.display());
                let help = "write them in a YAML or JSON file, or scan what `serverless package` writes";
                variables.tell(ProblemKind::Unresolved, part.at, message, help);
            }
        }
    }
    for section in ["Resources", "extensions"] {
        let unknown = own.get(section).filter(|value| value.is_unknown()).cloned();
        if let Some(unknown) = unknown {
            let message =
                format!("`resources.{section}` is not known: nothing of `{}` was read", unknown.display());
            variables.tell(ProblemKind::Unresolved, unknown.at, message, "give the values that it needs");
        }
    }
    own
}
