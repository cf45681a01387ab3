//! Repairs that many checks share: a key, a queue for what fails, a log group, a policy that asks for TLS, a
//! parameter for a secret.
use model::{App, Data, Fix, Kind, NewNode, Node, Patch, Statement, Value};

/// A resource of the application, and the patches that make it exist when it does not yet.
pub(crate) struct Helper {
    pub name: String,
    pub patches: Vec<Patch>,
}

impl Helper {
    /// A reference to one of its attributes: `Arn`.
    pub(crate) fn attribute(&self, attribute: &str) -> Data {
        Data::attribute(&self.name, attribute)
    }

    fn new(node: NewNode) -> Self {
        Self { name: node.name.clone(), patches: vec![node.create()] }
    }

    fn known(node: &Node) -> Self {
        Self { name: node.name.clone(), patches: Vec::new() }
    }
}

/// A repair that may need a resource that is not there yet.
pub(crate) fn risky_with(title: &str, helper: Helper, patches: impl IntoIterator<Item = Patch>) -> Fix {
    let all = helper.patches.into_iter().chain(patches).collect();
    Fix { title: title.to_owned(), safety: model::Safety::Risky, patches: all }
}

/// The first names that are free get no number.
const NUMBERS_MAX: usize = 99;

/// A logical id that no resource has yet, near this node: its own name and what is added.
pub(crate) fn free_name(app: &App, wanted: &str) -> String {
    let snake = snake(wanted);
    let taken = |number: &str| {
        app.nodes.iter().any(|node| {
            let last = node.name.rsplit('.').next().unwrap_or(&node.name);
            last.eq_ignore_ascii_case(&format!("{wanted}{number}"))
                || last.eq_ignore_ascii_case(&format!("{snake}{number}"))
        })
    };
    let mut numbers =
        (1..NUMBERS_MAX).map(|number| if number == 1 { String::new() } else { number.to_string() });
    let number = numbers.find(|number| !taken(number)).unwrap_or_default();
    format!("{wanted}{number}")
}

/// `say-hi`, `module.a.aws_sqs_queue.say_hi`: `SayHi`.
pub(crate) fn camel(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words = last.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string())
                + letters.as_str()
        })
        .collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Whether a node is written in Terraform's words.
pub(crate) fn is_terraform(node: &Node) -> bool {
    node.provider_type.starts_with("aws_")
}

/// The application's customer key: the only one that it has.
fn known_key(app: &App) -> Option<&Node> {
    const TYPES: &[&str] = &["AWS::KMS::Key", "aws_kms_key"];
    const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";
    let usable = |key: &&Node| {
        key.text("spec").is_none_or(|spec| spec == SYMMETRIC)
            && !key.flag_or("enabled", true).is_false()
            && !key.name.starts_with("module.")
    };
    let mut keys = app.of_type(TYPES).filter(usable);
    keys.next().filter(|_| keys.next().is_none())
}

/// The application's customer key: the only one that it has, else a new one.
pub(crate) fn own_key(app: &App, near: &Node) -> Helper {
    known_key(app).map_or_else(|| new_key(app, near, "DataKey", []), Helper::known)
}

/// The statement of every key's first policy: roles of the account may use it when their policies say so.
pub(crate) fn key_for_account() -> Data {
    Data::map([
        ("Effect", "Allow".into()),
        (
            "Principal",
            Data::map([(
                "AWS",
                Data::joined([
                    "arn:".into(),
                    pseudo("Partition"),
                    ":iam::".into(),
                    pseudo("AccountId"),
                    ":root".into(),
                ]),
            )]),
        ),
        ("Action", "kms:*".into()),
        ("Resource", "*".into()),
    ])
}

fn new_key(app: &App, near: &Node, name: &str, further: impl IntoIterator<Item = Data>) -> Helper {
    let mut key = NewNode::new(near, free_name(app, name), ["AWS::KMS::Key", "aws_kms_key"])
        .with("description", "Encrypts the data of this application")
        .with("rotation", true);
    // Terraform has no name for the account. Without a policy a key gets this very one.
    if !is_terraform(near) {
        key = key.policy(policy_of([key_for_account()].into_iter().chain(further)));
    }
    Helper::new(key)
}

/// A customer key that a service may use by itself: the application's only one, whose policy is its owner's
/// matter, else a new one. `None` in Terraform, where such a policy cannot be said without further data.
fn key_for_service(app: &App, near: &Node, service: Data) -> Option<Helper> {
    if let Some(key) = known_key(app) {
        return Some(Helper::known(key));
    }
    let use_it = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];
    let statement = Data::map([
        ("Effect", "Allow".into()),
        ("Principal", Data::map([("Service", service)])),
        ("Action", Data::list(use_it.map(Data::from))),
        ("Resource", "*".into()),
    ]);
    (!is_terraform(near)).then(|| new_key(app, near, "LogKey", [statement]))
}

/// Encrypts with a customer key that the log service may use.
pub(crate) fn with_log_key(app: &App, node: &Node) -> Option<Fix> {
    let service = Data::joined(["logs.".into(), pseudo("Region"), ".amazonaws.com".into()]);
    let key = key_for_service(app, node, service)?;
    let set = node.set("key", key.attribute("Arn"));
    Some(risky_with("encrypt with a customer key", key, [set]))
}

/// Encrypts with a customer key that the trail's service may use.
pub(crate) fn with_trail_key(app: &App, node: &Node) -> Option<Fix> {
    let key = key_for_service(app, node, "cloudtrail.amazonaws.com".into())?;
    let set = node.set("key", key.attribute("Arn"));
    Some(risky_with("encrypt with a customer key", key, [set]))
}

/// Encrypts with a customer key.
pub(crate) fn with_own_key(app: &App, node: &Node, attr: &'static str, title: &str) -> Fix {
    with_own_key_and(app, node, attr, title, [])
}

/// Encrypts with a customer key, and sets what else that needs.
pub(crate) fn with_own_key_and(
    app: &App,
    node: &Node,
    attr: &'static str,
    title: &str,
    others: impl IntoIterator<Item = Patch>,
) -> Fix {
    let key = own_key(app, node);
    let set = node.set(attr, key.attribute("Arn"));
    risky_with(title, key, others.into_iter().chain([set]))
}

const QUEUES: [&str; 2] = ["AWS::SQS::Queue", "aws_sqs_queue"];
/// Failed messages are kept as long as the provider lets them be.
const DEAD_LETTERS_SECONDS: i64 = 1_209_600;

/// A new queue for what a node fails to process.
pub(crate) fn dead_letter_queue(app: &App, node: &Node) -> Helper {
    let name = free_name(app, &format!("{}DeadLetters", camel(&node.name)));
    let mut queue = NewNode::new(node, name, QUEUES)
        .with("retention_seconds", DEAD_LETTERS_SECONDS)
        .with("encrypted", true);
    if node.kind == Kind::Queue && node.flag("fifo").is_true() {
        queue = queue.with("fifo", true);
        if is_terraform(node) {
            // Terraform asks for the ending in the name.
            queue.attrs.push(("name", Data::Text(format!("{}.fifo", snake(&queue.name)))));
        }
    }
    Helper::new(queue)
}

/// A new log group whose records are kept for a year.
pub(crate) fn log_group(app: &App, node: &Node, prefix: &str) -> Helper {
    let name = free_name(app, &format!("{}Logs", camel(&node.name)));
    let mut group = NewNode::new(node, name, ["AWS::Logs::LogGroup", "aws_cloudwatch_log_group"])
        .with("retention_days", 365);
    if !prefix.is_empty() {
        group = group.with("name", format!("{prefix}{}", camel(&node.name)));
    }
    Helper::new(group)
}

/// A statement that refuses requests without TLS to these resources.
pub(crate) fn refuse_plain_http(action: &str, resources: Vec<Data>) -> Data {
    Data::map([
        ("Effect", "Deny".into()),
        ("Principal", "*".into()),
        ("Action", action.into()),
        ("Resource", Data::list(resources)),
        ("Condition", Data::map([("Bool", Data::map([("aws:SecureTransport", "false".into())]))])),
    ])
}

/// A policy of these statements.
pub(crate) fn policy_of(statements: impl IntoIterator<Item = Data>) -> Data {
    Data::map([("Version", "2012-10-17".into()), ("Statement", Data::list(statements))])
}

/// Asks for a secret at each deployment instead of holding it. `None` when it stands elsewhere: in the default of
/// a parameter, which has a check of its own.
pub(crate) fn ask_for(node: &Node, name: &str, value: &Value) -> Option<Fix> {
    if !node.span.contains(value.at) {
        return None;
    }
    let parameter = format!("{}{}", camel(&node.name), camel(name));
    let rewrite = value.rewrite(Data::reference(&parameter));
    let ask = Patch::Ask { near: node.name.clone(), parameter };
    Some(Fix::risky("ask for it at each deployment", ask).and(rewrite))
}

/// What a template calls `AWS::AccountId` and its like. Terraform knows it by data that may not be there.
pub(crate) fn pseudo(name: &str) -> Data {
    Data::Unknown(model::Unknown {
        reason: "known only when deployed".to_owned(),
        text: format!("${{AWS::{name}}}"),
    })
}

/// Lets only principals of the own account in that a statement lets everyone in. Not in Terraform, where the
/// number of the account has no name.
pub(crate) fn own_account_only(node: &Node, statement: &Statement) -> Option<Fix> {
    let written = node.provider_type.starts_with("AWS::") && !statement.at.is_empty();
    // A condition that everyone meets stays one.
    let wide = |value: &Value| {
        value.as_str().is_some_and(|text| text == "*" || text.ends_with("/0") || text.contains(":*:*"))
    };
    let is_met = statement.conditions.iter().any(|condition| condition.values.iter().any(wide));
    (written && !is_met).then(|| {
        let path = ["Condition", "StringEquals", "aws:PrincipalAccount"];
        Fix::risky("let only the own account in", statement.put(&path, pseudo("AccountId")))
    })
}

/// A setting in CloudFormation's words that no attribute stands for. `None` in Terraform.
pub(crate) fn put_property(node: &Node, path: &[&'static str], value: impl Into<Data>) -> Option<Patch> {
    let written = node.provider_type.starts_with("AWS::") && !node.span.is_empty() && !node.implicit;
    let path = ["Properties"].into_iter().chain(path.iter().copied()).collect();
    written.then(|| Patch::Put { at: node.span, path, value: value.into() })
}

/// An attribute of a template's resource beside its properties. `None` in Terraform.
pub(crate) fn put_beside(node: &Node, name: &'static str, value: impl Into<Data>) -> Option<Patch> {
    let written = node.provider_type.starts_with("AWS::") && !node.span.is_empty() && !node.implicit;
    written.then(|| Patch::Put { at: node.span, path: vec![name], value: value.into() })
}

/// The list that stands in an attribute, and further words. `None` when a part of it is not literal.
pub(crate) fn with_words(node: &Node, attr: &'static str, words: &[&str]) -> Option<Patch> {
    let old = node.list(attr);
    if !old.iter().all(Value::is_literal) {
        return None;
    }
    let old = old.iter().map(|value| value.data.clone());
    let new = words.iter().filter(|word| !node.list(attr).iter().any(|value| value.as_str() == Some(**word)));
    Some(node.set(attr, Data::list(old.chain(new.map(|word| Data::from(*word))).collect::<Vec<_>>())))
}

/// The list that stands in an attribute without some of its texts; the attribute goes with its last one.
pub(crate) fn without_words(node: &Node, attr: &'static str, unwanted: impl Fn(&str) -> bool) -> Patch {
    let kept = node.list(attr).iter().filter(|value| !value.as_str().is_some_and(&unwanted));
    let kept: Vec<Data> = kept.map(|value| value.data.clone()).collect();
    if kept.is_empty() { node.unset(attr) } else { node.set(attr, Data::list(kept)) }
}

/// Narrows the wide actions of a statement to one.
pub(crate) fn only_action(statement: &Statement, action: &'static str) -> Option<Fix> {
    let wide = |value: &&Value| value.as_str().is_some_and(|text| text == "*" || text.ends_with(":*"));
    let patches: Vec<Patch> =
        statement.actions.iter().filter(wide).map(|value| value.rewrite(action)).collect();
    let title = format!("allow `{action}` only");
    (!patches.is_empty()).then_some(Fix { title, safety: model::Safety::Risky, patches })
}

/// A parameter of a parameter group: written where it stands, or added to CloudFormation's map of them.
pub(crate) fn set_parameter(group: &Node, name: &'static str, value: &'static str) -> Option<Fix> {
    let title = format!("set `{name}` to `{value}`");
    if let Some(written) = crate::data::facts::parameter(group, name) {
        return Some(Fix::risky(&title, written.rewrite(value)));
    }
    let patch = if group.provider_type.contains("Redshift") {
        let pair = Data::map([("ParameterName", name.into()), ("ParameterValue", value.into())]);
        (!group.has("values")).then(|| put_property(group, &["Parameters"], Data::list([pair])))?
    } else {
        put_property(group, &["Parameters", name], value)
    };
    Some(Fix::risky(&title, patch?))
}

/// A policy that refuses plain HTTP, on a resource that has none yet.
pub(crate) fn tls_policy(app: &App, node: &Node) -> Option<Fix> {
    if node.resource_policies.iter().any(|policy| policy.origin == model::PolicyOrigin::Resource) {
        return None;
    }
    let arn = || Data::attribute(&node.name, "Arn");
    let name = free_name(app, &format!("{}Policy", camel(&node.name)));
    let (types, action, resources) = match node.kind {
        Kind::Bucket => {
            let objects = Data::joined([arn(), "/*".into()]);
            (["AWS::S3::BucketPolicy", "aws_s3_bucket_policy"], "s3:*", vec![arn(), objects])
        }
        Kind::Queue => (["AWS::SQS::QueuePolicy", "aws_sqs_queue_policy"], "sqs:*", vec![arn()]),
        Kind::Topic => {
            let topic = if is_terraform(node) { arn() } else { Data::reference(&node.name) };
            (["AWS::SNS::TopicPolicy", "aws_sns_topic_policy"], "sns:Publish", vec![topic])
        }
        _ => return None,
    };
    let target = match (node.kind, is_terraform(node)) {
        (Kind::Topic, true) => Data::attribute(&node.name, "Arn"),
        _ => Data::reference(&node.name),
    };
    // CloudFormation's policies of queues and topics are for a list of them.
    let is_list = node.kind != Kind::Bucket && !is_terraform(node);
    let target = if is_list { Data::list([target]) } else { target };
    let policy = NewNode::new(node, name, types)
        .with("target", target)
        .policy(policy_of([refuse_plain_http(action, resources)]));
    Some(Fix::risky("refuse plain HTTP", policy.create()))
}

/// Lets a role of the application do something: a policy of its own, attached to it. Nothing when the role
/// stands elsewhere.
pub(crate) fn permit(app: &App, of: &Node, name: &str, action: &str, resource: Data) -> Option<Patch> {
    let role = app.targets(of, model::Relation::Assumes).find(|node| node.kind == Kind::Role)?;
    if role.implicit {
        return None;
    }
    let reference = Data::reference(&role.name);
    let statement =
        Data::map([("Effect", "Allow".into()), ("Action", action.into()), ("Resource", resource)]);
    let document = policy_of([statement]);
    let policy = NewNode::new(of, free_name(app, name), ["AWS::IAM::Policy", "aws_iam_role_policy"])
        .with("name", snake(name).replace('_', "-"));
    let policy = if is_terraform(of) {
        policy.with("roles", reference).policy(document)
    } else {
        policy.with("roles", Data::list([reference])).with("document", document)
    };
    Some(policy.create())
}

/// A new queue for what a node fails to process, which the role of `runner` may write to.
pub(crate) fn dead_letters_by_role(app: &App, node: &Node, runner: &Node) -> Helper {
    let mut queue = dead_letter_queue(app, node);
    let name = format!("{}Policy", queue.name);
    let permission = permit(app, runner, &name, "sqs:SendMessage", queue.attribute("Arn"));
    queue.patches.extend(permission);
    queue
}

/// A new queue for what a node fails to process, which a service may write to for one source.
pub(crate) fn dead_letters_by_service(app: &App, node: &Node, service: &str, source: Data) -> Helper {
    let mut queue = dead_letter_queue(app, node);
    let own = Data::map([("ArnEquals", Data::map([("aws:SourceArn", source)]))]);
    let statement = Data::map([
        ("Effect", "Allow".into()),
        ("Principal", Data::map([("Service", service.into())])),
        ("Action", "sqs:SendMessage".into()),
        ("Resource", queue.attribute("Arn")),
        ("Condition", own),
    ]);
    let reference = Data::reference(&queue.name);
    let target = if is_terraform(node) { reference } else { Data::list([reference]) };
    let name = free_name(app, &format!("{}Policy", queue.name));
    let policy = NewNode::new(node, name, ["AWS::SQS::QueuePolicy", "aws_sqs_queue_policy"])
        .with("target", target)
        .policy(policy_of([statement]));
    queue.patches.push(policy.create());
    queue
}

/// One rule of a firewall with the provider's own rules, in CloudFormation's words and in Terraform's.
pub(crate) fn managed_rules(node: &Node, group: &'static str, priority: i64) -> Data {
    let terraform = is_terraform(node);
    let say = |cloudformation: &'static str, hcl: &'static str| if terraform { hcl } else { cloudformation };
    let none = Data::Map(Vec::new());
    let of =
        Data::map([(say("VendorName", "vendor_name"), "AWS".into()), (say("Name", "name"), group.into())]);
    Data::map([
        (say("Name", "name"), group.into()),
        (say("Priority", "priority"), priority.into()),
        (say("OverrideAction", "override_action"), Data::map([(say("None", "none"), none)])),
        (
            say("Statement", "statement"),
            Data::map([(say("ManagedRuleGroupStatement", "managed_rule_group_statement"), of)]),
        ),
        (say("VisibilityConfig", "visibility_config"), visibility(terraform, group)),
    ])
}

fn visibility(terraform: bool, name: &str) -> Data {
    let say = |cloudformation: &'static str, hcl: &'static str| if terraform { hcl } else { cloudformation };
    Data::map([
        (say("CloudWatchMetricsEnabled", "cloudwatch_metrics_enabled"), true.into()),
        (say("MetricName", "metric_name"), name.into()),
        (say("SampledRequestsEnabled", "sampled_requests_enabled"), true.into()),
    ])
}

/// The rules that a firewall begins with.
pub(crate) fn first_rules(node: &Node) -> Vec<Data> {
    const GROUPS: &[&str] = &["AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAnonymousIpList"];
    GROUPS.iter().zip(1..).map(|(group, priority)| managed_rules(node, group, priority)).collect()
}

/// Puts a firewall in front of a node: the application's only one, else a new one with the provider's rules.
pub(crate) fn firewall(app: &App, node: &Node, arn: Data) -> Fix {
    let regional = |wall: &&Node| !wall.is("scope", "CLOUDFRONT").is_true() && !wall.has("is_group");
    let mut known = app.of_type(&["AWS::WAFv2::WebACL", "aws_wafv2_web_acl"]).filter(regional);
    let wall = match (known.next(), known.next()) {
        (Some(wall), None) => Helper::known(wall),
        _ => Helper::new(new_firewall(app, node)),
    };
    let name = free_name(app, &format!("{}Firewall", camel(&node.name)));
    let types = ["AWS::WAFv2::WebACLAssociation", "aws_wafv2_web_acl_association"];
    let link = NewNode::new(node, name, types)
        .property(["ResourceArn", "resource_arn"], arn)
        .property(["WebACLArn", "web_acl_arn"], wall.attribute("Arn"));
    risky_with("put a firewall in front of it", wall, [link.create()])
}

fn new_firewall(app: &App, node: &Node) -> NewNode {
    let terraform = is_terraform(node);
    let allow = Data::map([(if terraform { "allow" } else { "Allow" }, Data::Map(Vec::new()))]);
    let name = free_name(app, "Firewall");
    let metric = name.clone();
    NewNode::new(node, name, ["AWS::WAFv2::WebACL", "aws_wafv2_web_acl"])
        .property(["Name", "name"], metric.as_str())
        .property(["Scope", "scope"], "REGIONAL")
        .property(["DefaultAction", "default_action"], allow)
        .property(["Rules", "rule"], Data::list(first_rules(node)))
        .property(["VisibilityConfig", "visibility_config"], visibility(terraform, &metric))
}

/// A value that is literal text, with `https://` instead of `http://`.
pub(crate) fn over_tls(value: &Value) -> Option<Fix> {
    let rest = value.as_str()?.strip_prefix("http://")?;
    Some(Fix::risky("use HTTPS", value.rewrite(format!("https://{rest}"))))
}

/// Lets no page of another origin call.
pub(crate) fn without_other_origins(node: &Node, attr: &'static str) -> Fix {
    Fix::risky("let no other origin in", node.unset(attr))
}
