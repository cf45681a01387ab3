//! Memory that transactions borrow and give back.
use super::built::Heat;
use super::inputs::Inputs;
use super::program::Marks;
use super::recalled::Recalled;
use super::scan::{Desk, Suspects};
use super::seen::Seen;
use super::silent::Silent;
use super::vars::Vars;
use super::worth::Worth;
use crate::Fields;
use crate::operator::Groups;
use crate::transform::Features;
use std::sync::{Mutex, PoisonError};

/// How many pieces of memory a pool keeps; more transactions at once allocate for themselves.
const KEPT_MAX: usize = 256;
/// Memory of a transaction that grew past this is given back to the system.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// What a transaction keeps from its first phase to its last.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) inputs: Inputs,
    pub(super) vars: Vars,
}

/// What one phase needs while it runs, and nobody after it.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) now: Vec<u8>,
    pub(super) next: Vec<u8>,
    pub(super) argument: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) snapshot: Fields,
    pub(super) groups: Groups,
    /// Numbers the phases that used this memory.
    pub(super) run: u64,
    pub(super) suspects: Vec<Suspects>,
    pub(super) heat: Heat,
    pub(super) seen: Seen,
    pub(super) silent: Silent,
    pub(super) worth: Worth,
    pub(super) recalled: Recalled,
    pub(super) desk: Desk,
    /// What is known of scalars in this phase, by place and length.
    pub(super) known: Vec<(usize, usize, Features)>,
    pub(super) positions: Vec<usize>,
    pub(super) marks: Marks,
}

/// Memory for the next transaction.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "they move in and out for every request, and are large")]
pub(super) struct Pool {
    states: Mutex<Vec<Box<State>>>,
    scratches: Mutex<Vec<Box<Scratch>>>,
}

impl Pool {
    pub(super) fn state(&self) -> Box<State> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_state(&self, state: Box<State>) {
        if state.inputs.reserved_bytes() + state.vars.matched.reserved_bytes() > KEPT_BYTES_MAX {
            return;
        }
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX {
            kept.push(state);
        }
    }

    pub(super) fn scratch(&self) -> Box<Scratch> {
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// The automata in it are worth keeping, whatever a large value did to the rest.
    pub(super) fn give_scratch(&self, mut scratch: Box<Scratch>) {
        let texts = scratch.now.capacity() + scratch.next.capacity() + scratch.snapshot.reserved_bytes();
        if texts + scratch.desk.reserved_bytes() > KEPT_BYTES_MAX {
            scratch.now = Vec::new();
            scratch.next = Vec::new();
            scratch.snapshot = Fields::default();
            scratch.desk = Desk::default();
        }
        let mut kept = self.scratches.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX {
            kept.push(scratch);
        }
    }
}
