//! GraphQL requests within bounds: how deep, how broad, how dear, and whether they ask for the schema.
use super::problem::violation;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use waf::graphql::{self, Bounds, GraphQlError, Request, Weights};
use waf::schema::Violation;

/// What a GraphQL request may ask for. Sums are of all documents of one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct GraphQl {
    /// Fields within fields.
    pub depth_max: u64,
    /// Fields, those of fragments counted wherever they are spread.
    pub fields_max: u64,
    /// Fields under another name.
    pub aliases_max: u64,
    pub directives_max: u64,
    /// Operations of one document; only one of them runs.
    pub operations_max: u64,
    /// Fields at the top of an operation.
    pub roots_max: u64,
    /// Documents of one request.
    pub batch_max: usize,
    /// Names, values and signs of one document.
    pub tokens_max: usize,
    /// Whether the schema may be asked for.
    pub introspection: bool,
    /// Weight of a request at most; none: any. Limits with `count = "cost"` by identity count the weight in place of the route's `cost`.
    pub cost_max: Option<u64>,
    /// Weights by field: `orders`, or `Query.orders` (types are not known here: the name after the last dot counts).
    pub costs: BTreeMap<String, u64>,
    /// Weight of every other field.
    pub field_cost: u64,
    /// Arguments that say how many things a field gives.
    pub list_size_arguments: Vec<String>,
    /// What such an argument counts when its value is not known.
    pub list_size_unknown: u64,
    /// Fields that give a list without saying how long, and how long to take it for.
    pub lists: BTreeMap<String, u64>,
}

impl Default for GraphQl {
    fn default() -> Self {
        let weights = Weights::default();
        Self {
            depth_max: 12,
            fields_max: 500,
            aliases_max: 30,
            directives_max: 50,
            operations_max: 10,
            roots_max: 20,
            batch_max: 10,
            tokens_max: Bounds::default().tokens_max,
            introspection: false,
            cost_max: None,
            costs: BTreeMap::new(),
            field_cost: weights.field_default,
            list_size_arguments: weights.list_arguments,
            list_size_unknown: weights.list_size_unknown,
            lists: BTreeMap::new(),
        }
    }
}

/// A request that may hold documents in its query and in its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'a> {
    pub(super) query: &'a str,
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
}

/// The bounds made ready.
#[derive(Debug)]
pub(super) struct Gauge {
    settings: GraphQl,
    bounds: Bounds,
    weights: Weights,
    /// A limit counts what requests cost.
    pub(super) charges: bool,
}

impl Gauge {
    pub(super) fn new(settings: &GraphQl, charges: bool) -> Self {
        let bounds =
            Bounds { tokens_max: settings.tokens_max, batch_max: settings.batch_max, ..Bounds::default() };
        let weights = Weights {
            fields: by_field(&settings.costs),
            field_default: settings.field_cost,
            list_arguments: settings.list_size_arguments.clone(),
            list_size_unknown: settings.list_size_unknown,
            lists: by_field(&settings.lists),
        };
        Self { settings: settings.clone(), bounds, weights, charges }
    }

    /// What the request weighs; none when it cannot be read.
    pub(super) fn cost(&self, sent: &Sent<'_>) -> Option<u64> {
        if doubt(sent).is_some() {
            return None;
        }
        self.cost_of(&self.requests(sent).ok()?).ok()
    }

    /// What is wrong with a request.
    pub(super) fn check(&self, sent: &Sent<'_>) -> Vec<Violation> {
        if let Some(doubt) = doubt(sent) {
            return vec![violation("graphql", doubt)];
        }
        match self.requests(sent).and_then(|requests| self.measured(&requests)) {
            Ok(violations) => violations,
            Err(error) => vec![violation("graphql", told(&error))],
        }
    }

    fn requests(&self, sent: &Sent<'_>) -> Result<Vec<Request>, GraphQlError> {
        let mut requests = Vec::new();
        if let Some(document) = of_query(sent.query, "query").next() {
            let variables = of_query(sent.query, "variables").next();
            let variables = variables.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            requests.push(Request { document: document.into_owned(), variables, operation: None });
        }
        if !sent.body.is_empty() {
            requests.extend(graphql::requests(sent.content_type, sent.body, &self.bounds)?);
        }
        match requests.len() {
            0 => Err(GraphQlError::Request),
            many if many > self.bounds.batch_max => Err(GraphQlError::Batch { max: self.bounds.batch_max }),
            _ => Ok(requests),
        }
    }

    fn measured(&self, requests: &[Request]) -> Result<Vec<Violation>, GraphQlError> {
        let settings = &self.settings;
        let (mut depth, mut fields, mut aliases, mut directives) = (0_u64, 0_u64, 0_u64, 0_u64);
        let (mut operations, mut roots, mut introspection) = (0_u64, 0_u64, false);
        for request in requests {
            let one = graphql::measure(&request.document, &self.bounds)?;
            depth = depth.max(one.depth);
            operations = operations.max(one.operations);
            fields = fields.saturating_add(one.fields);
            aliases = aliases.saturating_add(one.aliases);
            directives = directives.saturating_add(one.directives);
            roots = roots.saturating_add(one.roots);
            introspection |= one.introspection;
        }
        let cost = settings.cost_max.map(|most| Ok((self.cost_of(requests)?, most))).transpose()?;
        let (cost, cost_max) = cost.unwrap_or_default();
        let bounds = [
            ("depth", depth, settings.depth_max),
            ("fields", fields, settings.fields_max),
            ("aliases", aliases, settings.aliases_max),
            ("directives", directives, settings.directives_max),
            ("operations", operations, settings.operations_max),
            ("fields at the top", roots, settings.roots_max),
            ("cost", cost, cost_max),
        ];
        let mut violations: Vec<Violation> = bounds
            .iter()
            .filter(|(_, is, most)| is > most)
            .map(|(what, _, most)| violation("graphql", format!("{what}: more than {most}; ask for less")))
            .collect();
        if introspection && !settings.introspection {
            violations.push(violation("graphql", "the schema may not be asked for"));
        }
        Ok(violations)
    }

    fn cost_of(&self, requests: &[Request]) -> Result<u64, GraphQlError> {
        let mut sum = 0_u64;
        for request in requests {
            let one = graphql::cost(&request.document, &request.variables, &self.weights, &self.bounds)?;
            sum = sum.saturating_add(one);
        }
        Ok(sum)
    }
}

/// Servers differ in which of two queries, and in whose variables, they take.
fn doubt(sent: &Sent<'_>) -> Option<&'static str> {
    let documents = of_query(sent.query, "query").count();
    let variables = of_query(sent.query, "variables").count();
    if documents > 1 || variables > 1 {
        Some("a parameter stands twice in the query")
    } else if documents + variables > 0 && !sent.body.is_empty() {
        Some("one part of the request stands in the query and another one in the body")
    } else {
        None
    }
}

fn of_query<'q>(query: &'q str, name: &'static str) -> impl Iterator<Item = Cow<'q, str>> {
    url::form_urlencoded::parse(query.as_bytes())
        .filter(move |(known, _)| known == name)
        .map(|(_, value)| value)
}

/// The client's own names stay out of what it is told.
fn told(error: &GraphQlError) -> String {
    match error {
        GraphQlError::Circle { .. } => "a fragment spreads itself".to_owned(),
        GraphQlError::Fragment { .. } => "a fragment is not defined".to_owned(),
        other => other.to_string(),
    }
}

/// `Query.orders` and `orders` name one field; the larger number wins.
fn by_field(numbers: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut by_field = BTreeMap::new();
    for (name, number) in numbers {
        let name = name.rsplit('.').next().unwrap_or(name);
        let known = by_field.entry(name.to_owned()).or_insert(*number);
        *known = (*known).max(*number);
    }
    by_field
}
