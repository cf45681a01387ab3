//! The areas of the registry, in the order of every list.
use model::Check;

use crate::{api, data, events, functions, identity, logging, network, supply};

pub(crate) static CHECKS: &[&[&Check]] = &[
    functions::AREA,
    identity::AREA,
    api::AREA,
    network::AREA,
    data::AREA,
    events::AREA,
    logging::AREA,
    supply::AREA,
];
