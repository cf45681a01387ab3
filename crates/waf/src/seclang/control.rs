//! `ctl:`: what a rule changes for the rest of a transaction.
use super::problem::{Wrong, short};
use super::target::target;
use crate::rule::{Control, EngineMode};

const NAMES: &[&str] = &[
    "auditEngine",
    "auditLogParts",
    "debugLogLevel",
    "forceRequestBodyVariable",
    "parseXmlIntoArgs",
    "requestBodyAccess",
    "requestBodyLimit",
    "requestBodyProcessor",
    "responseBodyAccess",
    "responseBodyLimit",
    "ruleEngine",
    "ruleRemoveById",
    "ruleRemoveByMsg",
    "ruleRemoveByTag",
    "ruleRemoveTargetById",
    "ruleRemoveTargetByMsg",
    "ruleRemoveTargetByTag",
];

/// Reads `name=value`. Nothing comes back for what has no effect here; that is told.
pub(super) fn control(text: &str, wrongs: &mut Vec<Wrong>) -> Result<Vec<Control>, Wrong> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Wrong::new(format!("`ctl:{}` has no `=`", short(text)))
            .help("write for example `ctl:ruleEngine=Off`"));
    };
    let (name, value) = (name.trim(), value.trim());
    let one = match name.to_ascii_lowercase().as_str() {
        "auditengine" => Control::AuditEngine(mode(name, value, EngineMode::RelevantOnly)?),
        "ruleengine" => Control::RuleEngine(mode(name, value, EngineMode::DetectionOnly)?),
        "auditlogparts" => Control::AuditLogParts(value.to_owned()),
        "forcerequestbodyvariable" => Control::ForceRequestBodyVariable(switch(name, value)?),
        "requestbodyaccess" => Control::RequestBodyAccess(switch(name, value)?),
        "responsebodyaccess" => Control::ResponseBodyAccess(switch(name, value)?),
        "requestbodyprocessor" => Control::RequestBodyProcessor(processor(value)?),
        "ruleremovebyid" => Control::RuleRemoveById(id_ranges(value)?),
        "ruleremovebymsg" => Control::RuleRemoveByMsg(named(name, value)?),
        "ruleremovebytag" => Control::RuleRemoveByTag(named(name, value)?),
        "ruleremovetargetbyid" => {
            return of_targets(name, value, |what, target| {
                Ok(id_ranges(what)?
                    .into_iter()
                    .map(|ids| Control::RuleRemoveTargetById { ids, target: target.clone() })
                    .collect())
            });
        }
        "ruleremovetargetbymsg" => {
            return of_targets(name, value, |msg, target| {
                Ok(vec![Control::RuleRemoveTargetByMsg { msg: msg.to_owned(), target }])
            });
        }
        "ruleremovetargetbytag" => {
            return of_targets(name, value, |tag, target| {
                Ok(vec![Control::RuleRemoveTargetByTag { tag: tag.to_owned(), target }])
            });
        }
        "debugloglevel" | "parsexmlintoargs" | "requestbodylimit" | "responsebodylimit" => {
            wrongs.push(Wrong::note(format!("`ctl:{name}` has no effect here")));
            return Ok(Vec::new());
        }
        _ => return Err(Wrong::unknown("setting", &format!("ctl:{name}"), NAMES.iter().copied())),
    };
    Ok(vec![one])
}

fn named(name: &str, value: &str) -> Result<String, Wrong> {
    if value.is_empty() {
        return Err(Wrong::new(format!("`ctl:{name}` has no value")));
    }
    Ok(value.to_owned())
}

/// `On` and `Off`.
pub(super) fn switch(name: &str, value: &str) -> Result<bool, Wrong> {
    match value.to_ascii_lowercase().as_str() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => {
            Err(Wrong::new(format!("`{}` is no value of `{name}`", short(value))).help("write `On` or `Off`"))
        }
    }
}

/// `On`, `Off`, and the third mode of this setting.
pub(super) fn mode(name: &str, value: &str, third: EngineMode) -> Result<EngineMode, Wrong> {
    EngineMode::from_name(value)
        .filter(|&mode| matches!(mode, EngineMode::On | EngineMode::Off) || mode == third)
        .ok_or_else(|| {
            Wrong::new(format!("`{}` is no value of `{name}`", short(value)))
                .help(format!("write `On`, `Off` or `{}`", third.name()))
        })
}

fn processor(value: &str) -> Result<String, Wrong> {
    const PROCESSORS: &[&str] = &["GRAPHQL", "JSON", "MULTIPART", "URLENCODED", "XML"];
    let upper = value.to_ascii_uppercase();
    if PROCESSORS.contains(&upper.as_str()) {
        return Ok(upper);
    }
    Err(Wrong::unknown("body processor", value, PROCESSORS.iter().copied())
        .help("write GRAPHQL, JSON, MULTIPART, URLENCODED or XML"))
}

/// `100`, `100-199`, several divided by blanks or commas.
pub(super) fn id_ranges(text: &str) -> Result<Vec<(u64, u64)>, Wrong> {
    let parts = text
        .split([' ', '\t', ','])
        .map(|part| part.trim_matches(['"', '\'']))
        .filter(|part| !part.is_empty());
    let ranges: Vec<(u64, u64)> = parts.map(id_range).collect::<Result<_, _>>()?;
    if ranges.is_empty() {
        return Err(Wrong::new("no rule id is named").help("write `100` or `100-199`"));
    }
    Ok(ranges)
}

fn id_range(text: &str) -> Result<(u64, u64), Wrong> {
    let wrong = || {
        Wrong::new(format!("`{}` is no rule id and no range", short(text))).help("write `100` or `100-199`")
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first: u64 = first.trim().parse().map_err(|_| wrong())?;
    let last: u64 = last.trim().parse().map_err(|_| wrong())?;
    if first > last {
        return Err(wrong());
    }
    Ok((first, last))
}

fn of_targets(
    name: &str,
    value: &str,
    make: impl Fn(&str, crate::rule::Target) -> Result<Vec<Control>, Wrong>,
) -> Result<Vec<Control>, Wrong> {
    let Some((what, text)) = value.split_once(';') else {
        return Err(Wrong::new(format!("`ctl:{name}={}` names no target", short(value)))
            .help(format!("write `ctl:{name}=WHAT;ARGS:name`")));
    };
    make(what.trim(), target(text.trim().trim_start_matches('!'))?)
}
