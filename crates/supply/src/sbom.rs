//! Bills of materials: `CycloneDX` and SPDX, in and out.
mod read;

pub(crate) use read::read_bill;
