//! GraphQL requests (October 2021): what a document asks for, before a server runs it.
//!
//! [`requests`] takes the documents out of a body (plain, JSON, batch), [`measure`] says how deep and how broad one is, [`cost`]
//! what it costs by configured weights. [`crate::body`] gives rules the names and values in it.
//!
//! Deliberately absent: a schema. Types of fields are not known, so weights go by the name of the field.
//!
//! INVARIANT: work is linear in the document. Fragments are measured once and then only added up, so that a document of
//! fragments that spread each other ten times is counted, not walked.
mod arguments;
mod document;
mod lexer;
mod measure;
#[cfg(test)]
mod tests;

pub(crate) use arguments::arguments;
pub use measure::{Measure, Weights, cost, measure};
use serde_json::Value;

/// What a document may be, before it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Names, values and signs of a document.
    pub tokens_max: usize,
    /// Selections or values within each other, as they are written. At most [`NESTING_MAX`] is used.
    pub nesting_max: usize,
    /// Documents of one batch.
    pub batch_max: usize,
}

/// The deepest nesting that can be allowed: reading recurses.
pub const NESTING_MAX: usize = 128;

impl Default for Bounds {
    fn default() -> Self {
        Self { tokens_max: 15_000, nesting_max: 64, batch_max: 20 }
    }
}

/// Why a document or a request cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphQlError {
    /// The grammar (section 2) does not know it.
    #[error("`{expected}` is expected at byte {at} of the GraphQL document")]
    Syntax { expected: &'static str, at: usize },
    #[error("the GraphQL document has more than {max} tokens; ask for less, or raise the limit")]
    Tokens { max: usize },
    #[error("the GraphQL document nests more than {max} levels; ask for less, or raise the limit")]
    Nesting { max: usize },
    /// A fragment that spreads itself (section 5.5.2.2).
    #[error("fragment `{name}` spreads itself")]
    Circle { name: String },
    #[error("fragment `{name}` is not defined")]
    Fragment { name: String },
    #[error("the batch has more than {max} documents; send fewer, or raise the limit")]
    Batch { max: usize },
    #[error("the body is no GraphQL request: `query` is missing or no text")]
    Request,
}

/// One document of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub document: String,
    /// `null` when there are none.
    pub variables: Value,
    /// Which operation of the document is to run.
    pub operation: Option<String>,
}

/// The documents of a body: one for `application/graphql`, else those of a JSON object or of an array of them.
///
/// # Errors
/// [`GraphQlError::Request`] when the body has another form, [`GraphQlError::Batch`] when there are too many.
pub fn requests(content_type: &str, body: &[u8], bounds: &Bounds) -> Result<Vec<Request>, GraphQlError> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/graphql") {
        let document = std::str::from_utf8(body).map_err(|_| GraphQlError::Request)?.to_owned();
        return Ok(vec![Request { document, variables: Value::Null, operation: None }]);
    }
    match serde_json::from_slice(body).map_err(|_| GraphQlError::Request)? {
        Value::Array(batch) if batch.len() > bounds.batch_max => {
            Err(GraphQlError::Batch { max: bounds.batch_max })
        }
        Value::Array(batch) => batch.into_iter().map(request).collect(),
        other => Ok(vec![request(other)?]),
    }
}

fn request(mut value: Value) -> Result<Request, GraphQlError> {
    let Some(Value::String(document)) = value.get_mut("query").map(Value::take) else {
        return Err(GraphQlError::Request);
    };
    let variables = value.get_mut("variables").map(Value::take).unwrap_or_default();
    let operation = value.get("operationName").and_then(Value::as_str).map(ToOwned::to_owned);
    Ok(Request { document, variables, operation })
}
