//! Everything that answers requests under one configuration. Swapped whole on reload.
use crate::config::{Config, ConfigError};
use crate::route::Routes;
use crate::stack::Stack;
use crate::state;
use std::sync::Arc;

/// One configuration made ready.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) config: Arc<Config>,
    pub(crate) routes: Routes,
    pub(crate) stack: Stack,
    /// What is shared with other gateways; outlives reloads.
    pub(crate) state: Option<Arc<state::Shared>>,
    /// The shortest time that a request of any route has, in milliseconds.
    pub(crate) total_ms_min: u64,
}

impl Gate {
    /// Makes a configuration ready. What must outlive a reload comes from the gate `before`.
    ///
    /// # Errors
    /// Whatever cannot be used; the gate before goes on then.
    pub(crate) fn build(config: Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        state::check(&config)?;
        let routes = Routes::build(&config)?;
        let stack = Stack::build(&config, before.map(|gate| &gate.stack))?;
        let total_ms_min = config.total_ms_min()?;
        Ok(Self { config: Arc::new(config), routes, stack, state: None, total_ms_min })
    }

    /// Gives the layers what they share with other gateways.
    ///
    /// # Errors
    /// A setting that needs shared state where there is none.
    pub(crate) fn with_state(mut self, state: Option<Arc<state::Shared>>) -> Result<Self, ConfigError> {
        self.stack.share(&self.config, state.as_ref())?;
        self.state = state;
        Ok(self)
    }
}
