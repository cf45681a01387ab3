//! ARNs of the graph's nodes, and one form for the many ways to write them.
use model::{App, Node, Value};

/// The ARN of a node as its template writes it (`!GetAtt Orders.Arn`, `aws_dynamodb_table.orders.arn`); `None`
/// when its kind has none.
#[must_use]
pub fn of(_app: &App, _node: &Node) -> Option<Value> {
    None
}

/// The same resource in its long form: references to a resource's ARN become
/// `arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}`, so that different
/// spellings of one resource can be compared.
#[must_use]
pub fn expand(_app: &App, value: &Value) -> Value {
    value.clone()
}

/// The node that an ARN, a name, a queue's URL or a reference is about.
#[must_use]
pub fn target<'a>(app: &'a App, value: &Value) -> Option<&'a Node> {
    value.first_reference().and_then(|reference| app.named(&reference.target))
}
