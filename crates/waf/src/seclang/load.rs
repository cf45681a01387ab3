//! Files to rules: follows `Include`, puts chains together, hands every directive to its reader.
use super::action::{ActionList, Decision, actions};
use super::control::id_ranges;
use super::limits::{
    BYTES_MAX, CHAIN_MAX, FILE_BYTES_MAX, FILES_MAX, INCLUDE_DEPTH_MAX, PROBLEMS_MAX, RULES_MAX,
};
use super::lines::{Word, directives, unescape, word};
use super::operator::operation;
use super::problem::{Wrong, short};
use super::resolve::resolved;
use super::settings;
use super::target::targets;
use super::update::{self, Change, Update, Which};
use super::{Files, SeclangProblem};
use crate::rule::{Config, Item, Operation, Operator, Phase, Place, RuleSet, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A rule as it was written, before default actions and updates.
pub(super) struct RawRule {
    /// 0 where none is written (`SecAction` only).
    pub(super) id: u64,
    pub(super) links: Vec<RawLink>,
    pub(super) at: Place,
    /// Something in it could not be read: it is told and left out.
    is_broken: bool,
}

pub(super) struct RawLink {
    pub(super) targets: Vec<Target>,
    pub(super) operation: Operation,
    pub(super) list: ActionList,
}

pub(super) enum RawItem {
    Rule(RawRule),
    Marker(String),
}

/// Directives that this module reads itself.
const NAMES: &[&str] = &[
    "Include",
    "IncludeOptional",
    "SecAction",
    "SecDefaultAction",
    "SecMarker",
    "SecRemoteRules",
    "SecRemoteRulesFailAction",
    "SecRule",
    "SecRuleRemoveById",
    "SecRuleRemoveByMsg",
    "SecRuleRemoveByTag",
    "SecRuleScript",
    "SecRuleUpdateActionById",
    "SecRuleUpdateTargetById",
    "SecRuleUpdateTargetByMsg",
    "SecRuleUpdateTargetByTag",
];

pub(super) struct Loader<'a> {
    files: &'a dyn Files,
    config: Config,
    items: Vec<RawItem>,
    updates: Vec<Update>,
    defaults: BTreeMap<Phase, ActionList>,
    ids: BTreeMap<u64, Place>,
    problems: Vec<SeclangProblem>,
    /// The last rule ends in `chain`.
    is_chain_open: bool,
    /// `SecRemoteRulesFailAction Warn`
    is_remote_optional: bool,
    files_read: usize,
    bytes_read: usize,
    rules: usize,
    /// The files being read, from the outermost: what each is, and the directive that names it.
    open: Vec<(String, Place)>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            config: Config::default(),
            items: Vec::new(),
            updates: Vec::new(),
            defaults: BTreeMap::new(),
            ids: BTreeMap::new(),
            problems: Vec::new(),
            is_chain_open: false,
            is_remote_optional: false,
            files_read: 0,
            bytes_read: 0,
            rules: 0,
            open: Vec::new(),
        }
    }

    /// Reads the first file with everything that it includes.
    pub(super) fn entry(&mut self, path: &str) {
        self.file(path, &Place { file: path.into(), line: 1 }, None);
    }

    /// Reads one file that the directive at `at` names; a relative path starts in the folder of `from`.
    fn file(&mut self, path: &str, at: &Place, from: Option<&str>) {
        let name: Arc<str> = super::resolve(path, from).into();
        let identity = identity(&name);
        if let Err(wrong) = self.check_circle(&identity, at) {
            return self.tell(at, wrong);
        }
        self.open.push((identity, at.clone()));
        match self.read(path, from) {
            Ok(bytes) => self.directives(&name, &bytes),
            Err(wrong) => self.tell(at, wrong),
        }
        self.open.pop();
    }

    fn directives(&mut self, name: &Arc<str>, bytes: &[u8]) {
        for directive in directives(bytes) {
            if self.problems.len() >= PROBLEMS_MAX || self.rules > RULES_MAX {
                return;
            }
            let at = Place { file: name.clone(), line: directive.line };
            match directive.text {
                Ok(text) => self.directive(&at, &text),
                Err(wrong) => self.tell(&at, wrong),
            }
        }
    }

    /// A file that is being read may not be named again: it would never end.
    fn check_circle(&self, file: &str, at: &Place) -> Result<(), Wrong> {
        let Some(first) = self.open.iter().position(|(open, _)| open == file) else { return Ok(()) };
        let inner = self.open.iter().skip(first + 1).map(|(_, at)| at);
        let chain: Vec<String> =
            inner.chain([at]).map(|at| format!("`{}` line {}", short(&at.file), at.line)).collect();
        Err(Wrong::new(format!(
            "`{}` includes itself: {} -> `{}`",
            short(file),
            chain.join(" -> "),
            short(file)
        ))
        .help("take one of these `Include` away"))
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Vec<u8>, Wrong> {
        self.files_read += 1;
        if self.files_read > FILES_MAX {
            return Err(Wrong::new(format!("more than {FILES_MAX} files belong to the rule set")));
        }
        let bytes = self.files.read(path, from).map_err(|why| {
            Wrong::new(format!("`{}` cannot be read: {why}", short(path)))
                .help("a relative name begins in the folder of the rule file that names it")
        })?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(Wrong::new(format!("`{}` is larger than {FILE_BYTES_MAX} bytes", short(path))));
        }
        self.bytes_read += bytes.len();
        if self.bytes_read > BYTES_MAX {
            return Err(Wrong::new(format!("the rule set is larger than {BYTES_MAX} bytes")));
        }
        Ok(bytes)
    }

    fn tell(&mut self, at: &Place, wrong: Wrong) {
        if self.problems.len() >= PROBLEMS_MAX {
            return;
        }
        self.problems.push(SeclangProblem {
            at: at.clone(),
            message: wrong.message,
            help: wrong.help,
            fatal: wrong.is_fatal,
        });
    }

    fn directive(&mut self, at: &Place, text: &str) {
        let end = text.find([' ', '\t', '"']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        let rest = rest.trim();
        let known = NAMES.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
        let done = match known {
            Some("SecRule") => self.rule(at, rest),
            Some("SecAction") => self.unconditional(at, rest),
            Some("Include") => self.include(at, rest, false),
            Some("IncludeOptional") => self.include(at, rest, true),
            Some("SecMarker") => self.marker(rest),
            Some("SecDefaultAction") => self.default_actions(at, rest),
            Some("SecRemoteRules") => self.remote(rest),
            Some("SecRemoteRulesFailAction") => self.remote_fails(rest),
            Some("SecRuleScript") => Err(Wrong::new("`SecRuleScript` is not supported: no Lua runs here")
                .help("write the condition as a `SecRule`")),
            Some(update) => self.update(at, update, rest),
            None => {
                let from = at.file.clone();
                let mut config = std::mem::take(&mut self.config);
                let set = settings::set(&mut config, name, rest, &mut |path| self.read(path, Some(&from)));
                self.config = config;
                set.unwrap_or_else(|| {
                    Err(Wrong::unknown("directive", name, settings::names().chain(NAMES.iter().copied())))
                })
            }
        };
        if let Err(wrong) = done {
            self.tell(at, wrong);
        }
    }

    fn include(&mut self, at: &Place, rest: &str, is_optional: bool) -> Result<(), Wrong> {
        let pattern = settings::plain(rest);
        if pattern.is_empty() {
            return Err(Wrong::new("`Include` names no file"));
        }
        if self.open.len() > INCLUDE_DEPTH_MAX {
            return Err(Wrong::new(format!("files include each other more than {INCLUDE_DEPTH_MAX} deep"))
                .help("name the files in one place"));
        }
        let is_pattern = pattern.contains(['*', '?', '[']);
        let names = if is_pattern {
            self.files.list(&pattern, Some(&at.file)).map_err(|why| {
                Wrong::new(format!("the files of `{}` cannot be listed: {why}", short(&pattern)))
            })
        } else {
            Ok(vec![pattern.clone()])
        };
        let names = match names {
            Ok(names) => names,
            Err(_) if is_optional => Vec::new(),
            Err(wrong) => return Err(wrong),
        };
        if names.is_empty() && !is_optional {
            return Err(Wrong::new(format!("no file matches `{}`", short(&pattern)))
                .help("write `IncludeOptional` for files that may be absent"));
        }
        for name in names {
            // A file that is not there may be left out; one that is there must be good.
            if is_optional && !is_pattern && self.files.read(&name, Some(&at.file)).is_err() {
                continue;
            }
            self.file(&name, at, Some(&*at.file).filter(|_| !is_pattern));
        }
        Ok(())
    }

    fn remote(&mut self, rest: &str) -> Result<(), Wrong> {
        let address = rest.split_ascii_whitespace().nth(1).unwrap_or(rest);
        let wrong = if self.is_remote_optional { Wrong::note } else { Wrong::new };
        Err(wrong(format!("the rules of `{}` are not loaded: nothing is fetched", short(address)))
            .help("download the file, look at it, and `Include` it"))
    }

    fn remote_fails(&mut self, rest: &str) -> Result<(), Wrong> {
        match rest.to_ascii_lowercase().as_str() {
            "abort" => self.is_remote_optional = false,
            "warn" => self.is_remote_optional = true,
            _ => {
                return Err(
                    Wrong::new(format!("unknown action `{}`", short(rest))).help("write `Abort` or `Warn`")
                );
            }
        }
        Ok(())
    }

    fn marker(&mut self, rest: &str) -> Result<(), Wrong> {
        let name = settings::plain(rest);
        if name.is_empty() || name.contains([' ', '\t', '"', '\'', '\\']) {
            return Err(Wrong::new("`SecMarker` wants one name").help("write `SecMarker END-OF-CHECKS`"));
        }
        self.count()?;
        self.items.push(RawItem::Marker(name));
        Ok(())
    }

    fn count(&mut self) -> Result<(), Wrong> {
        self.rules += 1;
        if self.rules > RULES_MAX {
            return Err(Wrong::new(format!("more than {RULES_MAX} rules: the rest is not read")));
        }
        Ok(())
    }

    fn rule(&mut self, at: &Place, rest: &str) -> Result<(), Wrong> {
        let help = "write `SecRule TARGETS \"@operator argument\" \"id:1,phase:2,pass\"`";
        let mut wrongs = Vec::new();
        let Some((variables, rest)) = word(rest) else {
            return Err(Wrong::new("`SecRule` has no target").help(help));
        };
        let Some((asked, rest)) = word(rest) else {
            return Err(Wrong::new("`SecRule` has no operator").help(help));
        };
        if asked.is_open {
            return Err(Wrong::new("the quote of the operator is not closed")
                .help("close it with `\"`; a line that goes on ends in `\\` and nothing behind it"));
        }
        let targets = targets(variables.text, &mut wrongs);
        let from = at.file.clone();
        let operation = operation(asked.text, &mut |path| self.read(path, Some(&from)), &mut wrongs);
        let list = action_words(rest, &mut wrongs);
        self.add(at, RawLink { targets, operation, list }, wrongs)
    }

    fn unconditional(&mut self, at: &Place, rest: &str) -> Result<(), Wrong> {
        let mut wrongs = Vec::new();
        if rest.is_empty() {
            return Err(Wrong::new("`SecAction` has no actions")
                .help("write `SecAction \"id:1,phase:1,pass,nolog\"`"));
        }
        let list = action_words(rest, &mut wrongs);
        let operation = Operation { operator: Operator::UnconditionalMatch, negated: false };
        self.add(at, RawLink { targets: Vec::new(), operation, list }, wrongs)
    }

    /// Adds a rule, or a link to the chain that is open.
    fn add(&mut self, at: &Place, link: RawLink, mut wrongs: Vec<Wrong>) -> Result<(), Wrong> {
        self.count()?;
        let is_link = std::mem::replace(&mut self.is_chain_open, link.list.chain);
        let open = self.items.last_mut().filter(|_| is_link);
        if let Some(RawItem::Rule(head)) = open {
            check_link(&link.list, &mut wrongs);
            if head.links.len() >= CHAIN_MAX {
                wrongs.push(Wrong::new(format!("the chain is longer than {CHAIN_MAX} rules")));
            } else {
                head.links.push(link);
            }
            head.is_broken |= wrongs.iter().any(|wrong| wrong.is_fatal);
        } else {
            if is_link {
                wrongs.push(
                    Wrong::new("the rule before ends in `chain`, but something stands between")
                        .help("put the chained rule right behind"),
                );
            }
            let id = link.list.id.unwrap_or_default();
            self.check_id(at, &link, &mut wrongs);
            let is_broken = wrongs.iter().any(|wrong| wrong.is_fatal);
            self.items.push(RawItem::Rule(RawRule { id, links: vec![link], at: at.clone(), is_broken }));
        }
        for wrong in wrongs {
            self.tell(at, wrong);
        }
        Ok(())
    }

    fn check_id(&mut self, at: &Place, link: &RawLink, wrongs: &mut Vec<Wrong>) {
        match link.list.id {
            Some(id) => {
                if let Some(first) = self.ids.get(&id) {
                    wrongs.push(
                        Wrong::new(format!("rule id {id} is already used at {first}"))
                            .help("give every rule its own id"),
                    );
                } else {
                    self.ids.insert(id, at.clone());
                }
            }
            // An id that was written wrongly has its own message.
            None if link.list.names.contains(&"id") => {}
            None if link.targets.is_empty() => {
                wrongs.push(
                    Wrong::note("the action has no id and cannot be removed or updated")
                        .help("add `id:NUMBER`"),
                );
            }
            None => wrongs.push(Wrong::new("the rule has no id").help("add `id:NUMBER` to its actions")),
        }
    }

    fn default_actions(&mut self, at: &Place, rest: &str) -> Result<(), Wrong> {
        let mut wrongs = Vec::new();
        let list = action_words(rest, &mut wrongs);
        const REFUSED: &[&str] = &[
            "id",
            "chain",
            "rev",
            "ver",
            "accuracy",
            "maturity",
            "skip",
            "skipAfter",
            "xmlns",
            "capture",
            "multiMatch",
        ];
        if let Some(name) = list.names.iter().find(|name| REFUSED.contains(name)) {
            wrongs.push(
                Wrong::new(format!("`{name}` is not suitable for `SecDefaultAction`"))
                    .help("put it on the rule"),
            );
        }
        if list.forgets {
            wrongs.push(Wrong::new("`t:none` is not suitable for `SecDefaultAction`").help("leave it out"));
        }
        if !matches!(list.decision, Some(Decision::Is(_))) {
            wrongs.push(
                Wrong::new("`SecDefaultAction` must name what stops a transaction, or `pass`")
                    .help("add `pass` or `deny`"),
            );
        }
        let phase = list.phase.unwrap_or(Phase::RequestHeaders);
        if self.defaults.contains_key(&phase) {
            wrongs.push(
                Wrong::new(format!("the default actions of phase {} are already set", phase.number()))
                    .help("keep one `SecDefaultAction` for each phase"),
            );
        }
        if !wrongs.iter().any(|wrong| wrong.is_fatal) {
            self.defaults.insert(phase, list);
        }
        for wrong in wrongs {
            self.tell(at, wrong);
        }
        Ok(())
    }

    fn update(&mut self, at: &Place, name: &str, rest: &str) -> Result<(), Wrong> {
        let (which, rest) =
            if matches!(name, "SecRuleRemoveById" | "SecRuleRemoveByTag" | "SecRuleRemoveByMsg") {
                (settings::plain(rest), "")
            } else {
                let (which, rest) =
                    word(rest).ok_or_else(|| Wrong::new(format!("`{name}` names no rule")))?;
                (unescape(which.text), rest)
            };
        if which.is_empty() {
            return Err(Wrong::new(format!("`{name}` names no rule")).help(format!("write `{name} 100`")));
        }
        let mut wrongs = Vec::new();
        let (which, change) = match name {
            "SecRuleRemoveById" => (Which::Ids(id_ranges(rest_of_ids(&which).as_str())?), Change::Remove),
            "SecRuleRemoveByTag" => (Which::Tag(which), Change::Remove),
            "SecRuleRemoveByMsg" => (Which::Message(which), Change::Remove),
            "SecRuleUpdateActionById" => {
                let (id, link) = which.split_once(':').unwrap_or((&which, "0"));
                let link = link
                    .parse()
                    .map_err(|_| Wrong::new(format!("`{}` is no place in a chain", short(link))))?;
                let list = action_words(rest, &mut wrongs);
                if let Some(name) = list.names.iter().find(|name| matches!(**name, "id" | "phase" | "chain"))
                {
                    wrongs.push(Wrong::new(format!("`{name}` of a rule cannot be changed")));
                }
                (Which::Ids(id_ranges(id)?), Change::Actions(link, Box::new(list)))
            }
            _ => {
                let Some((text, after)) = word(rest) else {
                    return Err(Wrong::new(format!("`{name}` names no target"))
                        .help(format!("write `{name} 100 \"!ARGS:name\"`")));
                };
                if !after.trim().is_empty() {
                    wrongs.push(
                        Wrong::new(format!("`{}` stands behind the targets", short(after.trim())))
                            .help("targets are only added: write `\"!OLD|NEW\"` to replace one"),
                    );
                }
                let which = match name {
                    "SecRuleUpdateTargetById" => Which::Ids(id_ranges(&which)?),
                    "SecRuleUpdateTargetByTag" => Which::Tag(which),
                    _ => Which::Message(which),
                };
                (which, Change::Targets(targets(text.text, &mut wrongs)))
            }
        };
        if wrongs.iter().any(|wrong| wrong.is_fatal) {
            for wrong in wrongs {
                self.tell(at, wrong);
            }
            return Ok(());
        }
        self.updates.push(Update { at: at.clone(), which, change });
        Ok(())
    }

    /// Puts everything together.
    pub(super) fn finish(mut self) -> (RuleSet, Vec<SeclangProblem>) {
        if self.is_chain_open
            && let Some(RawItem::Rule(rule)) = self.items.last_mut()
        {
            rule.is_broken = true;
            let at = rule.at.clone();
            self.tell(
                &at,
                Wrong::note("the rule never matches: it ends in `chain`, but no rule follows")
                    .help("add the chained rule, or leave `chain` out"),
            );
        }
        self.items.retain(|item| !matches!(item, RawItem::Rule(rule) if rule.is_broken));
        let updates = std::mem::take(&mut self.updates);
        for (at, wrong) in update::apply(&mut self.items, updates) {
            self.tell(&at, wrong);
        }
        let defaults = self.defaults;
        let items = self.items.into_iter().map(|item| match item {
            RawItem::Marker(name) => Item::Marker(name),
            RawItem::Rule(rule) => Item::Rule(Box::new(resolved(rule, &defaults))),
        });
        let rules = RuleSet { items: items.collect(), config: self.config };
        if self.problems.len() >= PROBLEMS_MAX
            && let Some(last) = self.problems.last().map(|problem| problem.at.clone())
        {
            self.problems.push(SeclangProblem {
                at: last,
                message: format!("more than {PROBLEMS_MAX} problems: the rest is not read"),
                help: None,
                fatal: true,
            });
        }
        (rules, self.problems)
    }
}

/// A path without `.`, `..` and doubled slashes, so that one file has one name. Links between files are not followed: what goes round through
/// them ends at the depth.
fn identity(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{}{}", if path.starts_with('/') { "/" } else { "" }, parts.join("/"))
}

/// `SecRuleRemoveById "1" "2-3"`: quotes may stand around each.
fn rest_of_ids(text: &str) -> String {
    text.replace(['"', '\''], " ")
}

/// The last word of a directive: its actions, in quotes or not.
fn action_words(rest: &str, wrongs: &mut Vec<Wrong>) -> ActionList {
    let Some((Word { text, is_quoted, is_open }, after)) = word(rest) else {
        return ActionList::default();
    };
    if is_open {
        let wrong = if is_quoted { Wrong::note } else { Wrong::new };
        wrongs.push(wrong("the quote of the actions is not closed".to_owned()).help("close it with `\"`"));
    }
    let after = after.trim();
    if !after.is_empty() {
        wrongs.push(
            Wrong::new(format!("`{}` stands behind the actions", short(after)))
                .help("put all actions into one pair of quotes, divided by commas"),
        );
    }
    // ModSecurity takes a pair of quotes with nothing inside.
    if text.trim().is_empty() { ActionList::default() } else { actions(text, wrongs) }
}

/// What must stand on the head of a chain.
fn check_link(list: &ActionList, wrongs: &mut Vec<Wrong>) {
    if matches!(list.decision, Some(Decision::Is(_))) {
        wrongs.push(
            Wrong::new("only the first rule of a chain may stop or pass the transaction")
                .help("put the action on the first rule"),
        );
    }
    for name in ["id", "phase"] {
        if list.names.contains(&name) {
            wrongs
                .push(Wrong::note(format!("`{name}` has no effect in a chained rule")).help("leave it out"));
        }
    }
}
