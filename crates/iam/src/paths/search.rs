//! Chains of steps: the surest and shortest from each identity to more permissions.
use std::collections::BTreeMap;

use model::{App, Kind, NodeId};

use super::gains::gains;
use super::permits::{Certainty, Loose};
use super::steps::{State, Step, To, steps};
use super::world::World;
use super::{EDGES_MAX, ENDS_MAX, End, Escalation, Escalations, HOPS_MAX, Hop, functions_of};
use crate::Identity;

/// Looks for ways from each identity, or from one.
pub(super) fn run<'a>(app: &'a App, people: &'a [Identity<'a>], only: Option<NodeId>) -> Escalations {
    let world = World::new(app, people);
    let mut search = Search {
        world: &world,
        places: BTreeMap::new(),
        states: Vec::new(),
        count: 0,
        has_possible: false,
        cut: None,
    };
    let mut result = Escalations::default();
    for (place, identity) in people.iter().enumerate() {
        let node = identity.node;
        if node.kind == Kind::Group || only.is_some_and(|id| id != node.id) {
            continue;
        }
        let at = search.meet(State { who: place, loose: Loose::default() });
        if world.people.get(place).is_some_and(|person| !person.unclear.is_empty()) {
            result.unclear.push(node.id);
        }
        if search.is_administrator(at) {
            result.administrators.push(node.id);
        } else {
            result.found.extend(search.from(at));
        }
    }
    result.cut = search.cut;
    result
}

/// How each state was reached: from which one, by which of its steps.
#[derive(Debug, Default)]
struct Reached {
    by: Vec<Option<(usize, usize)>>,
    seen: Vec<bool>,
    /// States, nearest first.
    order: Vec<usize>,
}

struct Search<'w, 'a> {
    world: &'w World<'a>,
    /// Every state that was met, and where it is in the lists.
    places: BTreeMap<State, usize>,
    states: Vec<Met>,
    count: usize,
    /// Some step is not certain.
    has_possible: bool,
    cut: Option<String>,
}

/// A state of the attacker and what was found out about it.
struct Met {
    state: State,
    all: bool,
    /// Its steps, each with the state that it leads to; none as long as nobody has asked.
    steps: Option<Vec<(Step, Option<usize>)>>,
}

/// A way that was found: states with the step that leaves each.
struct Way {
    steps: Vec<(usize, usize)>,
    end: End,
}

impl Search<'_, '_> {
    fn meet(&mut self, state: State) -> usize {
        if let Some(place) = self.places.get(&state) {
            return *place;
        }
        let person = self.world.people.get(state.who);
        let all = person.is_some_and(|person| person.is_administrator(&self.world.actions, state.loose));
        self.states.push(Met { state, all, steps: None });
        self.places.insert(state, self.states.len() - 1);
        self.states.len() - 1
    }

    fn is_administrator(&self, at: usize) -> bool {
        self.states.get(at).is_some_and(|met| met.all)
    }

    fn steps(&self, at: usize) -> &[(Step, Option<usize>)] {
        self.states.get(at).and_then(|met| met.steps.as_deref()).unwrap_or_default()
    }

    fn learn(&mut self, at: usize) {
        let Some(state) = self.states.get(at).filter(|met| met.steps.is_none()).map(|met| met.state) else {
            return;
        };
        let found = if self.count < EDGES_MAX { steps(self.world, state) } else { Vec::new() };
        if self.count >= EDGES_MAX {
            self.cut = Some(format!("steps past the first {EDGES_MAX} were not looked at"));
        }
        self.count += found.len();
        self.has_possible |= found.iter().any(|step| step.certainty == Certainty::Possible);
        let mut linked = Vec::with_capacity(found.len());
        for step in found {
            let next = if let To::State(next) = step.to { Some(self.meet(next)) } else { None };
            linked.push((step, next));
        }
        if let Some(met) = self.states.get_mut(at) {
            met.steps = Some(linked);
        }
    }

    /// Who can be reached, nearest first, by steps that are at least this sure.
    fn reach(&mut self, from: usize, least: Certainty) -> Reached {
        let mut reached = Reached { order: vec![from], ..Reached::default() };
        reached.mark(from, None);
        let mut depths = vec![0];
        let mut position = 0;
        while let (Some(at), Some(depth)) =
            (reached.order.get(position).copied(), depths.get(position).copied())
        {
            position += 1;
            // Whoever may do everything needs no further step.
            if depth >= HOPS_MAX || (at != from && self.is_administrator(at)) {
                continue;
            }
            self.learn(at);
            for (place, (step, next)) in self.steps(at).iter().enumerate() {
                let Some(next) = next.filter(|next| step.certainty <= least && !reached.has(*next)) else {
                    continue;
                };
                reached.mark(next, Some((at, place)));
                reached.order.push(next);
                depths.push(depth + 1);
            }
        }
        reached
    }

    fn from(&mut self, from: usize) -> Vec<Escalation> {
        let mut found: Vec<Escalation> = Vec::new();
        for least in [Certainty::Certain, Certainty::Possible] {
            if least == Certainty::Possible && !self.has_possible {
                break;
            }
            let reached = self.reach(from, least);
            let admin = self.administrator(&reached, least);
            let sure = admin.is_some() && least == Certainty::Certain;
            let known = found.iter().any(|known| known.to == End::Administrator);
            found.extend(admin.filter(|_| !known).and_then(|way| self.tell(from, &way)));
            if sure {
                return found;
            }
            self.others(from, &reached, &mut found);
            if least == Certainty::Possible && found.is_empty() {
                found.extend(self.outside(&reached).and_then(|way| self.tell(from, &way)));
            }
        }
        found
    }

    /// Identities that may do more, nearest first.
    fn others(&mut self, from: usize, reached: &Reached, found: &mut Vec<Escalation>) {
        let Some(start) = self.states.get(from).map(|met| met.state) else { return };
        for at in reached.order.iter().skip(1) {
            let Some(met) = self.states.get(*at) else { continue };
            let Some(node) = self.world.node(met.state.who) else { continue };
            let end = End::Identity(node.id);
            if met.state.who == start.who || met.all || found.iter().any(|known| known.to == end) {
                continue;
            }
            if found.len() >= ENDS_MAX {
                self.cut.get_or_insert_with(|| format!("of one identity only {ENDS_MAX} ways are shown"));
                return;
            }
            let way = Way { steps: reached.trail(*at), end };
            found.extend(self.tell(from, &way));
        }
    }

    /// The shortest way to all permissions.
    fn administrator(&self, reached: &Reached, least: Certainty) -> Option<Way> {
        let mut best: Option<Vec<(usize, usize)>> = None;
        let mut offer = |way: Vec<(usize, usize)>| {
            let shorter = best.as_ref().is_none_or(|best| way.len() < best.len());
            if shorter && way.len() <= HOPS_MAX {
                best = Some(way);
            }
        };
        for at in &reached.order {
            let before = reached.trail(*at);
            if !before.is_empty() && self.is_administrator(*at) {
                offer(before.clone());
            }
            let Some(met) = self.states.get(*at) else { continue };
            for (place, (step, _)) in self.steps(*at).iter().enumerate() {
                let after = match step.to {
                    _ if step.certainty > least => None,
                    To::Everything => Some(Vec::new()),
                    To::Grown(who) if self.gains_all(who, met.state) => self.way_to(reached, met.state, who),
                    _ => None,
                };
                let Some(after) = after else { continue };
                let own = std::iter::once((*at, place));
                offer(before.iter().copied().chain(own).chain(after).collect());
            }
        }
        Some(Way { steps: best?, end: End::Administrator })
    }

    /// More policies give an identity everything, unless its limits hold.
    fn gains_all(&self, who: usize, by: State) -> bool {
        let loose = if who == by.who { by.loose } else { Loose::default() };
        let person = self.world.people.get(who);
        person.is_some_and(|person| person.not_taken_back(&self.world.actions, loose))
    }

    /// How whoever is `by` becomes `who`, once that has grown: nothing when they are the same.
    fn way_to(&self, reached: &Reached, by: State, who: usize) -> Option<Vec<(usize, usize)>> {
        if who == by.who {
            return Some(Vec::new());
        }
        let is = |at: &&usize| self.states.get(**at).is_some_and(|met| met.state.who == who);
        Some(reached.trail(*reached.order.iter().find(is)?))
    }

    /// The nearest step that leads out of the application.
    fn outside(&self, reached: &Reached) -> Option<Way> {
        reached.order.iter().find_map(|at| {
            let place = self.steps(*at).iter().position(|(step, _)| step.to == To::Elsewhere)?;
            let mut steps = reached.trail(*at);
            steps.push((*at, place));
            Some(Way { steps, end: End::Elsewhere })
        })
    }

    fn tell(&self, from: usize, way: &Way) -> Option<Escalation> {
        let start = self.states.get(from)?.state.who;
        let origin = self.world.node(start)?.id;
        let gained = match way.end {
            End::Identity(id) => gains(self.world, start, self.world.place(id)?),
            End::Administrator | End::Elsewhere => Vec::new(),
        };
        if matches!(way.end, End::Identity(_)) && gained.is_empty() {
            return None;
        }
        let hops: Vec<Hop> = way.steps.iter().filter_map(|(at, place)| self.hop(*at, *place)).collect();
        Some(Escalation {
            from: origin,
            functions: functions_of(self.world.app, origin),
            to: way.end,
            certainty: hops.iter().map(|hop| hop.certainty).max()?,
            hops,
            gains: gained,
        })
    }

    fn hop(&self, at: usize, place: usize) -> Option<Hop> {
        let (step, _) = self.steps(at).get(place)?;
        let next = match step.to {
            To::State(next) => self.world.node(next.who),
            To::Grown(who) => self.world.node(who),
            To::Everything | To::Elsewhere => None,
        };
        Some(Hop {
            technique: step.technique,
            by: self.world.node(self.states.get(at)?.state.who)?.id,
            actions: step.actions.clone(),
            at: step.at.clone(),
            through: step.through,
            next: next.map(|node| node.id),
            certainty: step.certainty,
            unsure: step.unsure,
            also: step.also.clone(),
        })
    }
}

impl Reached {
    fn has(&self, at: usize) -> bool {
        self.seen.get(at) == Some(&true)
    }

    fn mark(&mut self, at: usize, by: Option<(usize, usize)>) {
        if self.seen.len() <= at {
            self.seen.resize(at + 1, false);
            self.by.resize(at + 1, None);
        }
        if let (Some(seen), Some(known)) = (self.seen.get_mut(at), self.by.get_mut(at)) {
            *seen = true;
            *known = by;
        }
    }

    /// The steps from the beginning to a state.
    fn trail(&self, to: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = to;
        // INVARIANT: no state is reached twice, so a trail is no longer than the states.
        while let Some(Some((before, place))) = self.by.get(at).filter(|_| found.len() <= self.order.len()) {
            found.push((*before, *place));
            at = *before;
        }
        found.reverse();
        found
    }
}
