//! The AWS endpoint on loopback: `lambda` is answered here, other services go on to the local cloud.
mod lambda;

use crate::environment::Shared;
use crate::plan::Plan;
use crate::pool::Pool;
use crate::wire::{self, Reply};
use http::Request;
use hyper::body::Incoming;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the endpoint knows.
#[derive(Debug)]
pub(crate) struct Front {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
    plan: Arc<Plan>,
    shared: Arc<Shared>,
}

impl Front {
    pub(crate) fn new(pools: Arc<BTreeMap<String, Arc<Pool>>>, plan: Arc<Plan>, shared: Arc<Shared>) -> Self {
        Self { pools, plan, shared }
    }

    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let path = request.uri().path().to_owned();
        if path == "/_buckler/health" {
            let functions: Vec<&str> = self.plan.functions.values().map(|one| one.name.as_str()).collect();
            return wire::json(200, &json!({"status": "running", "functions": functions}));
        }
        if lambda::is_lambda(&path) {
            return self.lambda(&path, request).await;
        }
        wire::json(501, &json!({"message": "no local cloud runs here; start the host with `--aws local`"}))
    }
}
