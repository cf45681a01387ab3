//! Customer keys behind the resources that a function uses.
use model::{Node, Relation};

use super::graph::{is_managed_key, need};
use super::meaning::Place;
use super::{Need, Origin};
use crate::{arn, catalogue};

/// The needs of keys behind these needs.
pub(super) fn needs(place: Place<'_>, known: &[Need]) -> Vec<Need> {
    let mut all = Vec::new();
    for one in known {
        let uses = catalogue::action(&one.action).map_or(&[][..], catalogue::behind_key);
        if uses.is_empty() {
            continue;
        }
        for node in
            one.resources.iter().filter_map(|resource| arn::target_among(place.app, place.names, resource))
        {
            let Some(key) = key_of(place, node) else { continue };
            let why = format!("`{}` is encrypted with this key", node.name);
            let at = one.because.first().map_or(node.name_at, |reason| reason.at);
            all.extend(uses.iter().map(|action| need(action, vec![key.clone()], (at, &why), Origin::Graph)));
        }
    }
    all
}

/// The ARN of the customer key that encrypts a node.
fn key_of(place: Place<'_>, node: &Node) -> Option<model::Value> {
    let written = node.attrs.get("key").filter(|key| !key.is_null() && !is_managed_key(key))?;
    let mut key = place.app.targets(node, Relation::EncryptedBy).next();
    // An alias stands for its key.
    if let Some(target) = key.and_then(|key| place.app.targets(key, Relation::Uses).next()) {
        key = Some(target);
    }
    match key {
        Some(key) => arn::of(place.app, key),
        None => written.display().contains("key/").then(|| written.clone()),
    }
}
