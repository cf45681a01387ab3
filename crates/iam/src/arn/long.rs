//! The long form of ARNs, in which all spellings of one resource are the same.
use model::{App, Data, Framework, Node, Ref, Span, Value};

use super::forms::{Form, Reference};
use super::{form, node_of};

/// Names that refer to names that refer to names.
const DEPTH_MAX: usize = 8;

/// What only a deployment knows, as a template writes it: `${AWS::Region}`.
pub(crate) fn symbol(text: &str) -> Value {
    Value::unknown(Span::NONE, "known only when deployed", text)
}

/// Parts put together: lists in lists are flattened, neighbouring texts become one.
pub(crate) fn joined(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    flatten(parts.into_iter().collect(), &mut all);
    match all.len() {
        0 => Value::text(Span::NONE, ""),
        1 => all.swap_remove(0),
        _ => {
            let at = all.first().map_or(Span::NONE, |first| first.at);
            Value::new(at, Data::Joined(all))
        }
    }
}

fn flatten(parts: Vec<Value>, all: &mut Vec<Value>) {
    for part in parts {
        match part.data {
            Data::Joined(inner) => flatten(inner, all),
            Data::Text(text) if text.is_empty() => {}
            Data::Text(text) => match all.last_mut().map(|last| &mut last.data) {
                Some(Data::Text(before)) => before.push_str(&text),
                _ => all.push(Value::text(part.at, text)),
            },
            data => all.push(Value::new(part.at, data)),
        }
    }
}

/// The parts of a value: of a joined text its parts, else itself.
pub(crate) fn parts(value: &Value) -> &[Value] {
    match &value.data {
        Data::Joined(parts) => parts,
        _ => std::slice::from_ref(value),
    }
}

/// The long ARN of a node.
pub(crate) fn of(app: &App, node: &Node, form: &Form) -> Value {
    arn(form.service, form.resource, name(app, node, form, 0))
}

/// `arn:${AWS::Partition}:service:${AWS::Region}:${AWS::AccountId}:` and the resource part with this name.
fn arn(service: &str, resource: &str, name: Value) -> Value {
    let (before, after) = resource.split_once("{}").unwrap_or((resource, ""));
    // `parameter/{}` of a name that begins with a slash has one slash.
    let is_path =
        before.ends_with('/') && parts(&name).first().is_some_and(|first| first.display().starts_with('/'));
    let before = if is_path { before.strip_suffix('/').unwrap_or(before) } else { before };
    let mut all = head(service);
    all.extend([Value::text(Span::NONE, before), name, Value::text(Span::NONE, after)]);
    joined(all)
}

/// What stands before the resource part of an ARN of a service.
pub(crate) fn head(service: &str) -> Vec<Value> {
    let text = |text: &str| Value::text(Span::NONE, text);
    let (has_region, has_account) = match service {
        "s3" => (false, false),
        "iam" | "cloudfront" | "globalaccelerator" | "organizations" | "shield" => (false, true),
        "route53" => (false, false),
        "apigateway" => (true, false),
        _ => (true, true),
    };
    let mut all = vec![text("arn:"), symbol("${AWS::Partition}"), text(&format!(":{service}:"))];
    all.extend(has_region.then(|| symbol("${AWS::Region}")));
    all.push(text(":"));
    all.extend(has_account.then(|| symbol("${AWS::AccountId}")));
    all.push(text(":"));
    all
}

/// What identifies a node in its ARN: the name that the template gives it, else a reference to it.
fn name(app: &App, node: &Node, form: &Form, depth: usize) -> Value {
    let given = node.attrs.get("name").filter(|name| form.named && !name.is_null());
    match given {
        Some(given) if depth < DEPTH_MAX => expanded(app, given, depth + 1),
        _ => Value::new(Span::NONE, Data::Ref(Ref { target: node.name.clone(), attribute: None })),
    }
}

/// See [`super::expand`].
pub(super) fn expand(app: &App, value: &Value) -> Value {
    normal(&expanded(app, value, 0))
}

fn expanded(app: &App, value: &Value, depth: usize) -> Value {
    match &value.data {
        Data::Joined(parts) if depth < DEPTH_MAX => {
            joined(parts.iter().map(|part| expanded(app, part, depth + 1)))
        }
        Data::Ref(reference) if depth < DEPTH_MAX => {
            resolved(app, reference, depth).map_or_else(|| value.clone(), |found| normal(&found))
        }
        _ => value.clone(),
    }
}

/// What a reference stands for: an ARN, a name, or a place.
fn resolved(app: &App, reference: &Ref, depth: usize) -> Option<Value> {
    let node = node_of(app, reference)?;
    let attribute = reference.attribute.as_deref();
    match node.provider_type.as_str() {
        "data.aws_region" => return Some(symbol("${AWS::Region}")),
        "data.aws_caller_identity" if attribute != Some("arn") => return Some(symbol("${AWS::AccountId}")),
        "data.aws_partition" if attribute == Some("partition") => return Some(symbol("${AWS::Partition}")),
        _ => {}
    }
    let form = form(node)?;
    let arn = || arn(form.service, form.resource, name(app, node, form, depth));
    let name = || name(app, node, form, depth);
    let is = |reference: Reference| form.reference == reference;
    let suffixed = |suffix: &str| joined([arn(), Value::text(Span::NONE, suffix)]);
    match attribute {
        None | Some("id") if is(Reference::Arn) => Some(arn()),
        None | Some("id") if is(Reference::Url) => None,
        Some(attribute) if Some(attribute) == form.attribute => Some(arn()),
        // `aws_kinesis_stream.x.id` is its ARN.
        Some("id") if node.provider_type == "aws_kinesis_stream" => Some(arn()),
        Some("StreamArn" | "stream_arn") => Some(suffixed("/stream/*")),
        Some("execution_arn") => Some(arn()),
        Some("arn" | "Arn") => Some(arn()),
        None | Some("id" | "name" | "Name" | "bucket" | "function_name" | "QueueName" | "TopicName") => {
            Some(name())
        }
        _ => None,
    }
}

/// A value in the words of the application's own language: Terraform has no `${AWS::Region}`.
pub(crate) fn in_terms(app: &App, value: &Value) -> Value {
    if !matches!(app.framework, Framework::Terraform | Framework::TerraformPlan) {
        return value.clone();
    }
    let read = |provider_type: &str, attribute: &str| {
        let node = app.nodes.iter().find(|node| node.provider_type == provider_type)?;
        let attribute = Some(attribute.to_owned());
        Some(Value::new(Span::NONE, Data::Ref(Ref { target: node.name.clone(), attribute })))
    };
    let any = || Value::text(Span::NONE, "*");
    let said = |part: &Value| match &part.data {
        Data::Unknown(unknown) => match unknown.text.as_str() {
            "${AWS::Partition}" => Value::text(Span::NONE, "aws"),
            "${AWS::Region}" => read("data.aws_region", "name").unwrap_or_else(any),
            "${AWS::AccountId}" => read("data.aws_caller_identity", "account_id").unwrap_or_else(any),
            _ => part.clone(),
        },
        _ => part.clone(),
    };
    joined(parts(value).iter().map(said).collect::<Vec<_>>())
}

/// The first five parts of an ARN in their usual form: any partition, this region, this account.
fn normal(value: &Value) -> Value {
    let is_arn = parts(value).first().and_then(Value::as_str).is_some_and(|text| text.starts_with("arn:"));
    if !is_arn {
        return value.clone();
    }
    let segments = segments(value);
    let count = segments.len();
    let mut all = Vec::new();
    for (position, segment) in segments.into_iter().enumerate() {
        let usual = match position {
            1 => usual_partition(&segment),
            3 => usual_place(&segment, "region", "${AWS::Region}"),
            4 => usual_place(&segment, "account", "${AWS::AccountId}"),
            _ => None,
        };
        all.extend(usual.map_or(segment, |usual| vec![usual]));
        if position + 1 < count {
            all.push(Value::text(Span::NONE, ":"));
        }
    }
    joined(all)
}

fn usual_partition(segment: &[Value]) -> Option<Value> {
    let is_wild = segment.iter().any(|part| part.as_str().is_some_and(|text| text.contains(['*', '?'])));
    (!is_wild).then(|| symbol("${AWS::Partition}"))
}

/// `${data.aws_region.current.name}`, `${var.region}`, `${Region}`: where this application is deployed.
fn usual_place(segment: &[Value], word: &str, usual: &str) -> Option<Value> {
    let [only] = segment else { return None };
    let is_open = matches!(only.data, Data::Ref(_) | Data::Unknown(_));
    let shown = only.display().to_ascii_lowercase();
    let is_this = shown.contains(word) || shown.contains("caller_identity");
    (is_open && is_this).then(|| symbol(usual))
}

/// An ARN cut at its first five colons.
pub(crate) fn segments(value: &Value) -> Vec<Vec<Value>> {
    const SEGMENTS: usize = 6;
    let mut all: Vec<Vec<Value>> = vec![Vec::new()];
    for part in parts(value) {
        let Some(text) = part.as_str() else {
            if let Some(last) = all.last_mut() {
                last.push(part.clone());
            }
            continue;
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(':').filter(|_| all.len() < SEGMENTS) {
            if let Some(last) = all.last_mut().filter(|_| !before.is_empty()) {
                last.push(Value::text(part.at, before));
            }
            all.push(Vec::new());
            rest = after;
        }
        if let Some(last) = all.last_mut().filter(|_| !rest.is_empty()) {
            last.push(Value::text(part.at, rest));
        }
    }
    all
}
