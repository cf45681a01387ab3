//! A size for what can be reached: a sum whose parts say what they are for. It is no probability.
use model::{App, Kind, NodeId};

use super::{Access, Reach};
use crate::paths::End;

/// The size of what can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    pub total: u32,
    pub parts: Vec<Part>,
}

/// Why some points are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `reads 2 secrets`.
    pub what: String,
    pub points: u32,
}

const READ: u32 = 1;
const WRITE: u32 = 2;
const DELETE: u32 = 3;
const ADMINISTER: u32 = 5;
const SECRET: u32 = 5;
const NEXT: u32 = 1;
/// For each service.
const OUTSIDE_READ: u32 = 3;
const OUTSIDE_WRITE: u32 = 6;
const STRONGER: u32 = 20;
const ALL: u32 = 100;
/// A wildcard of services counts as this many.
const SERVICES_MAX: usize = 10;

impl Score {
    pub(super) fn of(app: &App, reach: &Reach) -> Self {
        let mut score = Self::default();
        let kind = |id: NodeId| app.node(id).map(|node| node.kind);
        let data = |access: &&Access| {
            !matches!(
                kind(access.node),
                Some(Kind::LogGroup | Kind::Secret | Kind::Parameter | Kind::Function)
            )
        };
        let count = |is: &dyn Fn(&Access) -> bool| {
            reach.nodes.iter().filter(data).filter(|access| is(access)).count()
        };
        score.add("reads", count(&|access| access.read), "store", READ);
        score.add("writes to", count(&|access| access.write), "store", WRITE);
        score.add("deletes in", count(&|access| access.delete), "store", DELETE);
        let administers = reach.nodes.iter().filter(|access| access.administer).count();
        score.add("changes who may use", administers, "resource", ADMINISTER);
        score.add("reads", reach.secrets(app).count(), "secret", SECRET);
        score.add("starts", reach.next.len(), "function", NEXT);
        for outside in &reach.outside {
            let points = if outside.writes { OUTSIDE_WRITE } else { OUTSIDE_READ };
            let verb = if outside.writes {
                "writes outside of the application in"
            } else {
                "reads outside of the application in"
            };
            score.add(verb, outside.services.len().min(SERVICES_MAX), "service", points);
        }
        match reach.escalation.as_ref().map(|way| way.to) {
            Some(End::Administrator) => score.push("can get all permissions".to_owned(), ALL),
            Some(End::Identity(_) | End::Elsewhere) => {
                score.push("can get the permissions of another role".to_owned(), STRONGER);
            }
            None => {}
        }
        score
    }

    fn add(&mut self, verb: &str, count: usize, noun: &str, points: u32) {
        if count == 0 {
            return;
        }
        let plural = if count == 1 { "" } else { "s" };
        let times = u32::try_from(count).unwrap_or(u32::MAX);
        self.push(format!("{verb} {count} {noun}{plural}"), points.saturating_mul(times));
    }

    fn push(&mut self, what: String, points: u32) {
        self.total = self.total.saturating_add(points);
        self.parts.push(Part { what, points });
    }
}
