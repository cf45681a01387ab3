//! The stack: every layer that a request passes, as one list. The socket's layers (TLS, connection limits, framing,
//! times) stand in front of it, in `server`.
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use crate::layers::{
    Layer, acme, address, authenticate, authorize, block, cache, challenge, concurrency, limits, login,
    quota, rate, response, schema, upload, upstream, waf,
};
use crate::state;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Every layer, in the order of the way in.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Sizes, odd heads and odd paths.
    pub(crate) limits: limits::Limits,
    /// Who the client is, behind proxies that are trusted.
    pub(crate) address: address::Address,
    /// Who is not let in at all.
    pub(crate) block: block::Block,
    /// Answers to certificate authorities.
    pub(crate) acme: acme::Acme,
    /// How much one may ask for.
    pub(crate) rate: rate::Rate,
    /// Proof of work for clients that look like bots.
    pub(crate) challenge: challenge::Challenge,
    /// Log-in for pages.
    pub(crate) login: login::Login,
    /// Who somebody is.
    pub(crate) authenticate: authenticate::Authenticate,
    /// What they may.
    pub(crate) authorize: authorize::Authorize,
    /// What was promised to them by the calendar.
    pub(crate) quota: quota::Quota,
    /// How many requests at once.
    pub(crate) concurrency: concurrency::Layered,
    /// What a request must look like.
    pub(crate) schema: schema::Schema,
    /// What files may be sent.
    pub(crate) upload: upload::Upload,
    /// What rules find.
    pub(crate) waf: waf::Waf,
    /// Answers kept.
    pub(crate) cache: cache::Cache,
    /// Where the request goes.
    pub(crate) upstream: upstream::Upstream,
    /// What an answer may hold.
    pub(crate) response: response::Filter,
}

impl Stack {
    /// Makes every layer ready. What must outlive a reload comes from the stack `before`.
    pub(crate) fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        Ok(Self {
            limits: Layer::build(config, before.map(|stack| &stack.limits))?,
            address: Layer::build(config, before.map(|stack| &stack.address))?,
            block: Layer::build(config, before.map(|stack| &stack.block))?,
            acme: Layer::build(config, before.map(|stack| &stack.acme))?,
            rate: Layer::build(config, before.map(|stack| &stack.rate))?,
            challenge: Layer::build(config, before.map(|stack| &stack.challenge))?,
            login: Layer::build(config, before.map(|stack| &stack.login))?,
            authenticate: Layer::build(config, before.map(|stack| &stack.authenticate))?,
            authorize: Layer::build(config, before.map(|stack| &stack.authorize))?,
            quota: Layer::build(config, before.map(|stack| &stack.quota))?,
            concurrency: Layer::build(config, before.map(|stack| &stack.concurrency))?,
            schema: Layer::build(config, before.map(|stack| &stack.schema))?,
            upload: Layer::build(config, before.map(|stack| &stack.upload))?,
            waf: Layer::build(config, before.map(|stack| &stack.waf))?,
            cache: Layer::build(config, before.map(|stack| &stack.cache))?,
            upstream: Layer::build(config, before.map(|stack| &stack.upstream))?,
            response: Layer::build(config, before.map(|stack| &stack.response))?,
        })
    }

    /// Gives the layers what they share with other gateways.
    pub(crate) fn share(
        &mut self,
        config: &Config,
        state: Option<&Arc<state::Shared>>,
    ) -> Result<(), ConfigError> {
        self.block.share(state);
        self.rate.share(state)?;
        self.waf.share(config, state)?;
        self.quota.share(state)?;
        self.concurrency.share(state)?;
        self.authenticate.share(state);
        Ok(())
    }

    /// One request through the stack.
    pub(crate) async fn run(&self, exchange: &mut Exchange<'_>) -> Answer {
        let mut answer = match self.way_in(exchange).await {
            ControlFlow::Break(answer) => {
                if exchange.answered_by == limits::Limits::NAME && exchange.waf.is_none() {
                    // An attack in a request that is refused for its shape is told all the same.
                    self.waf.refused(exchange, answer.status()).await;
                }
                answer
            }
            ControlFlow::Continue(()) => self.upstream.send(exchange).await,
        };
        self.way_back(exchange, &mut answer).await;
        answer
    }

    async fn way_in(&self, exchange: &mut Exchange<'_>) -> Flow {
        self.limits.request(exchange).await?;
        self.address.request(exchange).await?;
        self.block.request(exchange).await?;
        self.acme.request(exchange).await?;
        self.rate.request(exchange).await?;
        self.challenge.request(exchange).await?;
        self.login.request(exchange).await?;
        self.authenticate.request(exchange).await?;
        self.block.identified(exchange)?;
        self.schema.weighed(exchange).await?;
        self.rate.identified(exchange).await?;
        self.authorize.request(exchange).await?;
        self.quota.request(exchange).await?;
        self.concurrency.request(exchange).await?;
        self.schema.request(exchange).await?;
        self.upload.request(exchange).await?;
        self.waf.request(exchange).await?;
        self.cache.request(exchange).await
    }

    /// Answers of every layer pass here, not only the upstream's: `exchange.answered_by` tells them apart.
    async fn way_back(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        self.waf.response(exchange, answer).await;
        self.schema.response(exchange, answer).await;
        self.response.response(exchange, answer).await;
        self.cache.response(exchange, answer).await;
        self.rate.response(exchange, answer).await;
    }
}
