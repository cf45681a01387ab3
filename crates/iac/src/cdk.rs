//! CDK cloud assemblies: `cdk.out`.
use crate::reader::Reader;
use crate::resource::Resource;

/// Reads every stack of the assembly: path of its template, and its resources.
pub(crate) fn read(_reader: &mut Reader<'_>, _manifest: &str) -> Vec<(String, Vec<Resource>)> {
    Vec::new()
}
