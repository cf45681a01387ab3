//! What starts functions: every event type of the framework becomes a trigger.
//!
//! Source: Serverless Framework documentation, "AWS Lambda events".
mod http;
mod polled;
mod pushed;

use model::{Data, Entry, Key, ProblemKind, Span, Value};

use super::build::{Properties, reference};
use super::service::{Function, Service};
use super::template::{Origin, Template};
use super::variables::Variables;
use crate::aws::TRIGGER;

/// One event of one function, or of one state machine.
pub(super) struct Event<'e> {
    /// The event type and where it stands.
    pub key: &'e Key,
    pub value: &'e Value,
    pub service: &'e Service,
}

/// Which APIs the events need, and the first event that needs each.
#[derive(Debug, Default)]
pub(super) struct Needs {
    pub rest: Option<Span>,
    pub http: Option<Span>,
    pub websocket: Option<Span>,
}

/// Adds the triggers of every function.
pub(super) fn add(variables: &mut Variables<'_, '_>, service: &Service, template: &mut Template) -> Needs {
    let mut needs = Needs::default();
    for function in &service.functions {
        let Some(events) = function.own("events") else { continue };
        let owner = Owner { name: &function.key.text, id: &function.id };
        add_events(variables, service, template, (owner, events), &mut needs);
    }
    needs
}

/// Whom events start: its name, and its logical id.
#[derive(Clone, Copy)]
pub(super) struct Owner<'o> {
    pub name: &'o str,
    pub id: &'o str,
}

impl<'o> From<&'o Function> for Owner<'o> {
    fn from(function: &'o Function) -> Self {
        Self { name: &function.key.text, id: &function.id }
    }
}

/// Adds a trigger for each event of a list.
pub(super) fn add_events(
    variables: &mut Variables<'_, '_>,
    service: &Service,
    template: &mut Template,
    (owner, events): (Owner<'_>, &Value),
    needs: &mut Needs,
) {
    for item in events.one_or_many() {
        let named;
        let entries = match &item.data {
            // `- alexaSkill`
            Data::Text(text) => {
                let key = Key { text: text.clone(), at: item.at };
                named = [Entry { key, value: Value::new(item.at, Data::Null) }];
                named.as_slice()
            }
            Data::Map(entries) => entries,
            _ => {
                let message = format!("an event of `{}` could not be read", owner.name);
                variables.tell(ProblemKind::Unresolved, item.at, message, "write it as `- type: { … }`");
                continue;
            }
        };
        for entry in entries {
            let event = Event { key: &entry.key, value: &entry.value, service };
            let made = triggers(&event, template, needs);
            if made.is_empty() {
                let message = format!("event type `{}` of `{}` is not known", entry.key.text, owner.name);
                let help = "correct its name; what it starts is not in the graph";
                variables.tell(ProblemKind::Unsupported, entry.key.at, message, help);
            }
            for properties in made {
                add_trigger(template, entry, owner, properties);
            }
        }
    }
}

fn add_trigger(template: &mut Template, entry: &Entry, owner: Owner<'_>, mut properties: Properties) {
    properties.put("function", Some(reference(entry.key.at, owner.id)));
    let name = format!("{}.{}", owner.name, entry.key.text);
    let free = (1..).map(|number| match number {
        1 => name.clone(),
        _ => format!("{name}.{number}"),
    });
    if let Some(name) = free.into_iter().find(|name| !template.has(name)) {
        template.add(&name, TRIGGER, Origin::entry(entry), properties);
    }
}

/// The triggers that one event makes. None when its type is not known.
fn triggers(event: &Event<'_>, template: &mut Template, needs: &mut Needs) -> Vec<Properties> {
    let at = event.key.at;
    match event.key.text.as_str() {
        "http" => {
            needs.rest.get_or_insert(at);
            vec![http::rest(event)]
        }
        "httpApi" => {
            needs.http.get_or_insert(at);
            vec![http::http_api(event)]
        }
        "websocket" => {
            needs.websocket.get_or_insert(at);
            vec![http::websocket(event)]
        }
        "alb" => vec![http::load_balancer(event)],
        "sqs" | "stream" | "msk" | "kafka" | "activemq" | "rabbitmq" | "documentdb" => {
            vec![polled::trigger(event)]
        }
        "schedule" => pushed::schedules(event),
        "s3" => vec![pushed::bucket(event, template)],
        "sns" => vec![pushed::topic(event, template)],
        "eventBridge" => vec![pushed::event_bridge(event, template)],
        "cognitoUserPool" => vec![pushed::user_pool(event, template)],
        _ => pushed::other(event).into_iter().collect(),
    }
}

impl Event<'_> {
    /// A trigger of this kind, for the account's own services unless said otherwise.
    fn internal(&self, kind: &str) -> Properties {
        let mut properties = Properties::default();
        properties.text("event", self.key.at, kind);
        properties.text("exposure", self.key.at, "internal");
        properties
    }

    /// The event's settings: the map, or under this name the value that stands alone.
    fn setting(&self, name: &str) -> Option<&Value> {
        super::build::set(self.value, name)
    }

    /// A setting of a map, or the value itself when it is no map of settings.
    fn setting_or_value(&self, name: &str) -> Option<&Value> {
        let value = Some(self.value).filter(|value| !value.is_null());
        self.setting(name)
            .or_else(|| value.filter(|value| value.entries().is_empty() || super::build::is_intrinsic(value)))
    }
}
