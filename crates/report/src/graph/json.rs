//! The graph for programs. `docs/schemas/model.schema.json` describes it.
use std::collections::BTreeMap;

use model::{App, Condition, Effect, Node, Policy, PolicyOrigin, Project, Span, Statement, Value};
use serde::Serialize;
use serde_json::Value as Json;

use crate::data;

const SCHEMA_VERSION: &str = "1.0";

/// The whole project as JSON: nodes with their attributes, edges, policies, problems.
///
/// What looks like a secret is `***`.
#[must_use]
pub fn graph_json(project: &Project) -> String {
    let problems = project.problems.iter();
    data::print(&Model {
        schema_version: SCHEMA_VERSION,
        applications: project.apps.iter().map(|app| application(project, app)).collect(),
        problems: problems
            .map(|problem| Trouble {
                kind: problem.kind.as_str(),
                path: &problem.path,
                at: problem.at.map(|at| project.locate(at)),
                message: &problem.message,
                help: &problem.help,
            })
            .collect(),
    })
}

#[derive(Serialize)]
struct Model<'a> {
    schema_version: &'static str,
    applications: Vec<Application<'a>>,
    problems: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Application<'a> {
    name: &'a str,
    framework: &'static str,
    nodes: Vec<Item<'a>>,
    edges: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    kind: &'static str,
    provider: &'static str,
    r#type: &'a str,
    construct: Option<&'a str>,
    /// `path:line:column`.
    at: String,
    implicit: bool,
    owner: Option<&'a str>,
    attributes: BTreeMap<&'static str, Json>,
    policies: Vec<Permissions<'a>>,
    resource_policies: Vec<Permissions<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    from: &'a str,
    relation: &'static str,
    to: &'a str,
    at: String,
}

#[derive(Serialize)]
struct Permissions<'a> {
    name: &'a str,
    origin: &'static str,
    source: Option<&'a str>,
    written_in: Option<&'a str>,
    at: String,
    statements: Vec<Grant<'a>>,
}

#[derive(Serialize)]
struct Grant<'a> {
    sid: Option<&'a str>,
    effect: &'static str,
    at: String,
    actions: Vec<Json>,
    not_actions: Vec<Json>,
    resources: Vec<Json>,
    not_resources: Vec<Json>,
    principals: Vec<Who<'a>>,
    not_principals: Vec<Who<'a>>,
    conditions: Vec<When<'a>>,
}

#[derive(Serialize)]
struct Who<'a> {
    kind: &'a str,
    value: Json,
}

#[derive(Serialize)]
struct When<'a> {
    operator: &'a str,
    key: &'a str,
    values: Vec<Json>,
}

#[derive(Serialize)]
struct Trouble<'a> {
    kind: &'static str,
    path: &'a str,
    at: Option<String>,
    message: &'a str,
    help: &'a str,
}

fn application<'a>(project: &Project, app: &'a App) -> Application<'a> {
    let name = |id| app.node(id).map_or("", |node| node.name.as_str());
    let edges = app.edges.iter().map(|edge| Link {
        from: name(edge.from),
        relation: edge.relation.as_str(),
        to: name(edge.to),
        at: project.locate(edge.at),
    });
    Application {
        name: &app.name,
        framework: app.framework.as_str(),
        nodes: app.nodes.iter().map(|node| item(project, app, node)).collect(),
        edges: edges.collect(),
    }
}

/// Where a node is named; of a function that no template names its handler.
fn place_of(app: &App, node: &Node) -> Span {
    if node.name_at != Span::NONE {
        return node.name_at;
    }
    let code = app.code.iter().find(|code| code.function == node.id);
    code.and_then(|code| code.handler).unwrap_or(node.name_at)
}

fn item<'a>(project: &Project, app: &'a App, node: &'a Node) -> Item<'a> {
    let policies = |all: &'a [Policy]| all.iter().map(|policy| permissions(project, policy)).collect();
    Item {
        name: &node.name,
        kind: node.kind.as_str(),
        provider: node.provider.as_str(),
        r#type: &node.provider_type,
        construct: node.construct.as_deref(),
        at: project.locate(place_of(app, node)),
        implicit: node.implicit,
        owner: app.owner(node).map(|owner| owner.name.as_str()),
        attributes: node.attrs.iter().map(|(name, value)| (*name, data::attribute(name, value))).collect(),
        policies: policies(&node.policies),
        resource_policies: policies(&node.resource_policies),
    }
}

fn permissions<'a>(project: &Project, policy: &'a Policy) -> Permissions<'a> {
    let (origin, source) = match &policy.origin {
        PolicyOrigin::Inline => ("inline", None),
        PolicyOrigin::Managed(name) => ("managed", Some(name.as_str())),
        PolicyOrigin::Template(name) => ("template", Some(name.as_str())),
        PolicyOrigin::Resource => ("resource", None),
        PolicyOrigin::Trust => ("trust", None),
        PolicyOrigin::Boundary => ("boundary", None),
    };
    Permissions {
        name: &policy.name,
        origin,
        source,
        written_in: policy.written_in.as_deref(),
        at: project.locate(policy.at),
        statements: policy.statements.iter().map(|statement| grant(project, statement)).collect(),
    }
}

fn grant<'a>(project: &Project, statement: &'a Statement) -> Grant<'a> {
    let who = |all: &'a [model::Principal]| {
        all.iter().map(|principal| Who { kind: &principal.kind, value: value(&principal.value) }).collect()
    };
    Grant {
        sid: statement.sid.as_deref(),
        effect: match statement.effect {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
            Effect::Unknown => "unknown",
        },
        at: project.locate(statement.at),
        actions: values(&statement.actions),
        not_actions: values(&statement.not_actions),
        resources: values(&statement.resources),
        not_resources: values(&statement.not_resources),
        principals: who(&statement.principals),
        not_principals: who(&statement.not_principals),
        conditions: statement.conditions.iter().map(when).collect(),
    }
}

fn when(condition: &Condition) -> When<'_> {
    When { operator: &condition.operator, key: &condition.key, values: values(&condition.values) }
}

fn values(all: &[Value]) -> Vec<Json> {
    all.iter().map(value).collect()
}

fn value(value: &Value) -> Json {
    data::attribute("", value)
}
