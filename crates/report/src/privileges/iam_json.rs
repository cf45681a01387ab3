//! The least policies as IAM documents.
use std::collections::BTreeMap;

use iam::render::{self, Limit};
use model::{Policy, Statement};
use serde_json::Value as Json;

use super::{FunctionPermissions, Permissions};
use crate::data;

/// The document of the only function, or of each function by its name. What is too large for the inline policies
/// of a role is a list of documents for managed ones.
#[must_use]
pub fn privileges_iam(permissions: &Permissions<'_>) -> String {
    if let [of] = permissions.functions {
        return data::print(&one_or_many(documents(&of.complete)));
    }
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for of in permissions.functions {
        *count.entry(name(permissions, of)).or_default() += 1;
    }
    let mut all = serde_json::Map::new();
    for of in permissions.functions {
        let name = name(permissions, of);
        let is_alone = count.get(name).is_some_and(|count| *count == 1);
        let app = permissions.project.apps.get(of.app).map_or("", |app| app.name.as_str());
        let key = if is_alone { name.to_owned() } else { format!("{app}:{name}") };
        all.insert(key, one_or_many(documents(&of.complete)));
    }
    data::print(&all)
}

fn name<'a>(permissions: &Permissions<'a>, of: &FunctionPermissions) -> &'a str {
    permissions.function(of).map_or("", |node| node.name.as_str())
}

fn one_or_many(mut documents: Vec<Json>) -> Json {
    if documents.len() == 1 { documents.remove(0) } else { Json::Array(documents) }
}

/// Policies as documents within AWS's limits; one when they fit a role's inline policies.
pub(super) fn documents(policies: &[Policy]) -> Vec<Json> {
    let statements: Vec<Statement> = policies.iter().flat_map(|policy| policy.statements.clone()).collect();
    let write = &render::as_written;
    let inline = render::fit(&statements, Limit::RoleInline, write);
    let parts = inline.or_else(|_| render::fit(&statements, Limit::Managed, write));
    // What fits nowhere is shown whole: to cut it would be worse.
    let parts = parts.unwrap_or_else(|_| vec![statements]);
    parts.iter().map(|statements| render::document(statements, write)).collect()
}
