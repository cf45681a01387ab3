//! Lists of actions: `id:1,phase:2,t:none,msg:'a, b',setvar:'tx.x=+1',deny`.
use super::control::control;
use super::lines::unescape;
use super::problem::{Wrong, check_end, is_enough, short};
use super::target::macro_text;
use crate::rule::{
    Action, Collection, Disruptive, Flow, Metadata, Persistent, Phase, SetVariable, Severity, Transformation,
    VariableChange,
};

/// The first status that `deny` answers with when nothing is said.
pub(super) const DENY_STATUS: u16 = 403;

/// What a list of actions says, before default actions are added.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionList {
    pub(super) id: Option<u64>,
    pub(super) phase: Option<Phase>,
    pub(super) decision: Option<Decision>,
    pub(super) status: Option<u16>,
    pub(super) flow: Option<Flow>,
    pub(super) log: Option<bool>,
    pub(super) audit_log: Option<bool>,
    pub(super) metadata: Metadata,
    pub(super) transformations: Vec<Transformation>,
    /// `t:none`: neither default nor earlier transformations count.
    pub(super) forgets: bool,
    pub(super) multi_match: bool,
    pub(super) capture: bool,
    pub(super) chain: bool,
    pub(super) actions: Vec<Action>,
    /// Every action's name, for the places where only some are allowed.
    pub(super) names: Vec<&'static str>,
}

/// What stops the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// `block`: what the default actions of the phase say.
    Block,
    Is(Disruptive),
}

/// Every action that is known, in the manual's spelling.
const NAMES: &[&str] = &[
    "accuracy",
    "allow",
    "append",
    "auditlog",
    "block",
    "capture",
    "chain",
    "ctl",
    "deny",
    "deprecatevar",
    "drop",
    "exec",
    "expirevar",
    "id",
    "initcol",
    "log",
    "logdata",
    "maturity",
    "msg",
    "multiMatch",
    "noauditlog",
    "nolog",
    "pass",
    "pause",
    "phase",
    "prepend",
    "proxy",
    "redirect",
    "rev",
    "sanitiseArg",
    "sanitiseMatched",
    "sanitiseMatchedBytes",
    "sanitiseRequestHeader",
    "sanitiseResponseHeader",
    "setenv",
    "setrsc",
    "setsid",
    "setuid",
    "setvar",
    "severity",
    "skip",
    "skipAfter",
    "status",
    "t",
    "tag",
    "ver",
    "xmlns",
];

/// Reads a list of actions. A wrong action is told and left out, the others are read.
pub(super) fn actions(text: &str, wrongs: &mut Vec<Wrong>) -> ActionList {
    let mut list = ActionList::default();
    let mut rest = text.trim();
    if rest.is_empty() {
        wrongs
            .push(Wrong::new("the list of actions is empty").help("write for example `id:100,phase:2,pass`"));
    }
    while !rest.is_empty() && !is_enough(wrongs) {
        let (name, value, after) = split_action(rest);
        let read = match NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(&known) => {
                list.names.push(known);
                let checked =
                    value.and_then(|value| value.as_deref().map_or(Ok(()), check_end).map(|()| value));
                checked.and_then(|value| apply(&mut list, known, value, wrongs))
            }
            None => Err(Wrong::unknown("action", name, NAMES.iter().copied())),
        };
        wrongs.extend(read.err());
        rest = after;
    }
    list
}

type Value = Result<Option<String>, Wrong>;

/// The first action: its name, its value without quotes, and what follows the comma.
fn split_action(text: &str) -> (&str, Value, &str) {
    let end = text.find([':', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let name = name.trim();
    let Some(value) = rest.strip_prefix(':') else {
        return (name, Ok(None), next_action(rest));
    };
    let value = value.trim_start();
    let Some(quote) = value.chars().next().filter(|letter| matches!(letter, '\'' | '"')) else {
        let end = end_of_plain(value);
        let (plain, rest) = value.split_at_checked(end).unwrap_or((value, ""));
        let plain = plain.trim();
        // `id:1'` is a quote that was lost; in the middle of a value (`ARGS:'/a/'`) it belongs there.
        let read = if plain.matches('\'').count() % 2 == 1 && plain.ends_with('\'') && !plain.contains("\\'")
        {
            Err(Wrong::new(format!("`{name}:{}` has a quote that was never opened", short(plain))))
        } else {
            Ok(Some(unescape(plain)))
        };
        return (name, read, next_action(rest));
    };
    let inside = value.strip_prefix(quote).unwrap_or(value);
    match close_of(inside, quote) {
        Some(end) => {
            let (quoted, rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
            let rest = rest.strip_prefix(quote).unwrap_or(rest).trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                let wrong = Wrong::new(format!("`{}` stands after the value of `{name}`", short(rest)))
                    .help("put a comma between two actions, and `\\'` for a quote in a value");
                return (
                    name,
                    Err(wrong),
                    next_action(rest.find(',').map_or("", |at| rest.get(at..).unwrap_or_default())),
                );
            }
            (name, Ok(Some(unescape(quoted))), next_action(rest))
        }
        None => {
            let wrong = Wrong::new(format!("the quote of `{name}:{quote}{}` is not closed", short(inside)))
                .help(format!("close it with `{quote}`"));
            (name, Err(wrong), "")
        }
    }
}

fn next_action(rest: &str) -> &str {
    rest.strip_prefix(',').unwrap_or(rest).trim_start()
}

/// Where a value without quotes ends: at a comma outside of quotes that open after a `:` (`ctl:…;ARGS:'/a,b/'`).
fn end_of_plain(text: &str) -> usize {
    let (mut is_inside, mut before) = (false, ' ');
    text.find(|letter: char| {
        if letter == '\'' && (is_inside || before == ':') && before != '\\' {
            is_inside = !is_inside;
        }
        before = letter;
        letter == ',' && !is_inside
    })
    .unwrap_or(text.len())
}

fn close_of(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.find(|letter: char| {
        let ends = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })
}

fn apply(
    list: &mut ActionList,
    name: &'static str,
    value: Option<String>,
    wrongs: &mut Vec<Wrong>,
) -> Result<(), Wrong> {
    match name {
        "id" => list.id = Some(id(&needed(name, value)?)?),
        "phase" => list.phase = Some(phase(&needed(name, value)?, wrongs)?),
        "status" => list.status = Some(status(&needed(name, value)?)?),
        "t" => transformation(list, &needed(name, value)?)?,
        "setvar" => list.actions.push(Action::SetVariable(set_variable(&needed(name, value)?)?)),
        "ctl" => {
            list.actions.extend(control(&needed(name, value)?, wrongs)?.into_iter().map(Action::Control))
        }
        "skip" => list.flow = Some(Flow::Skip(small(name, &needed(name, value)?)?)),
        "skipAfter" => list.flow = Some(Flow::SkipAfter(needed(name, value)?)),
        "log" => list.log = Some(true),
        "nolog" => (list.log, list.audit_log) = (Some(false), Some(false)),
        "auditlog" => list.audit_log = Some(true),
        "noauditlog" => list.audit_log = Some(false),
        "capture" => list.capture = true,
        "chain" => list.chain = true,
        "multiMatch" => list.multi_match = true,
        "allow" | "block" | "deny" | "drop" | "pass" | "redirect" => {
            // A `block` beside another decision changes nothing, whichever stands first (ModSecurity 3 runs the other last).
            let decided = decision(name, value)?;
            if decided != Decision::Block || list.decision.is_none() {
                list.decision = Some(decided);
            }
        }
        "accuracy" | "logdata" | "maturity" | "msg" | "rev" | "severity" | "tag" | "ver" => {
            metadata(&mut list.metadata, name, needed(name, value)?)?;
        }
        "deprecatevar" | "expirevar" | "initcol" | "setenv" | "setrsc" | "setsid" | "setuid" => {
            list.actions.push(collection_action(name, &needed(name, value)?)?);
        }
        "xmlns" => namespace(&needed(name, value)?, wrongs)?,
        _ => {
            let help = match name {
                "exec" => "no program is started while a request is inspected: act on the match log instead",
                "proxy" => "use a route of the gateway",
                "pause" => "use a rate limit of the gateway",
                _ => "leave the action out",
            };
            return Err(Wrong::new(format!("`{name}` is not supported")).help(help));
        }
    }
    Ok(())
}

fn needed(name: &str, value: Option<String>) -> Result<String, Wrong> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Wrong::new(format!("`{name}` has no value")).help(format!("write `{name}:VALUE`")))
}

fn id(value: &str) -> Result<u64, Wrong> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|&id| digits && id > 0).ok_or_else(|| {
        Wrong::new(format!("`{}` is no valid rule id", short(value)))
            .help("write a whole number from 1 to 18446744073709551615")
    })
}

/// A phase's number or name.
pub(super) fn phase(value: &str, wrongs: &mut Vec<Wrong>) -> Result<Phase, Wrong> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "0" => {
            wrongs.push(Wrong::note("phase 0 (the connection) runs as phase 1").help("write `phase:1`"));
            Phase::RequestHeaders
        }
        "1" => Phase::RequestHeaders,
        "2" | "request" => Phase::RequestBody,
        "3" => Phase::ResponseHeaders,
        "4" | "response" => Phase::ResponseBody,
        "5" | "logging" => Phase::Logging,
        _ => {
            return Err(Wrong::new(format!("unknown phase `{}`", short(value)))
                .help("write 1 (request headers), 2 (request body), 3 (response headers), 4 (response body) or 5 (logging)"));
        }
    })
}

fn status(value: &str) -> Result<u16, Wrong> {
    value.parse().ok().filter(|status| (100..=599).contains(status)).ok_or_else(|| {
        Wrong::new(format!("`{}` is no HTTP status", short(value))).help("write a number from 100 to 599")
    })
}

fn small<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Wrong> {
    value.parse().map_err(|_| {
        Wrong::new(format!("`{name}:{}` is no whole number in range", short(value)))
            .help(format!("write `{name}:1`"))
    })
}

fn transformation(list: &mut ActionList, value: &str) -> Result<(), Wrong> {
    if value.eq_ignore_ascii_case("none") {
        list.transformations.clear();
        list.forgets = true;
        return Ok(());
    }
    let known = Transformation::from_name(value);
    list.transformations.push(
        known.ok_or_else(|| {
            Wrong::unknown("transformation", value, Transformation::names().chain(["none"]))
        })?,
    );
    Ok(())
}

fn decision(name: &str, value: Option<String>) -> Result<Decision, Wrong> {
    let disruptive = match (name, value.as_deref()) {
        ("allow", None) => Disruptive::Allow,
        ("allow", Some(what)) if what.eq_ignore_ascii_case("phase") => Disruptive::AllowPhase,
        ("allow", Some(what)) if what.eq_ignore_ascii_case("request") => Disruptive::AllowRequest,
        ("allow", Some(what)) => {
            return Err(Wrong::new(format!("unknown extent `allow:{}`", short(what)))
                .help("write `allow`, `allow:phase` or `allow:request`"));
        }
        ("redirect", _) => Disruptive::Redirect(macro_text(&needed(name, value)?)?),
        (_, Some(extra)) => {
            return Err(Wrong::new(format!("`{name}` takes no value, here `{}`", short(extra))));
        }
        ("block", None) => return Ok(Decision::Block),
        ("deny", None) => Disruptive::Deny,
        ("drop", None) => Disruptive::Drop,
        _ => Disruptive::Pass,
    };
    Ok(Decision::Is(disruptive))
}

fn metadata(metadata: &mut Metadata, name: &str, value: String) -> Result<(), Wrong> {
    match name {
        "accuracy" => metadata.accuracy = Some(small(name, &value)?),
        "logdata" => metadata.data = Some(macro_text(&value)?),
        "maturity" => metadata.maturity = Some(small(name, &value)?),
        "msg" => metadata.message = Some(macro_text(&value)?),
        "rev" => metadata.revision = Some(value),
        "severity" => {
            let severity = Severity::from_name(&value);
            metadata.severity = Some(severity.ok_or_else(|| {
                Wrong::new(format!("unknown severity `{}`", short(&value)))
                    .help("write EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG, or 0 to 7")
            })?);
        }
        "tag" => metadata.tags.push(macro_text(&value)?),
        _ => metadata.version = Some(value),
    }
    Ok(())
}

/// Collections that rules may write.
fn writable(name: &str) -> Result<Collection, Wrong> {
    let collection = Collection::from_name(name);
    let written = [
        Collection::Tx,
        Collection::Ip,
        Collection::Global,
        Collection::Session,
        Collection::User,
        Collection::Resource,
    ];
    collection.filter(|collection| written.contains(collection)).ok_or_else(|| {
        Wrong::new(format!("`{}` cannot be written", short(name)))
            .help("write to `tx`, `ip`, `global`, `session`, `user` or `resource`")
    })
}

/// `tx.name=value`, `tx.name=+1`, `tx.name=-1`, `!tx.name`, `tx.name`.
fn set_variable(text: &str) -> Result<SetVariable, Wrong> {
    let (removes, text) = match text.trim().strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text.trim()),
    };
    let (place, value) = match equals(text) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    };
    let (collection, name) = member(place)?;
    let change = match (removes, value) {
        (true, None) => VariableChange::Remove,
        (true, Some(_)) => {
            return Err(Wrong::new(format!("`setvar:!{}` both removes and sets", short(text))));
        }
        (false, None) => VariableChange::Set(macro_text("1")?),
        (false, Some(value)) => match (value.strip_prefix('+'), value.strip_prefix('-')) {
            (Some(amount), _) => VariableChange::Add(macro_text(amount)?),
            (_, Some(amount)) => VariableChange::Subtract(macro_text(amount)?),
            _ => VariableChange::Set(macro_text(value)?),
        },
    };
    Ok(SetVariable { collection, name, change })
}

/// The first `=` outside of `%{…}`.
fn equals(text: &str) -> Option<usize> {
    let (mut is_inside, mut before) = (false, ' ');
    text.find(|letter: char| {
        is_inside = (is_inside || (before == '%' && letter == '{')) && letter != '}';
        before = letter;
        letter == '=' && !is_inside
    })
}

/// `ip.name`: the name in lower case, with macros.
fn member(text: &str) -> Result<(Collection, crate::rule::Macro), Wrong> {
    let Some((collection, name)) = text.split_once(['.', ':']).filter(|(_, name)| !name.trim().is_empty())
    else {
        return Err(Wrong::new(format!("`{}` names no variable", short(text))).help("write `tx.name`"));
    };
    let name = name.trim();
    let name = if name.contains("%{") {
        macro_text(name)?
    } else {
        crate::rule::Macro::text(name.to_ascii_lowercase())
    };
    Ok((writable(collection.trim())?, name))
}

fn collection_action(name: &str, value: &str) -> Result<Action, Wrong> {
    let equal = || {
        let parts = equals(value).and_then(|at| Some((value.get(..at)?, value.get(at + 1..)?)));
        parts.ok_or_else(|| {
            Wrong::new(format!("`{name}:{}` has no `=`", short(value)))
                .help(format!("write `{name}:NAME=VALUE`"))
        })
    };
    Ok(match name {
        "setenv" => {
            let (variable, value) = equal()?;
            Action::SetEnv { name: macro_text(variable)?, value: macro_text(value)? }
        }
        "setrsc" => Action::SetKey { collection: Persistent::Resource, key: macro_text(value)? },
        "setsid" => Action::SetKey { collection: Persistent::Session, key: macro_text(value)? },
        "setuid" => Action::SetKey { collection: Persistent::User, key: macro_text(value)? },
        "initcol" => {
            let (collection, key) = equal()?;
            let collection = Persistent::from_name(collection.trim()).ok_or_else(|| {
                Wrong::unknown(
                    "collection",
                    collection,
                    ["global", "ip", "resource", "session", "user"].into_iter(),
                )
            })?;
            // `initcol:ip='…'`: quotes may also stand around the key alone.
            let key = key.trim();
            let key = key.strip_prefix('\'').and_then(|key| key.strip_suffix('\'')).unwrap_or(key);
            Action::InitCollection { collection, key: macro_text(key)? }
        }
        "expirevar" => {
            let (variable, seconds) = equal()?;
            let (collection, name) = member(variable)?;
            Action::ExpireVariable { collection, name, seconds: macro_text(seconds)? }
        }
        _ => {
            let (variable, rate) = equal()?;
            let (collection, name_of_variable) = member(variable)?;
            let (amount, seconds) = rate.split_once('/').ok_or_else(|| {
                Wrong::new(format!("`{}` is no rate", short(rate)))
                    .help("write for example `60/300`: 60 less every 300 seconds")
            })?;
            Action::DeprecateVariable {
                collection,
                name: name_of_variable,
                amount: small(name, amount)?,
                seconds: small(name, seconds)?,
            }
        }
    })
}

/// `xmlns:prefix=http://…`: checked; an XPath here reads names with their prefixes.
fn namespace(value: &str, wrongs: &mut Vec<Wrong>) -> Result<(), Wrong> {
    let help = "write `xmlns:soap=http://schemas.example/soap`";
    let Some((prefix, address)) = value.split_once('=') else {
        return Err(Wrong::new(format!("`xmlns:{}` has no `=`", short(value))).help(help));
    };
    let address = address.trim_matches('\'');
    if prefix.is_empty() || !address.starts_with("http://") {
        return Err(Wrong::new(format!("`xmlns:{}` names no namespace", short(value))).help(help));
    }
    wrongs
        .push(Wrong::note(format!("`xmlns:{prefix}` has no effect: names are compared with their prefixes")));
    Ok(())
}
