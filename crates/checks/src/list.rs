//! The areas of the registry, in the order of every list.
use model::Check;

use crate::{
    api, code, data, dependencies, events, functions, identity, logging, network, platform, secrets, supply,
};

pub(crate) static CHECKS: &[&[&Check]] = &[
    functions::AREA,
    identity::AREA,
    api::AREA,
    network::AREA,
    data::AREA,
    events::AREA,
    logging::AREA,
    platform::AREA,
    supply::AREA,
    code::AREA,
    dependencies::AREA,
    secrets::AREA,
];
