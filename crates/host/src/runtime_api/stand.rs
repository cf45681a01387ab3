//! Where the runtime stands with its invocations: one at a time, as the emulator's machine of states has it, or several at once.
use super::Outcome;
use std::collections::{BTreeMap, VecDeque};
use tokio::sync::oneshot;

/// Identifiers of invocations whose time was over, of which the runtime may still speak.
const LATE_MAX: usize = 1000;

/// The state of one runtime.
#[derive(Debug)]
pub(super) enum Stand {
    Started,
    Ready,
    Running {
        id: String,
        reply: oneshot::Sender<Outcome>,
    },
    /// It is sending its answer.
    Answering {
        id: String,
    },
    Answered {
        id: String,
    },
    /// It has several at once; the one who waits for the answer is gone while it is sent.
    Several {
        flights: BTreeMap<String, Option<oneshot::Sender<Outcome>>>,
        late: VecDeque<String>,
    },
    InitError,
    /// The environment comes to its end: nothing is answered any more.
    Ended,
}

/// Whether the runtime may answer.
#[derive(Debug)]
pub(super) enum Taken {
    Yours(oneshot::Sender<Outcome>),
    Unknown,
    /// Its time was over.
    Late,
    /// From this state nothing is answered.
    From(&'static str),
}

impl Stand {
    /// The emulator's name of the state.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Ready => "Ready",
            Self::Running { .. } => "Running",
            Self::Answering { .. } => "InvocationResponse",
            Self::Answered { .. } => "RuntimeResponseSent",
            Self::Several { .. } => "Ready",
            Self::InitError => "InitError",
            Self::Ended => "Ended",
        }
    }

    /// The runtime asks for work. Whether it gets any; an error is the state from which it may not ask.
    pub(super) fn ask(&mut self, has_several: bool) -> Result<bool, &'static str> {
        match self {
            Self::Started if has_several => {
                *self = Self::Several { flights: BTreeMap::new(), late: VecDeque::new() };
            }
            Self::Started | Self::Ready | Self::Answered { .. } => *self = Self::Ready,
            Self::Several { .. } => {}
            Self::Ended => return Ok(false),
            other => return Err(other.name()),
        }
        Ok(true)
    }

    /// The runtime has got an invocation.
    pub(super) fn begin(&mut self, id: String, reply: oneshot::Sender<Outcome>) {
        match self {
            Self::Several { flights, .. } => {
                flights.insert(id, Some(reply));
            }
            other => *other = Self::Running { id, reply },
        }
    }

    /// The one who waits, when the runtime may answer now.
    pub(super) fn take(&mut self, id: &str) -> Taken {
        match self {
            Self::Several { flights, late } => match flights.get_mut(id) {
                Some(reply) => reply.take().map_or(Taken::Unknown, Taken::Yours),
                None if late.iter().any(|known| known == id) => Taken::Late,
                None => Taken::Unknown,
            },
            Self::Running { id: running, .. } if running == id => {
                match std::mem::replace(self, Self::Answering { id: id.to_owned() }) {
                    Self::Running { reply, .. } => Taken::Yours(reply),
                    other => Taken::From(other.name()),
                }
            }
            Self::Running { .. } => Taken::Unknown,
            other => Taken::From(other.name()),
        }
    }

    /// The answer has been sent.
    pub(super) fn answered(&mut self, id: &str) {
        match self {
            Self::Several { flights, .. } => {
                flights.remove(id);
            }
            Self::Answering { .. } => *self = Self::Answered { id: id.to_owned() },
            _ => {}
        }
    }

    /// Nobody waits for it any more; the runtime works on.
    pub(super) fn late(&mut self, id: &str) {
        if let Self::Several { flights, late } = self
            && flights.remove(id).is_some()
        {
            if late.len() >= LATE_MAX {
                late.pop_front();
            }
            late.push_back(id.to_owned());
        }
    }

    /// The invocation under way, where it is known which one.
    pub(super) fn current(&self) -> Option<String> {
        match self {
            Self::Running { id, .. } | Self::Answering { id } | Self::Answered { id } => Some(id.clone()),
            Self::Several { flights, .. } => flights.keys().next().filter(|_| flights.len() == 1).cloned(),
            _ => None,
        }
    }
}
