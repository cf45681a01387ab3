//! What the caller decides: values for parameters, and limits.
use std::collections::BTreeMap;

/// Values that a deployment would be given, and the limits of one reading.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Template parameters, Terraform variables: name to value.
    pub parameters: BTreeMap<String, String>,
    /// The Serverless Framework's `--stage` and the like: `${opt:stage}`.
    pub cli_options: BTreeMap<String, String>,
    /// Environment variables that `${env:NAME}` may read; nothing else of the environment is seen.
    pub environment: BTreeMap<String, String>,
    /// `AWS::Region` and its like, when the caller knows it.
    pub region: Option<String>,
    pub limits: Limits,
}

/// What one reading may cost at most. Past a limit reading stops there, and says so.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub file_bytes_max: u64,
    pub files_max: usize,
    /// Values of one document after aliases are expanded.
    pub document_values_max: usize,
    pub depth_max: usize,
    /// Copies of one resource by `count`, `for_each` or `Fn::ForEach`.
    pub copies_max: usize,
    /// Nested stacks and modules inside each other.
    pub nesting_max: usize,
    /// Bytes of one string after substitution.
    pub text_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 32 << 20,
            files_max: 100_000,
            document_values_max: 500_000,
            depth_max: 200,
            copies_max: 1_000,
            nesting_max: 16,
            text_bytes_max: 1 << 20,
        }
    }
}
