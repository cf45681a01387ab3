//! The statements of policies that AWS keeps.
use model::{Data, Effect, Span, Statement, Value};

use crate::catalogue;

/// What a managed policy says; its statements stand where it is attached. `None` when nobody knows.
pub(crate) fn statements(arn: &str, at: Span) -> Option<Vec<Statement>> {
    let known = catalogue::managed(arn).and_then(|managed| read(managed.document, at));
    known.or_else(|| broad(arn, at))
}

fn read(_document: &str, _at: Span) -> Option<Vec<Statement>> {
    None
}

/// The policies that matter most, also without the catalogue.
fn broad(arn: &str, at: Span) -> Option<Vec<Statement>> {
    let name = arn.strip_prefix("arn:aws:iam::aws:policy/").unwrap_or(arn);
    let (actions, not_actions): (&[&str], &[&str]) = match name {
        "AdministratorAccess" => (&["*"], &[]),
        "IAMFullAccess" => (&["iam:*", "organizations:Describe*", "organizations:List*"], &[]),
        "PowerUserAccess" => (&[], &["iam:*", "organizations:*", "account:*"]),
        _ => return None,
    };
    let values = |texts: &[&str]| texts.iter().map(|text| Value::new(at, Data::from(*text))).collect();
    Some(vec![Statement {
        sid: None,
        effect: Effect::Allow,
        at,
        actions: values(actions),
        not_actions: values(not_actions),
        resources: values(&["*"]),
        not_resources: Vec::new(),
        principals: Vec::new(),
        not_principals: Vec::new(),
        conditions: Vec::new(),
    }])
}
