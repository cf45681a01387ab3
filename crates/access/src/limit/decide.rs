//! The decision over all limits at once.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::algorithm::{Gcra, Log, Outcome, Rule, Slots, nanos};
use super::config::{Algorithm, Alone, Config, ConfigError, Count, LIMITS_MAX, Limit};
use super::key::{Facts, Hashed, Maker};
use super::lease;
use super::shared::{Grant, Terms, Want};
use super::table::{Held, Table};

/// All limits of a configuration, with their counts. Shared between threads behind a reference.
#[derive(Debug)]
pub struct Limiter {
    entries: Vec<Arc<Entry>>,
    config: Config,
    /// Until when the shared state counts as not reachable. Nanoseconds.
    alone_until: AtomicU64,
}

#[derive(Debug)]
struct Entry {
    limit: Limit,
    rule: Rule,
    maker: Maker,
    counts: Counts,
}

#[derive(Debug)]
enum Counts {
    Gcra(Table<Gcra>),
    Window(Table<Slots>),
    Log(Table<Log>),
    Shared { leases: Table<lease::Held>, local: Option<Table<Slots>> },
}

/// The limits of one route, found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Places in the configuration, in order.
    limits: Vec<usize>,
    cost: u32,
}

/// Which limits to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Those that need no identity: before anything dear is done.
    Before,
    /// Those by identity, credential or key.
    After,
    /// All at once.
    All,
}

/// What the limits say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitDecision {
    pub verdict: Verdict,
    standings: [Standing; LIMITS_MAX],
    len: usize,
    reported: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Booked in every limit that applies.
    Admitted,
    /// Booked in none.
    Refused {
        /// The limit that refuses for the longest time, by its place in the configuration.
        limit: usize,
        /// `None`: the request costs more than the limit ever allows.
        retry_after: Option<Duration>,
    },
    /// Booked in none: ask for these leases, hand them to [`Limiter::leased`], decide again.
    Lease(Vec<Want>),
}

/// Where a key stands in one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The limit's place in the configuration.
    pub limit: usize,
    pub remaining: u64,
    /// Until all permits are back, when nothing more comes. Nanoseconds.
    pub reset_nanos: u64,
}

/// A key's counts under their locks.
#[derive(Debug)]
enum Grip<'a> {
    Gcra(&'a Table<Gcra>, Held<'a, Gcra>),
    Window(&'a Table<Slots>, Held<'a, Slots>),
    Log(&'a Table<Log>, Held<'a, Log>),
    Shared {
        leases: (&'a Table<lease::Held>, Held<'a, lease::Held>),
        local: Option<(&'a Table<Slots>, Held<'a, Slots>)>,
        is_alone: bool,
    },
}

/// What one limit says.
enum Said {
    Outcome(Outcome),
    Lease { permits: u32, debt: u32, is_aggregate: bool },
}

/// One decision under way.
struct Round<'a> {
    plan: &'a Plan,
    facts: &'a Facts<'a>,
    now: u64,
    decision: LimitDecision,
    wants: Vec<Want>,
}

impl Round<'_> {
    /// Every limit admits, and nothing is missing.
    fn is_done(&self) -> bool {
        self.wants.is_empty() && self.decision.verdict == Verdict::Admitted
    }

    fn end(mut self) -> LimitDecision {
        if !self.wants.is_empty() && self.decision.verdict == Verdict::Admitted {
            self.decision.verdict = Verdict::Lease(self.wants);
        }
        self.decision
    }
}

impl Limiter {
    /// Compiles a configuration and takes all memory.
    ///
    /// # Errors
    /// The first thing in the configuration that cannot work.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::renewed(config, None)
    }

    /// The same for a configuration that was read again: limits that did not change keep their counts.
    ///
    /// # Errors
    /// The first thing in the configuration that cannot work.
    pub fn renewed(config: Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        config.check()?;
        let is_same =
            |before: &&Self| before.config.prefix == config.prefix && before.config.shared == config.shared;
        let old = before.filter(is_same).map_or(&[] as &[Arc<Entry>], |before| &before.entries);
        let entry = |limit: &Limit| {
            let kept = old.iter().find(|entry| entry.limit == *limit).map(Arc::clone);
            kept.unwrap_or_else(|| Arc::new(Entry::new(limit, &config)))
        };
        let entries = config.limits.iter().map(entry).collect();
        let alone_until = before.map_or(0, |before| before.alone_until.load(Ordering::Acquire));
        Ok(Self { entries, config, alone_until: AtomicU64::new(alone_until) })
    }

    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The limits of a route. Worth keeping beside the route.
    #[must_use]
    pub fn plan(&self, route: &str) -> Plan {
        let limits = self.places(|limit| limit.applies_to(route));
        Plan { limits, cost: self.config.cost(route).max(1) }
    }

    /// The same for a route that names further limits and says what its requests cost.
    ///
    /// # Errors
    /// A name that no limit has.
    pub fn plan_with(&self, route: &str, names: &[String], cost: u32) -> Result<Plan, ConfigError> {
        if let Some(unknown) =
            names.iter().find(|name| !self.entries.iter().any(|one| one.limit.name == **name))
        {
            return Err(ConfigError::Unknown(unknown.clone()));
        }
        let limits = self.places(|limit| limit.applies_to(route) || names.contains(&limit.name));
        Ok(Plan { limits, cost: cost.max(1) })
    }

    fn places(&self, applies: impl Fn(&Limit) -> bool) -> Vec<usize> {
        let entries = self.entries.iter().enumerate();
        entries.filter(|(_, entry)| applies(&entry.limit)).map(|(index, _)| index).collect()
    }

    /// Decides a request, and books it when all limits admit it.
    #[must_use]
    pub fn decide(&self, plan: &Plan, stage: Stage, facts: &Facts<'_>, now: Duration) -> LimitDecision {
        let now = nanos(now);
        let mut round = Round { plan, facts, now, decision: LimitDecision::admitted(), wants: Vec::new() };
        // INVARIANT: locks are taken in the order of the configuration, so no two threads wait for each other.
        let mut chosen = self.chosen(plan, stage);
        let (first, second) = (chosen.next(), chosen.next());
        let Some((place, entry)) = first else { return round.decision };
        if second.is_none() {
            // One limit is by far the most usual, and needs no room for many.
            if let Some((mut grip, cost)) = self.ask(place, entry, &mut round)
                && round.is_done()
            {
                grip.book(&entry.rule, now, cost);
            }
            return round.end();
        }
        let mut grips: [Option<(Grip<'_>, u32)>; LIMITS_MAX] = [const { None }; LIMITS_MAX];
        for (index, entry) in first.into_iter().chain(second).chain(chosen) {
            if let Some(place) = grips.get_mut(index) {
                *place = self.ask(index, entry, &mut round);
            }
        }
        if round.is_done() {
            for (entry, place) in self.entries.iter().zip(&mut grips) {
                if let Some((grip, cost)) = place {
                    grip.book(&entry.rule, now, *cost);
                }
            }
        }
        drop(grips);
        round.end()
    }

    /// What one limit says. Its counts, held until they are booked.
    fn ask<'a>(&self, index: usize, entry: &'a Entry, round: &mut Round<'_>) -> Option<(Grip<'a>, u32)> {
        let (facts, now) = (round.facts, round.now);
        let key = entry.maker.hashed(facts)?;
        let cost = entry.cost(round.plan, facts);
        let mut grip = entry.hold(&key, now, self.is_alone(now));
        match grip.ask(&entry.rule, now, cost) {
            Said::Outcome(outcome) => {
                round.decision.note(index, &entry.limit, outcome);
                let is_booked = outcome.admits && entry.limit.count != Count::Failures;
                is_booked.then_some((grip, cost))
            }
            Said::Lease { permits, debt, is_aggregate } => {
                let key = entry.maker.written(facts, is_aggregate)?;
                let terms = entry.terms(&self.config);
                let name = entry.limit.name.clone();
                let now = Duration::from_nanos(now);
                round.wants.push(Want { limit: index, name, key, permits, least: cost, debt, now, terms });
                None
            }
        }
    }

    /// Leases that the next requests like this one will need soon: asked for now, nobody waits for them.
    #[must_use]
    pub fn ahead(&self, plan: &Plan, stage: Stage, facts: &Facts<'_>, now: Duration) -> Vec<Want> {
        let now = nanos(now);
        let mut wants = Vec::new();
        for (index, entry) in self.chosen(plan, stage) {
            let Counts::Shared { leases, .. } = &entry.counts else { continue };
            let Some(key) = entry.maker.hashed(facts) else { continue };
            let mut held = leases.hold(&key, now);
            let is_aggregate = held.is_aggregate();
            let Some(state) = held.state().filter(|state| state.is_low(now)) else { continue };
            let cost = entry.cost(plan, facts);
            let (permits, debt) = state.wish(&entry.rule, cost);
            let Some(key) = entry.maker.written(facts, is_aggregate) else { continue };
            let (name, terms) = (entry.limit.name.clone(), entry.terms(&self.config));
            let now = Duration::from_nanos(now);
            wants.push(Want { limit: index, name, key, permits, least: cost, debt, now, terms });
        }
        wants
    }

    /// Books a failure (a wrong password or token) in the limits that count them.
    pub fn failed(&self, plan: &Plan, facts: &Facts<'_>, now: Duration) {
        let now = nanos(now);
        for (_, entry) in self.chosen(plan, Stage::All) {
            if entry.limit.count == Count::Failures
                && let Some(key) = entry.maker.hashed(facts)
            {
                entry.hold(&key, now, false).book(&entry.rule, now, 1);
            }
        }
    }

    /// Takes what the shared budget said to a wish of [`Verdict::Lease`].
    pub fn leased(&self, want: &Want, facts: &Facts<'_>, grant: &Grant, now: Duration) {
        let now = nanos(now);
        let Some(entry) = self.entries.get(want.limit) else { return };
        let Counts::Shared { leases, .. } = &entry.counts else { return };
        let Some(key) = entry.maker.hashed(facts) else { return };
        let mut held = leases.hold(&key, now);
        // Meanwhile counted under another key: the lease is lost, never spent twice.
        if entry.maker.written(facts, held.is_aggregate()).as_ref() != Some(&want.key) {
            return;
        }
        let now = held.now();
        let Some(state) = held.state() else { return };
        match grant {
            Grant::Lease(lease) => {
                state.granted(&entry.rule, now, (lease.permits, nanos(lease.until), want.debt));
            }
            Grant::Refused { retry_after, remaining } => {
                let until = now.saturating_add(retry_after.map_or(entry.rule.window, nanos));
                state.refused(&entry.rule, until, (*remaining, want.debt));
            }
        }
        leases.touch(&held);
    }

    /// The shared state cannot be reached: until it is asked again, limits go on as `shared.alone` says.
    pub fn alone(&self, now: Duration) {
        let until = nanos(now).saturating_add(nanos(self.config.shared.retry_after.0));
        self.alone_until.fetch_max(until, Ordering::AcqRel);
    }

    /// Limits that count new keys together because all places are taken: something to alert on.
    #[must_use]
    pub fn crowded(&self, now: Duration) -> Vec<&str> {
        let is_crowded = |entry: &&Arc<Entry>| entry.is_crowded(nanos(now));
        self.entries.iter().filter(is_crowded).map(|entry| entry.limit.name.as_str()).collect()
    }

    /// Bytes that all tables take, without what logs grow to.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.bytes()).sum()
    }

    /// What a limit gives at once, and in how many nanoseconds that comes back.
    pub(super) fn quota(&self, limit: usize) -> Option<(&str, u64, u64)> {
        let entry = self.entries.get(limit)?;
        let algorithm = entry.limit.algorithm();
        Some((&entry.limit.name, entry.rule.quota(algorithm), entry.rule.period(algorithm)))
    }

    fn is_alone(&self, now: u64) -> bool {
        self.alone_until.load(Ordering::Acquire) > now
    }

    fn chosen<'a>(&'a self, plan: &'a Plan, stage: Stage) -> impl Iterator<Item = (usize, &'a Entry)> {
        let entries =
            plan.limits.iter().filter_map(|index| Some((*index, self.entries.get(*index)?.as_ref())));
        entries.filter(move |(_, entry)| match stage {
            Stage::Before => entry.limit.is_before(),
            Stage::After => !entry.limit.is_before(),
            Stage::All => true,
        })
    }
}

impl Entry {
    fn new(limit: &Limit, config: &Config) -> Self {
        let rule = Rule::of(limit);
        let (keys, full) = (limit.keys, limit.full);
        let counts = if limit.shared {
            let part = Rule::new((rule.permits / config.shared.gateways.max(1)).max(1), rule.window, None);
            let local = (config.shared.alone == Alone::Local).then(|| Table::new(part, keys, full));
            Counts::Shared { leases: Table::new(rule, keys, full), local }
        } else {
            match limit.algorithm() {
                Algorithm::Gcra => Counts::Gcra(Table::new(rule, keys, full)),
                Algorithm::Window => Counts::Window(Table::new(rule, keys, full)),
                Algorithm::Log => Counts::Log(Table::new(rule, keys, full)),
            }
        };
        let maker = Maker::new(&limit.by, limit.missing, config.prefix);
        Self { limit: limit.clone(), rule, maker, counts }
    }

    fn cost(&self, plan: &Plan, facts: &Facts<'_>) -> u32 {
        match self.limit.count {
            Count::Cost => facts.cost.unwrap_or(plan.cost).max(1),
            Count::Requests | Count::Failures => 1,
        }
    }

    fn terms(&self, config: &Config) -> Terms {
        Terms { permits: self.rule.permits, period: self.limit.rate.per, skew: config.shared.skew.0 }
    }

    fn hold(&self, key: &Hashed<'_>, now: u64, is_alone: bool) -> Grip<'_> {
        match &self.counts {
            Counts::Gcra(table) => Grip::Gcra(table, table.hold(key, now)),
            Counts::Window(table) => Grip::Window(table, table.hold(key, now)),
            Counts::Log(table) => Grip::Log(table, table.hold(key, now)),
            Counts::Shared { leases, local } => Grip::Shared {
                leases: (leases, leases.hold(key, now)),
                local: local.as_ref().map(|table| (table, table.hold(key, now))),
                is_alone,
            },
        }
    }

    fn is_crowded(&self, now: u64) -> bool {
        match &self.counts {
            Counts::Gcra(table) => table.is_crowded(now),
            Counts::Window(table) => table.is_crowded(now),
            Counts::Log(table) => table.is_crowded(now),
            Counts::Shared { leases, .. } => leases.is_crowded(now),
        }
    }

    fn bytes(&self) -> usize {
        match &self.counts {
            Counts::Gcra(table) => table.bytes(),
            Counts::Window(table) => table.bytes(),
            Counts::Log(table) => table.bytes(),
            Counts::Shared { leases, local } => leases.bytes() + local.as_ref().map_or(0, Table::bytes),
        }
    }
}

impl Grip<'_> {
    fn ask(&mut self, rule: &Rule, now: u64, cost: u32) -> Said {
        match self {
            Grip::Gcra(table, held) => Said::Outcome(table.ask(held, cost)),
            Grip::Window(table, held) => Said::Outcome(table.ask(held, cost)),
            Grip::Log(table, held) => Said::Outcome(table.ask(held, cost)),
            Grip::Shared { local: Some((table, held)), is_alone: true, .. } => {
                Said::Outcome(table.ask(held, cost))
            }
            Grip::Shared { leases: (table, held), is_alone, .. } => {
                let outcome = table.ask(held, cost);
                if cost > rule.permits {
                    return Said::Outcome(Outcome { admits: false, retry: u64::MAX, ..outcome });
                }
                let is_aggregate = held.is_aggregate();
                let now = now.max(held.now());
                match held.state() {
                    Some(state) if !outcome.admits && !*is_alone && !state.is_refused(now, cost) => {
                        let (permits, debt) = state.wish(rule, cost);
                        Said::Lease { permits, debt, is_aggregate }
                    }
                    _ => Said::Outcome(outcome),
                }
            }
        }
    }

    fn book(&mut self, rule: &Rule, now: u64, cost: u32) {
        match self {
            Grip::Gcra(table, held) => table.book(held, cost),
            Grip::Window(table, held) => table.book(held, cost),
            Grip::Log(table, held) => table.book(held, cost),
            Grip::Shared { leases: (table, held), local, is_alone } => {
                if let Some((table, held)) = local {
                    table.book(held, cost);
                }
                if !*is_alone || local.is_none() {
                    table.book(held, cost);
                } else if let Some(state) = held.state() {
                    state.owe(rule, now, cost);
                    table.touch(held);
                }
            }
        }
    }
}

impl LimitDecision {
    const fn admitted() -> Self {
        let nothing = Standing { limit: 0, remaining: 0, reset_nanos: 0 };
        Self { verdict: Verdict::Admitted, standings: [nothing; LIMITS_MAX], len: 0, reported: 0 }
    }

    #[must_use]
    pub const fn is_admitted(&self) -> bool {
        matches!(self.verdict, Verdict::Admitted)
    }

    /// Where the request's keys stand, one for each limit that applied, in the order of the configuration.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        self.standings.get(..self.len).unwrap_or_default()
    }

    /// Limits with `report-only` that would have refused, by their places in the configuration.
    pub fn reported(&self) -> impl Iterator<Item = usize> + '_ {
        (0..LIMITS_MAX).filter(|index| self.reported & (1 << index) != 0)
    }

    fn note(&mut self, index: usize, limit: &Limit, outcome: Outcome) {
        if let Some(standing) = self.standings.get_mut(self.len) {
            let Outcome { remaining, reset, .. } = outcome;
            *standing = Standing { limit: index, remaining, reset_nanos: reset };
            self.len += 1;
        }
        if outcome.admits {
            return;
        }
        if limit.report_only {
            self.reported |= 1 << index;
            return;
        }
        let retry_after = (outcome.retry != u64::MAX).then(|| Duration::from_nanos(outcome.retry));
        let is_longer = match &self.verdict {
            Verdict::Refused { retry_after: None, .. } => false,
            Verdict::Refused { retry_after: Some(before), .. } => retry_after.is_none_or(|now| now > *before),
            Verdict::Admitted | Verdict::Lease(_) => true,
        };
        if is_longer {
            self.verdict = Verdict::Refused { limit: index, retry_after };
        }
    }
}

#[cfg(test)]
mod tests;
