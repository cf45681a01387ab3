//! What the calls of a function's code need.
use std::collections::BTreeSet;

use model::{Aws, Call, Coverage, Data, FunctionCode, Value};

use super::bindings;
use super::granted::Granted;
use super::meaning::Place;
use super::resources::{self, Asked};
use super::{Need, Origin, Reason, Unresolved};
use crate::catalogue::{self, Permission, When};

/// Needs, and what could not be decided.
#[derive(Debug, Default)]
pub(super) struct Derived {
    pub needs: Vec<Need>,
    pub unresolved: Vec<Unresolved>,
    /// Services of which an operation is chosen at run time.
    pub dynamic: BTreeSet<String>,
}

/// The needs of the code of a function.
pub(super) fn needs<'a>(place: Place<'a>, code: &FunctionCode, granted: &Granted<'a>) -> Derived {
    let mut derived = Derived::default();
    for call in code.calls.iter().filter(|call| counts(call, code)) {
        let Some(aws) = &call.aws else { continue };
        derived.call(place, (call, aws), granted);
    }
    derived
}

/// Whether a call is made: from the handler on, or nobody knows.
fn counts(call: &Call, code: &FunctionCode) -> bool {
    call.reached || code.coverage != Coverage::Whole
}

impl Derived {
    fn call<'a>(&mut self, place: Place<'a>, (call, aws): (&Call, &Aws), granted: &Granted<'a>) {
        let name = format!("{}.{}", aws.service, aws.operation);
        if call.named("(credentials)").is_some() {
            let why =
                format!("`{name}` is called with credentials of their own: what they may is not judged here");
            self.unresolved.push(Unresolved { at: call.at, why });
            return;
        }
        if aws.operation == "[]" {
            let why = format!("which operation of `{}` is called is chosen at run time", aws.service);
            self.unresolved.push(Unresolved { at: call.at, why });
            self.dynamic.insert(catalogue::prefix(&aws.service).unwrap_or(&aws.service).to_owned());
            return;
        }
        let Some(permissions) = permissions_of(aws) else {
            let why = format!("no permission of `{name}` is known");
            self.unresolved.push(Unresolved { at: call.at, why });
            return;
        };
        for permission in &permissions {
            if !is_needed(call, permission) {
                continue;
            }
            let action = format!("{}:{}", permission.action.service, permission.action.name);
            let mut found = resources::of(Asked { place, call, permission });
            if let Some(why) = found.open {
                let mut why = format!("what `{action}` is about: {why}");
                if let Some(narrow) = narrowed(place, granted, &action, &found.resources) {
                    found.resources = narrow;
                    why.push_str("; taken to be what is granted");
                }
                self.unresolved.push(Unresolved { at: call.at, why });
            }
            self.needs.push(Need {
                action,
                resources: found.resources,
                conditions: Vec::new(),
                because: vec![Reason { at: call.at, why: format!("calls `{name}`") }],
                origin: Origin::Code,
            });
        }
    }
}

/// The permissions of an operation; what is signed by hand is called like its action.
fn permissions_of(aws: &Aws) -> Option<Vec<Permission>> {
    catalogue::permissions(aws).or_else(|| {
        let action = catalogue::action(&format!("{}:{}", aws.service, aws.operation))?;
        Some(vec![Permission { action, when: When::Always, on: ("", "") }])
    })
}

/// Whether the call has what makes the permission necessary. What is not known is not assumed.
fn is_needed(call: &Call, permission: &Permission) -> bool {
    let given = |path: &str| {
        let values = bindings::at(call, path);
        !values.is_empty()
    };
    match permission.when {
        When::Always => true,
        When::Given(path) => given(path),
        When::Absent(path) => !given(path),
        When::Is(path, texts) => bindings::at(call, path).iter().any(|value| match value {
            Data::Text(text) => texts.iter().any(|wanted| text.eq_ignore_ascii_case(wanted)),
            _ => false,
        }),
        When::Begins(path, words) => bindings::at(call, path).iter().any(|value| {
            let begin = beginning(value);
            // Which of the words it is nobody knows: it may be any.
            begin.is_none_or(|begin| words.iter().any(|word| begin.eq_ignore_ascii_case(word)))
        }),
        When::Sometimes => false,
    }
}

/// The first word of a text, when it is known.
fn beginning(value: &Data) -> Option<String> {
    let text = match value {
        Data::Text(text) => text.as_str(),
        Data::Joined(parts) => parts.first()?.as_str()?,
        _ => return None,
    };
    text.split_whitespace().next().map(str::to_owned)
}

/// Resources of which a part is not known, as narrow as what is granted: a call about anything else fails today.
fn narrowed<'a>(
    place: Place<'a>,
    granted: &Granted<'a>,
    action: &str,
    resources: &[Value],
) -> Option<Vec<Value>> {
    let each = resources.iter().map(|resource| granted.narrowed(place, action, resource));
    each.collect::<Option<Vec<Vec<Value>>>>().map(|all| all.concat())
}
