//! What could be made of permissions, for programs.
use iam::paths::{Certainty, End, Escalation, Hop};
use iam::reach::Reach;
use serde::Serialize;

use super::json::{At, Writer};
use super::{FunctionPermissions, Reaches};

/// A way to more permissions.
#[derive(Serialize)]
pub(super) struct Way<'a> {
    ends: &'static str,
    to: Option<&'a str>,
    certain: bool,
    gains: &'a [String],
    hops: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    technique: &'static str,
    does: &'static str,
    by: &'a str,
    actions: &'a [&'static str],
    through: Option<&'a str>,
    next: Option<&'a str>,
    unsure: Option<&'static str>,
    places: Vec<At<'a>>,
}

/// What can be reached today and with the least policies.
#[derive(Serialize)]
pub(super) struct BeforeAndAfter<'a> {
    now: Reached<'a>,
    least: Reached<'a>,
}

#[derive(Serialize)]
struct Reached<'a> {
    resources: Vec<Touched<'a>>,
    actions: Levels,
    outside: Vec<Outside<'a>>,
    starts: Vec<Started<'a>>,
    /// A sum whose parts say what they are for; no probability.
    score: u32,
    score_parts: Vec<Points<'a>>,
}

#[derive(Serialize)]
struct Touched<'a> {
    name: &'a str,
    read: bool,
    write: bool,
    delete: bool,
    administer: bool,
    actions: usize,
    certain: bool,
}

#[derive(Serialize)]
struct Levels {
    list: usize,
    read: usize,
    write: usize,
    tagging: usize,
    permissions: usize,
}

#[derive(Serialize)]
struct Outside<'a> {
    resource: &'a str,
    services: &'a [&'static str],
    actions: usize,
    writes: bool,
    place: Option<At<'a>>,
}

#[derive(Serialize)]
struct Started<'a> {
    name: &'a str,
    by: Option<&'a str>,
    hops: usize,
    more: Vec<&'a str>,
}

#[derive(Serialize)]
struct Points<'a> {
    what: &'a str,
    points: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn way(&self, of: &'a FunctionPermissions, way: &'a Escalation) -> Way<'a> {
        let (ends, to) = match way.to {
            End::Administrator => ("administrator", None),
            End::Identity(node) => ("identity", Some(self.permissions.name(of, node))),
            End::Elsewhere => ("elsewhere", None),
        };
        let step = |hop: &'a Hop| Step {
            technique: hop.technique.id,
            does: hop.technique.does,
            by: self.permissions.name(of, hop.by),
            actions: &hop.actions,
            through: hop.through.map(|node| self.permissions.name(of, node)),
            next: hop.next.map(|node| self.permissions.name(of, node)),
            unsure: hop.unsure,
            places: hop.at.iter().filter_map(|at| self.at(*at)).collect(),
        };
        Way {
            ends,
            to,
            certain: way.certainty == Certainty::Certain,
            gains: &way.gains,
            hops: way.hops.iter().map(step).collect(),
        }
    }

    pub(super) fn reaches(&self, of: &'a FunctionPermissions, reaches: &'a Reaches) -> BeforeAndAfter<'a> {
        BeforeAndAfter { now: self.reached(of, &reaches.now), least: self.reached(of, &reaches.least) }
    }

    fn reached(&self, of: &'a FunctionPermissions, reach: &'a Reach) -> Reached<'a> {
        let name = |id| self.permissions.name(of, id);
        let touched = |access: &iam::reach::Access| Touched {
            name: name(access.node),
            read: access.read,
            write: access.write,
            delete: access.delete,
            administer: access.administer,
            actions: access.actions,
            certain: access.certain,
        };
        let outside = |outside: &'a iam::reach::Outside| Outside {
            resource: &outside.resource,
            services: &outside.services,
            actions: outside.actions,
            writes: outside.writes,
            place: self.at(outside.at),
        };
        let started = |next: &iam::reach::Next| Started {
            name: name(next.node),
            by: next.by.map(name),
            hops: next.hops,
            more: next.more.iter().map(|id| name(*id)).collect(),
        };
        let levels = reach.levels;
        Reached {
            resources: reach.nodes.iter().map(touched).collect(),
            actions: Levels {
                list: levels.list,
                read: levels.read,
                write: levels.write,
                tagging: levels.tagging,
                permissions: levels.permissions,
            },
            outside: reach.outside.iter().map(outside).collect(),
            starts: reach.next.iter().map(started).collect(),
            score: reach.score.total,
            score_parts: reach
                .score
                .parts
                .iter()
                .map(|part| Points { what: &part.what, points: part.points })
                .collect(),
        }
    }
}
