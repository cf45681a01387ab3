//! Schemas and values: small cases, the suite of others, and the library that is the oracle.
mod against;
mod suite;

use super::{Draft, Resources, Validator};
use crate::event::{EventLimits, parse};
use serde_json::Value;

/// A schema of a draft, with other documents that it may refer to.
fn compiled(schema: &Value, draft: Draft, others: &[(String, Value)]) -> Result<Validator, String> {
    let mut resources = Resources::default();
    let told = |problem: &super::Problem| format!("{}: {}", problem.place, problem.message);
    resources.add(super::NAMELESS, schema, draft).map_err(|problem| told(&problem))?;
    for (uri, other) in others {
        resources.add(uri, other, draft).map_err(|problem| told(&problem))?;
    }
    let mut compiler = super::Compiler::new(&resources);
    let root = compiler.schema(0, "");
    let graph =
        compiler.finish().map_err(|problems| problems.iter().map(told).collect::<Vec<_>>().join("; "))?;
    Ok(Validator { graph: std::sync::Arc::new(graph), root })
}

fn is_valid(validator: &Validator, value: &str) -> bool {
    let limits = EventLimits::default();
    let parsed = parse(value.as_bytes(), &limits).expect("JSON");
    let is_valid = validator.is_valid(parsed.tree());
    assert_eq!(validator.violations(parsed.tree()).is_empty(), is_valid, "{value}");
    is_valid
}
