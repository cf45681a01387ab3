//! How much of a function's code is looked at.

/// Limits of one scan. Reaching one stops there and is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest source file that is parsed.
    pub file_bytes_max: u64,
    /// Deepest nesting of brackets, blocks and operators in a file; deeper files are not parsed.
    pub nesting_max: usize,
    /// Files that one handler may load.
    pub files_per_function_max: usize,
    /// Expressions that the interpreter evaluates for one handler.
    pub steps_per_function_max: u64,
    /// Calls within calls that the interpreter follows.
    pub call_depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 4 << 20,
            nesting_max: 400,
            files_per_function_max: 400,
            steps_per_function_max: 2_000_000,
            call_depth_max: 40,
        }
    }
}
