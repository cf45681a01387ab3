//! The proxy in front of functions: one visible stack of layers.
//!
//! [`stack`] is the list, read from the top; every layer is a file of
//! [`layers`] with the same small interface. Around the stack stand
//! [`server`] (sockets, TLS, HTTP), [`upstream`] (where requests go) and the
//! administrator's listener.
//!
//! Holds no rules of its own: `waf` inspects, `access` decides, `sensitive` masks.
//!
//! INVARIANT: a request is answered from one configuration, the one that was
//! in force when its head had arrived. A new one is put in place whole or not at all.
//! INVARIANT: one normalisation of the path decides routing, authorization and upstream.
//! INVARIANT: a layer that cannot decide refuses.
mod admin;
mod background;
mod body;
mod check;
mod clock;
pub mod config;
mod draft;
mod event;
mod exchange;
mod fetch;
#[doc(hidden)]
pub mod fuzz;
mod gate;
pub mod layers;
mod logs;
mod metrics;
mod path;
mod route;
mod server;
mod stack;
pub mod state;
mod trace;
mod upstream;
mod websocket;

pub use check::check;
pub use config::{Config, ConfigError};
pub use draft::{draft, draft_of_openapi};
pub use logs::Told;
pub use route::{Fitting, fitting};
pub use server::{Running, StartError, start, start_told, start_with};
