//! What the application's resources are called on this machine: names, ARNs, identifiers, addresses.
//!
//! A value of the template becomes text here: references and pseudo parameters are put in, addresses of the cloud are
//! replaced by local ones. What was made by the local cloud under a name of its choice is set after it was made.
use model::{App, Data, Kind, Node, Value};
use std::collections::BTreeMap;

/// The local names of an application.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub region: String,
    pub account: String,
    /// Name of the stack.
    pub stack: String,
    /// `http://127.0.0.1:4566`
    pub endpoint: String,
    /// Base address of each API and function URL, by node.
    pub bases: BTreeMap<String, String>,
    /// Values that are known better than by rule: by node and attribute (`""` is the reference itself).
    pub known: BTreeMap<(String, String), String>,
}

/// How deep values may stand in values.
const DEPTH_MAX: usize = 32;

impl Names {
    /// Sets a value that was found out.
    pub fn set(&mut self, node: &str, attribute: &str, value: impl Into<String>) {
        self.known.insert((node.to_owned(), attribute.to_owned()), value.into());
    }

    /// The name of a node in the account.
    #[must_use]
    pub fn name(&self, app: &App, node: &Node) -> String {
        if let Some(known) = self.known.get(&(node.name.clone(), "name".to_owned())) {
            return known.clone();
        }
        let attribute = node.attrs.get("name").and_then(|value| self.text(app, value));
        if let Some(name) = attribute.filter(|name| !name.is_empty()) {
            return match node.kind {
                Kind::Queue if node.flag("fifo") == model::Tri::True && !name.ends_with(".fifo") => {
                    format!("{name}.fifo")
                }
                _ => name,
            };
        }
        let own = node.name.rsplit('.').next().unwrap_or(&node.name);
        match node.kind {
            Kind::Bucket => {
                let text = format!("{}-{own}-{}", self.stack, self.account).to_ascii_lowercase();
                text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect()
            }
            Kind::Queue if node.flag("fifo") == model::Tri::True => format!("{own}.fifo"),
            Kind::LogGroup | Kind::Parameter => format!("/{}/{own}", self.stack),
            _ => own.to_owned(),
        }
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:REST`
    #[must_use]
    pub fn arn_of(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }

    /// The ARN of a node.
    #[must_use]
    pub fn arn(&self, app: &App, node: &Node) -> String {
        if let Some(known) = self.known.get(&(node.name.clone(), "Arn".to_owned())) {
            return known.clone();
        }
        let name = self.name(app, node);
        match node.kind {
            Kind::Function => self.arn_of("lambda", &format!("function:{name}")),
            Kind::Layer => self.arn_of("lambda", &format!("layer:{name}:1")),
            Kind::Queue => self.arn_of("sqs", &name),
            Kind::Topic => self.arn_of("sns", &name),
            Kind::Bucket => format!("arn:aws:s3:::{name}"),
            Kind::Table => self.arn_of("dynamodb", &format!("table/{name}")),
            Kind::Stream => self.arn_of("kinesis", &format!("stream/{name}")),
            Kind::DeliveryStream => self.arn_of("firehose", &format!("deliverystream/{name}")),
            Kind::Role => format!("arn:aws:iam::{}:role/{name}", self.account),
            Kind::User => format!("arn:aws:iam::{}:user/{name}", self.account),
            Kind::Policy => format!("arn:aws:iam::{}:policy/{name}", self.account),
            Kind::UserPool => self.arn_of("cognito-idp", &format!("userpool/{}", self.id(app, node))),
            Kind::Secret => self.arn_of("secretsmanager", &format!("secret:{name}")),
            Kind::Parameter => self.arn_of("ssm", &format!("parameter/{}", name.trim_start_matches('/'))),
            Kind::Key => self.arn_of("kms", &format!("key/{}", self.id(app, node))),
            Kind::LogGroup => self.arn_of("logs", &format!("log-group:{name}")),
            Kind::EventBus => self.arn_of("events", &format!("event-bus/{name}")),
            Kind::EventRule => self.arn_of("events", &format!("rule/{name}")),
            Kind::StateMachine => self.arn_of("states", &format!("stateMachine:{name}")),
            Kind::Api => {
                format!("arn:aws:execute-api:{}:{}:{}", self.region, self.account, self.id(app, node))
            }
            _ => self.arn_of("local", &name),
        }
    }

    /// What identifies a node where that is not its name: an API, a user pool, a key.
    #[must_use]
    pub fn id(&self, app: &App, node: &Node) -> String {
        if let Some(known) = self.known.get(&(node.name.clone(), String::new())) {
            return known.clone();
        }
        match node.kind {
            Kind::Api => identifier(&node.name, 10),
            Kind::UserPool => format!("{}_{}", self.region, identifier(&node.name, 9)),
            Kind::UserPoolClient => identifier(&node.name, 26),
            Kind::IdentityPool | Kind::Key => {
                let text = identifier(&node.name, 36);
                let is_pool = node.kind == Kind::IdentityPool;
                if is_pool { format!("{}:{text}", self.region) } else { text }
            }
            _ => self.name(app, node),
        }
    }

    /// A queue's address.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.endpoint, self.account)
    }

    /// What a reference to a node gives.
    #[must_use]
    pub fn reference(&self, app: &App, target: &str, attribute: Option<&str>) -> Option<String> {
        if let Some(text) = self.data_source(target, attribute) {
            return Some(text);
        }
        let wanted = attribute.unwrap_or_default();
        if let Some(known) = self.known.get(&(target.to_owned(), wanted.to_owned())) {
            return Some(known.clone());
        }
        let node = app.named(target)?;
        let lower: String = wanted.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
        // Terraform has attributes where CloudFormation has the reference itself.
        let is_terraform = node.provider_type.starts_with("aws_");
        Some(match lower.as_str() {
            "" => self.plain(app, node),
            "id" if is_terraform => self.terraform_id(app, node),
            "arn" | "topicarn" | "rolearn" | "qualifiedarn" => self.arn(app, node),
            "url" | "queueurl" if node.kind == Kind::Queue => self.queue_url(&self.name(app, node)),
            "streamarn" | "lateststreamarn" => format!("{}/stream/local", self.arn(app, node)),
            "functionurl" | "apiendpoint" | "invokeurl" | "endpoint" | "url" => self.base(app, node)?,
            "invokearn" => format!(
                "arn:aws:apigateway:{}:lambda:path/2015-03-31/functions/{}/invocations",
                self.region,
                self.arn(app, node)
            ),
            "executionarn" => self.arn(app, node),
            "providername" => format!("cognito-idp.{}.amazonaws.com/{}", self.region, self.id(app, node)),
            "providerurl" | "issuer" => {
                format!("https://cognito-idp.{}.amazonaws.com/{}", self.region, self.id(app, node))
            }
            "domainname" | "regionaldomainname" | "bucketdomainname" | "bucketregionaldomainname" => {
                format!("{}.s3.{}.amazonaws.com", self.name(app, node), self.region)
            }
            "websiteurl" => format!("{}/{}", self.endpoint, self.name(app, node)),
            "name" | "queuename" | "topicname" | "functionname" | "bucket" | "tablename" | "bucketname" => {
                self.name(app, node)
            }
            "id" | "apiid" | "userpoolid" | "clientid" | "keyid" | "restapiid" => self.id(app, node),
            "value" => self.text(app, node.attrs.get("value")?)?,
            "version" => "1".to_owned(),
            "region" => self.region.clone(),
            _ => return None,
        })
    }

    /// CloudFormation's `Ref`.
    fn plain(&self, app: &App, node: &Node) -> String {
        if node.provider_type.starts_with("aws_") {
            return self.terraform_id(app, node);
        }
        match node.kind {
            Kind::Queue => self.queue_url(&self.name(app, node)),
            Kind::Topic | Kind::Secret | Kind::StateMachine | Kind::Layer | Kind::Policy => {
                self.arn(app, node)
            }
            Kind::FunctionUrl => self.base(app, node).unwrap_or_default(),
            Kind::Api | Kind::UserPool | Kind::UserPoolClient | Kind::IdentityPool | Kind::Key => {
                self.id(app, node)
            }
            Kind::FunctionVersion => {
                let function = node.owner.and_then(|id| app.node(id));
                let arn = function.map(|function| self.arn(app, function)).unwrap_or_default();
                format!("{arn}:{}", node.text("name").unwrap_or("1"))
            }
            _ => self.name(app, node),
        }
    }

    fn terraform_id(&self, app: &App, node: &Node) -> String {
        match node.kind {
            Kind::Queue => self.queue_url(&self.name(app, node)),
            Kind::Topic | Kind::Secret | Kind::StateMachine | Kind::Policy => self.arn(app, node),
            _ => self.id(app, node),
        }
    }

    fn base(&self, app: &App, node: &Node) -> Option<String> {
        let own = self.bases.get(&node.name);
        let of_function = || {
            let url = app.all(Kind::FunctionUrl).find(|url| url.owner == Some(node.id))?;
            self.bases.get(&url.name)
        };
        own.or_else(of_function).cloned()
    }

    /// Terraform's data sources about the account.
    fn data_source(&self, target: &str, attribute: Option<&str>) -> Option<String> {
        let kind = target.split("data.").nth(1)?.split('.').next()?;
        match (kind, attribute.unwrap_or("id")) {
            ("aws_caller_identity", "arn") => Some(format!("arn:aws:iam::{}:root", self.account)),
            ("aws_caller_identity", _) => Some(self.account.clone()),
            ("aws_region", _) => Some(self.region.clone()),
            ("aws_partition", "dns_suffix") => Some("amazonaws.com".to_owned()),
            ("aws_partition", _) => Some("aws".to_owned()),
            _ => None,
        }
    }

    /// A pseudo parameter, as it stands in an unknown value's text: `${AWS::Region}`.
    fn pseudo(&self, text: &str) -> Option<String> {
        let name = text.trim_start_matches("${").trim_end_matches('}');
        Some(match name {
            "AWS::Region" | "aws:region" | "self:provider.region" => self.region.clone(),
            "AWS::AccountId" | "aws:accountId" => self.account.clone(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::StackName" => self.stack.clone(),
            "AWS::StackId" => {
                let id = identifier(&self.stack, 12);
                self.arn_of("cloudformation", &format!("stack/{}/{id}", self.stack))
            }
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::NoValue" => String::new(),
            _ => return None,
        })
    }

    /// A value as text; `None`: something in it is not known.
    #[must_use]
    pub fn text(&self, app: &App, value: &Value) -> Option<String> {
        self.raw(app, value, 0).map(|text| self.localize(app, text))
    }

    fn raw(&self, app: &App, value: &Value, depth: usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        match &value.data {
            Data::Null | Data::List(_) | Data::Map(_) => None,
            Data::Bool(flag) => Some(flag.to_string()),
            Data::Int(number) => Some(number.to_string()),
            Data::Float(number) => Some(number.to_string()),
            Data::Text(text) => Some(text.clone()),
            Data::Ref(reference) => self.reference(app, &reference.target, reference.attribute.as_deref()),
            Data::Joined(parts) => parts.iter().map(|part| self.raw(app, part, depth + 1)).collect(),
            Data::Unknown(unknown) => self.pseudo(&unknown.text),
        }
    }

    /// A value as JSON; what is not known is null.
    #[must_use]
    pub fn json(&self, app: &App, value: &Value) -> serde_json::Value {
        use serde_json::Value as Json;
        match &value.data {
            Data::Null => Json::Null,
            Data::Bool(flag) => Json::Bool(*flag),
            Data::Int(number) => Json::from(*number),
            Data::Float(number) => Json::from(*number),
            Data::List(items) => items.iter().map(|item| self.json(app, item)).collect(),
            Data::Map(entries) => {
                entries.iter().map(|entry| (entry.key.text.clone(), self.json(app, &entry.value))).collect()
            }
            _ => self.text(app, value).map_or(Json::Null, Json::String),
        }
    }

    /// Replaces addresses of the cloud by those of this machine.
    fn localize(&self, app: &App, text: String) -> String {
        if !text.contains("amazonaws.com") && !text.contains("lambda-url") {
            return text;
        }
        let mut text = text;
        for api in app.all(Kind::Api) {
            if let Some(base) = self.bases.get(&api.name) {
                let cloud =
                    format!("https://{}.execute-api.{}.amazonaws.com", self.id(app, api), self.region);
                text = text.replace(&cloud, base.trim_end_matches('/'));
            }
        }
        for service in ["sqs", "dynamodb", "sns", "lambda", "secretsmanager", "ssm", "events", "states"] {
            let cloud = format!("https://{service}.{}.amazonaws.com", self.region);
            text = text.replace(&cloud, &self.endpoint);
        }
        text
    }
}

/// An identifier made of a name: lower-case letters and digits, the same each time.
fn identifier(name: &str, length: usize) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
    crate::clock::hex(digest.as_ref()).chars().take(length).collect()
}
