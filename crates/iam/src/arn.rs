//! ARNs of the graph's nodes, and one form for the many ways to write them.
//!
//! Two forms of every ARN: the template's own (`!GetAtt Orders.Arn`), to be written, and the long one
//! (`arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}`), to be compared.
mod forms;
mod long;
mod names;

use model::{App, Data, Framework, Kind, Node, Provider, Ref, Span, Value};

pub(crate) use forms::{Reference, of as form};
pub(crate) use long::{head, in_terms, joined, of as long_of, parts, symbol};
pub(crate) use names::{Names, is_run_time, long};

/// The ARN of a node as its template writes it (`!GetAtt Orders.Arn`, `aws_dynamodb_table.orders.arn`); `None`
/// when its kind has none.
#[must_use]
pub fn of(app: &App, node: &Node) -> Option<Value> {
    let reference = |attribute: Option<&str>| {
        let attribute = attribute.map(str::to_owned);
        Value::new(Span::NONE, Data::Ref(Ref { target: node.name.clone(), attribute }))
    };
    let form = form(node);
    if is_terraform(node) {
        // Nearly everything in the provider has it, known here or not.
        let is_resource = node.provider == Provider::Aws && form.is_some();
        return is_resource.then(|| match node.provider_type.as_str() {
            "aws_api_gateway_rest_api" | "aws_apigatewayv2_api" => reference(Some("execution_arn")),
            _ => reference(Some("arn")),
        });
    }
    let form = form?;
    // Only what the framework writes into the template can be referred to.
    if form.reference == Reference::Arn {
        return Some(reference(None));
    }
    // The ARN of a log group ends in `:*`, which is what permissions are about.
    match form.attribute {
        Some(attribute) => Some(reference(Some(attribute))),
        None => Some(long::of(app, node, form)),
    }
}

/// The same resource in its long form: references to a resource's ARN become
/// `arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}`, so that different
/// spellings of one resource can be compared.
#[must_use]
pub fn expand(app: &App, value: &Value) -> Value {
    long::expand(app, value)
}

/// The node that an ARN, a name, a queue's URL or a reference is about.
#[must_use]
pub fn target<'a>(app: &'a App, value: &Value) -> Option<&'a Node> {
    referred(app, value).or_else(|| Names::of(app).find(app, &expand(app, value)))
}

/// The same with the names at hand.
pub(crate) fn target_among<'a>(app: &'a App, names: &Names, value: &Value) -> Option<&'a Node> {
    referred(app, value).or_else(|| names.find(app, &expand(app, value)))
}

fn referred<'a>(app: &'a App, value: &Value) -> Option<&'a Node> {
    let mut references = Vec::new();
    value.references(&mut references);
    // A region or an account that is referred to is not what the ARN is about.
    let nodes = references.iter().filter_map(|(reference, _)| node_of(app, reference));
    let mut about = nodes.filter(|node| !is_place(node));
    about.next()
}

/// The node that a reference is about; `MyFunction.Alias` is a part of what SAM makes of `MyFunction`.
pub(crate) fn node_of<'a>(app: &'a App, reference: &Ref) -> Option<&'a Node> {
    app.named(&reference.target).or_else(|| {
        let (whole, _) = reference.target.split_once('.')?;
        app.named(whole).filter(|_| app.framework != Framework::Terraform)
    })
}

fn is_place(node: &Node) -> bool {
    node.provider_type.starts_with("data.aws_region")
        || node.provider_type.starts_with("data.aws_caller_identity")
        || node.provider_type.starts_with("data.aws_partition")
        || node.kind == Kind::TemplateParameter
}

pub(crate) fn is_terraform(node: &Node) -> bool {
    node.provider_type.starts_with("aws_") || node.provider_type.starts_with("data.")
}
