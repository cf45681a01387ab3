//! What happens besides requests.
use crate::server::Shared;
use std::sync::Arc;

/// Starts it, on the thread that calls.
pub(crate) fn start(shared: &Arc<Shared>) {
    let _ = shared;
}
