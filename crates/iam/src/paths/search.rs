//! Chains of steps: the surest and shortest from each identity to more permissions.
use std::collections::{BTreeMap, VecDeque};

use model::{App, Kind, NodeId};

use super::gains::gains;
use super::permits::{Certainty, Loose};
use super::steps::{State, Step, To, steps};
use super::world::World;
use super::{EDGES_MAX, End, Escalation, Escalations, HOPS_MAX, Hop, functions_of};
use crate::Identity;

/// Looks for ways from each identity, or from one.
pub(super) fn run<'a>(app: &'a App, people: &'a [Identity<'a>], only: Option<NodeId>) -> Escalations {
    let world = World::new(app, people);
    let mut search = Search { world: &world, known: BTreeMap::new(), count: 0, cut: None };
    let mut result = Escalations::default();
    for (place, identity) in people.iter().enumerate() {
        let node = identity.node;
        if node.kind == Kind::Group || only.is_some_and(|id| id != node.id) {
            continue;
        }
        let state = State { who: place, loose: Loose::default() };
        if world.people.get(place).is_some_and(|person| !person.unclear.is_empty()) {
            result.unclear.push(node.id);
        }
        if search.is_administrator(state) {
            result.administrators.push(node.id);
        } else {
            result.found.extend(search.from(state));
        }
    }
    result.cut = search.cut;
    result
}

/// How a state was reached: from which one, by which of its steps.
type Reached = BTreeMap<State, Option<(State, usize)>>;

struct Search<'w, 'a> {
    world: &'w World<'a>,
    known: BTreeMap<State, Vec<Step>>,
    count: usize,
    cut: Option<String>,
}

/// A way that was found: states with the step that leaves each, and perhaps a way to who has grown.
struct Way {
    steps: Vec<(State, usize)>,
    end: End,
}

impl Search<'_, '_> {
    fn is_administrator(&self, state: State) -> bool {
        let person = self.world.people.get(state.who);
        person.is_some_and(|person| person.is_administrator(&self.world.actions, state.loose))
    }

    fn learn(&mut self, state: State) {
        if self.known.contains_key(&state) {
            return;
        }
        let found = if self.count < EDGES_MAX { steps(self.world, state) } else { Vec::new() };
        if self.count >= EDGES_MAX {
            self.cut = Some(format!("steps past the first {EDGES_MAX} were not looked at"));
        }
        self.count += found.len();
        self.known.insert(state, found);
    }

    /// Who can be reached, nearest first, by steps that are at least this sure.
    fn reach(&mut self, from: State, least: Certainty) -> (Reached, Vec<State>) {
        let mut reached: Reached = BTreeMap::from([(from, None)]);
        let mut order = vec![from];
        let mut queue = VecDeque::from([(from, 0)]);
        while let Some((state, depth)) = queue.pop_front() {
            // Whoever may do everything needs no further step.
            if depth >= HOPS_MAX || (state != from && self.is_administrator(state)) {
                continue;
            }
            self.learn(state);
            for (place, step) in self.known.get(&state).into_iter().flatten().enumerate() {
                let To::State(next) = step.to else { continue };
                if step.certainty > least || reached.contains_key(&next) {
                    continue;
                }
                reached.insert(next, Some((state, place)));
                order.push(next);
                queue.push_back((next, depth + 1));
            }
        }
        (reached, order)
    }

    fn from(&mut self, from: State) -> Vec<Escalation> {
        let mut found: Vec<Escalation> = Vec::new();
        for least in [Certainty::Certain, Certainty::Possible] {
            let (reached, order) = self.reach(from, least);
            let admin = self.administrator(&reached, &order, least);
            let sure = admin.is_some() && least == Certainty::Certain;
            let known = found.iter().any(|known| known.to == End::Administrator);
            found.extend(admin.filter(|_| !known).and_then(|way| self.tell(from, &way)));
            if sure {
                return found;
            }
            for state in order.iter().skip(1).filter(|state| **state != from) {
                let Some(node) = self.world.node(state.who) else { continue };
                let end = End::Identity(node.id);
                if state.who == from.who
                    || self.is_administrator(*state)
                    || found.iter().any(|known| known.to == end)
                {
                    continue;
                }
                let way = Way { steps: trail(&reached, *state), end };
                found.extend(self.tell(from, &way));
            }
            if least == Certainty::Possible && found.is_empty() {
                found.extend(self.outside(&reached, &order).and_then(|way| self.tell(from, &way)));
            }
        }
        found
    }

    /// The shortest way to all permissions.
    fn administrator(&self, reached: &Reached, order: &[State], least: Certainty) -> Option<Way> {
        let mut ways: Vec<Vec<(State, usize)>> = Vec::new();
        for state in order {
            let before = trail(reached, *state);
            if !before.is_empty() && self.is_administrator(*state) {
                ways.push(before.clone());
            }
            for (place, step) in self.known.get(state).into_iter().flatten().enumerate() {
                if step.certainty > least {
                    continue;
                }
                let after = match step.to {
                    To::Everything => Vec::new(),
                    To::Grown(who) if self.gains_all(who, state) => {
                        match self.way_to(reached, order, *state, who) {
                            Some(after) => after,
                            None => continue,
                        }
                    }
                    _ => continue,
                };
                let mut way = before.clone();
                way.push((*state, place));
                way.extend(after);
                ways.push(way);
            }
        }
        let best = ways.into_iter().filter(|way| way.len() <= HOPS_MAX).min_by_key(Vec::len)?;
        Some(Way { steps: best, end: End::Administrator })
    }

    /// More policies give an identity everything, unless its limits hold.
    fn gains_all(&self, who: usize, by: &State) -> bool {
        let loose = if who == by.who { by.loose } else { Loose::default() };
        let person = self.world.people.get(who);
        person.is_some_and(|person| person.not_taken_back(&self.world.actions, loose))
    }

    /// How whoever is `by` becomes `who`, once that has grown: nothing when they are the same.
    fn way_to(
        &self,
        reached: &Reached,
        order: &[State],
        by: State,
        who: usize,
    ) -> Option<Vec<(State, usize)>> {
        if who == by.who {
            return Some(Vec::new());
        }
        let state = order.iter().find(|state| state.who == who)?;
        Some(trail(reached, *state))
    }

    /// The nearest step that leads out of the application.
    fn outside(&self, reached: &Reached, order: &[State]) -> Option<Way> {
        order.iter().find_map(|state| {
            let steps = self.known.get(state)?;
            let place = steps.iter().position(|step| step.to == To::Elsewhere)?;
            let mut steps = trail(reached, *state);
            steps.push((*state, place));
            Some(Way { steps, end: End::Elsewhere })
        })
    }

    fn tell(&self, from: State, way: &Way) -> Option<Escalation> {
        let hops: Vec<Hop> = way.steps.iter().filter_map(|(state, place)| self.hop(*state, *place)).collect();
        let origin = self.world.node(from.who)?.id;
        let gained = match way.end {
            End::Identity(id) => {
                let to = self.world.place(id)?;
                let gained = gains(self.world, from.who, to);
                if gained.is_empty() {
                    return None;
                }
                gained
            }
            End::Administrator | End::Elsewhere => Vec::new(),
        };
        Some(Escalation {
            from: origin,
            functions: functions_of(self.world.app, origin),
            to: way.end,
            certainty: hops.iter().map(|hop| hop.certainty).max()?,
            hops,
            gains: gained,
        })
    }

    fn hop(&self, state: State, place: usize) -> Option<Hop> {
        let step = self.known.get(&state)?.get(place)?;
        let next = match step.to {
            To::State(next) => self.world.node(next.who),
            To::Grown(who) => self.world.node(who),
            To::Everything | To::Elsewhere => None,
        };
        Some(Hop {
            technique: step.technique,
            by: self.world.node(state.who)?.id,
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

/// The steps from the beginning to a state.
fn trail(reached: &Reached, to: State) -> Vec<(State, usize)> {
    let mut found = Vec::new();
    let mut at = to;
    while let Some(Some((before, place))) = reached.get(&at) {
        found.push((*before, *place));
        at = *before;
        // INVARIANT: no state is reached twice, so a trail is no longer than the states.
        if found.len() > reached.len() {
            break;
        }
    }
    found.reverse();
    found
}
