//! Rules of security groups and access lists, wherever they are written.
use model::Span;

use crate::prelude::*;

/// One rule: inside its group, or a resource of its own.
pub(super) struct Rule<'a> {
    /// The node that a finding is about.
    pub node: &'a Node,
    inline: Option<&'a Value>,
}

/// Every rule of security groups in one direction.
pub(super) fn rules<'a>(app: &'a App, direction: &'static str) -> impl Iterator<Item = Rule<'a>> {
    let inline = app
        .all(Kind::SecurityGroup)
        .flat_map(move |node| node.list(direction).iter().map(move |rule| Rule { node, inline: Some(rule) }));
    let apart =
        app.all(Kind::SecurityGroupRule).filter(move |node| node.is("direction", direction).is_true());
    inline.chain(apart.map(|node| Rule { node, inline: None }))
}

impl Rule<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        match self.inline {
            Some(rule) => rule.get(name),
            None => self.node.get(name),
        }
    }

    pub(super) fn at(&self) -> Span {
        self.inline
            .map_or_else(|| self.get("cidrs").map_or(self.node.name_at, |value| value.at), |rule| rule.at)
    }

    /// A fix that leaves private addresses only.
    pub(super) fn only_private(&self) -> Option<Fix> {
        let ranges = ["cidrs", "cidrs6"].iter().filter_map(|name| self.get(name));
        let open = ranges.flat_map(Value::one_or_many).filter(|range| is_everywhere(range).is_true());
        let mut patches = open.filter(|range| !range.at.is_empty()).map(private);
        let first = Fix::risky("let private addresses in only", patches.next()?);
        Some(patches.fold(first, Fix::and))
    }

    /// The same for every rule of its node that opens this port.
    pub(super) fn only_private_at(&self, app: &App, port: i64) -> Option<Fix> {
        let all = rules(app, "ingress").filter(|rule| rule.node.id == self.node.id);
        let fixes = all.filter(|rule| rule.opens(port).is_true()).map(|rule| rule.only_private());
        let all = fixes.collect::<Option<Vec<Fix>>>()?;
        all.into_iter().reduce(|fix, other| other.patches.into_iter().fold(fix, Fix::and))
    }

    /// A fix that lets out what most functions need.
    pub(super) fn only_https(&self) -> Option<Fix> {
        let title = "let HTTPS out only";
        let Some(rule) = self.inline else {
            let fix = Fix::risky(title, self.node.set("protocol", "tcp"));
            return Some(fix.and(self.node.set("from_port", 443)).and(self.node.set("to_port", 443)));
        };
        let names = if crate::repair::is_terraform(self.node) {
            ["protocol", "from_port", "to_port"]
        } else {
            ["IpProtocol", "FromPort", "ToPort"]
        };
        let [protocol, from, to] = names;
        let fix = Fix::risky(title, rule.put(&[protocol], "tcp"));
        (!rule.at.is_empty()).then(|| fix.and(rule.put(&[from], 443)).and(rule.put(&[to], 443)))
    }

    /// Lets everyone in (or out) by one of these ports.
    pub(super) fn opens(&self, port: i64) -> Tri {
        if self.inline.is_some_and(Value::is_unknown) {
            return Tri::Unknown;
        }
        self.covers(port) & self.is_for_everyone()
    }

    /// Lets everyone in (or out) by every port.
    pub(super) fn opens_everything(&self) -> Tri {
        let whole = match self.ports() {
            Some((from, to)) => from <= 1 && to >= 65_535,
            None => false,
        };
        let any =
            self.is_any_protocol() && (self.ports().is_none() || whole) || self.ports() == Some((-1, -1));
        Tri::from(any) & self.is_for_everyone()
    }

    fn is_any_protocol(&self) -> bool {
        let protocol = self.get("protocol").map(Value::display).unwrap_or_default();
        protocol == "-1" || protocol.eq_ignore_ascii_case("all")
    }

    /// First and last port; `0` to `0` means all of them.
    fn ports(&self) -> Option<(i64, i64)> {
        let from = self.get("from_port")?.as_int()?;
        let to = self.get("to_port")?.as_int()?;
        Some(if (from, to) == (0, 0) { (0, 65_535) } else { (from, to) })
    }

    fn covers(&self, port: i64) -> Tri {
        let protocol = self.get("protocol").map(Value::display).unwrap_or_default();
        if protocol.to_ascii_lowercase().starts_with("icmp") {
            return Tri::False;
        }
        match self.ports() {
            Some((from, to)) => (from <= port && port <= to).into(),
            None if self.is_any_protocol() => Tri::True,
            None if self.get("from_port").is_some() && self.get("to_port").is_some() => Tri::Unknown,
            None => Tri::False,
        }
    }

    fn is_for_everyone(&self) -> Tri {
        let narrowed = ["self", "prefix_lists"].iter().any(|name| {
            self.get(name).is_some_and(|value| match &value.data {
                Data::List(items) => !items.is_empty(),
                Data::Bool(on) => *on,
                _ => true,
            })
        });
        if narrowed {
            return Tri::False;
        }
        let ranges = ["cidrs", "cidrs6"].iter().filter_map(|name| self.get(name));
        Tri::any(ranges.flat_map(Value::one_or_many).map(is_everywhere))
    }
}

/// An open port matters as much as what is behind the group may listen on it: functions and file
/// systems do not, and what nothing of this application uses is open only in principle.
pub(super) fn ranked(app: &App, node: &Node, finding: model::Finding) -> model::Finding {
    const DEAF: &[Kind] = &[Kind::Function, Kind::FileSystem, Kind::FileSystemAccess];
    const RULES: &[Kind] = &[Kind::SecurityGroup, Kind::SecurityGroupRule];
    let group = if node.kind == Kind::SecurityGroup { Some(node) } else { app.owner(node) };
    let Some(group) = group else { return finding };
    let users = app.edges.iter().filter(|edge| edge.to == group.id).filter_map(|edge| app.node(edge.from));
    let users: Vec<&Node> = users.filter(|user| !RULES.contains(&user.kind)).collect();
    let most = if users.is_empty() {
        Severity::Medium
    } else if users.iter().all(|user| DEAF.contains(&user.kind)) {
        Severity::Low
    } else {
        Severity::Critical
    };
    let own = finding.severity;
    finding.severity(own.min(most))
}

fn is_everywhere(range: &Value) -> Tri {
    match &range.data {
        Data::Text(text) => {
            let compact = text.trim();
            (compact == "0.0.0.0/0" || compact == "::/0" || is_long_zero(compact)).into()
        }
        Data::Unknown(_) => Tri::Unknown,
        _ => Tri::False,
    }
}

/// `0000:0000:…/0`.
fn is_long_zero(text: &str) -> bool {
    text.strip_suffix("/0").is_some_and(|address| {
        address.contains(':') && address.chars().all(|letter| letter == '0' || letter == ':')
    })
}

/// Reports each node whose rules let everyone reach `port`, once.
pub(super) fn open_to_everyone<'a>(app: &'a App, port: i64) -> Vec<(Rule<'a>, Tri)> {
    let mut found: Vec<(Rule<'a>, Tri)> = Vec::new();
    for rule in rules(app, "ingress") {
        let open = rule.opens(port);
        match found.last_mut() {
            Some((last, worst)) if last.node.id == rule.node.id => {
                if open.is_true() && !worst.is_true() {
                    *last = rule;
                }
                *worst = *worst | open;
            }
            _ => found.push((rule, open)),
        }
    }
    found
}

/// Whether an access list, or one of its rules written apart, lets everyone reach `port`. Rules count
/// in the order of their numbers: the first that is about everyone and the port decides.
pub(super) fn acl_opens(node: &Node, port: i64) -> Tri {
    if node.kind == Kind::NetworkAclRule {
        let outward = node.flag("egress").is_true();
        let verdict = decide(|name| node.get(name), port);
        return if outward { Tri::False } else { verdict.unwrap_or(Tri::False) };
    }
    let mut rules: Vec<&Value> = node.list("ingress").iter().collect();
    rules.sort_by_key(|rule| rule.get("number").and_then(Value::as_int).unwrap_or(i64::MAX));
    rules.into_iter().find_map(|rule| decide(|name| rule.get(name), port)).unwrap_or(Tri::False)
}

/// What a rule says about everyone and this port; `None` when it is about something else.
fn decide<'a>(get: impl Fn(&str) -> Option<&'a Value>, port: i64) -> Option<Tri> {
    let everyone =
        ["cidr", "cidr6"].iter().filter_map(|name| get(name)).any(|range| is_everywhere(range).is_true());
    let every_protocol =
        get("protocol").is_some_and(|protocol| matches!(protocol.display().as_str(), "-1" | "all"));
    let number = |name: &str| get(name).and_then(Value::as_int);
    let covered = match (number("from_port"), number("to_port")) {
        (Some(from), Some(to)) => from <= port && port <= to && from > 0,
        _ => false,
    };
    if !everyone || !(every_protocol || covered) {
        return None;
    }
    match get("action").and_then(Value::as_str) {
        Some("allow") => Some(Tri::True),
        Some("deny") => Some(Tri::False),
        _ => None,
    }
}

fn private(range: &Value) -> model::Patch {
    let is_long = range.as_str().is_some_and(|text| text.contains(':'));
    range.rewrite(if is_long { "fd00::/8" } else { "10.0.0.0/8" })
}

/// A fix that leaves private addresses only, in the rules of an access list that are about this port.
pub(super) fn narrow_acl(node: &Node, port: i64) -> Option<Fix> {
    let title = "let private addresses in only";
    if node.kind == Kind::NetworkAclRule {
        let open = ["cidr", "cidr6"]
            .into_iter()
            .find(|attr| node.get(attr).is_some_and(|range| is_everywhere(range).is_true()))?;
        let private = if open == "cidr" { "10.0.0.0/8" } else { "fd00::/8" };
        return Some(Fix::risky(title, node.set(open, private)));
    }
    let open = node
        .list("ingress")
        .iter()
        .filter(|rule| decide(|name| rule.get(name), port).is_some_and(Tri::is_true));
    let ranges = open.flat_map(|rule| ["cidr", "cidr6"].into_iter().filter_map(|name| rule.get(name)));
    let mut patches = ranges.filter(|range| is_everywhere(range).is_true()).map(private);
    let first = Fix::risky(title, patches.next()?);
    Some(patches.fold(first, Fix::and))
}
