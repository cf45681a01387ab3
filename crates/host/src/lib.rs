//! The function host: runs the functions of an application's template on this machine, under the guard.
//!
//! [`names`] gives every resource of the graph its local name, ARN and address; [`plan`] is what results: functions,
//! ways in, triggers. A function has a [`pool`](mod@pool) of execution environments; an environment is a process group that
//! speaks the Lambda Runtime API to a server of its own (`runtime_api`). Invocations come through the AWS endpoint
//! (`front`), HTTP (`web`) and event sources (`sources`).
//!
//! Real runtimes and real SDKs run here unchanged. What the cloud would refuse is refused here: `front` asks
//! `iam::evaluate` for every call that a function makes.
//!
//! INVARIANT: it listens on loopback only, and ends by itself whatever it started.
mod clock;
mod cloud;
mod environment;
mod front;
mod guard;
mod host;
mod invocation;
mod layers;
mod mounts;
mod names;
mod package;
mod pattern;
mod plan;
mod pool;
mod runtime_api;
mod runtimes;
mod samples;
mod schedule;
mod settings;
mod sources;
mod spawn;
mod talk;
mod unpack;
mod web;
mod wire;

pub use host::{Host, StartError};
pub use invocation::{Answer, Asked, Finished, Piece};
pub use names::Names;
pub use plan::{Function, Plan};
pub use samples::{Sample, samples};
pub use settings::{Aws, Gateway, Settings};
pub use talk::{Line, Talk};
