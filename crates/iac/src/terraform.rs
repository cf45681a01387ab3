//! Terraform: HCL modules and plans in JSON.
use crate::reader::Reader;
use crate::resource::Resource;

/// Reads the root module in `folder`.
pub(crate) fn read(_reader: &mut Reader<'_>, _folder: &str) -> Vec<Resource> {
    Vec::new()
}

/// Reads `terraform show -json` output. `None` when it is none after all.
pub(crate) fn read_plan(_reader: &mut Reader<'_>, _path: &str) -> Option<Vec<Resource>> {
    None
}
