//! The administrator's listener.
use crate::server::Shared;
use std::sync::Arc;

/// Serves it.
pub(crate) async fn serve(shared: Arc<Shared>, socket: std::net::TcpListener) {
    let _ = (shared, socket);
}
