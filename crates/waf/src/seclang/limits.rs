//! What reading rule files may cost at most.

/// Files in files in files.
pub const INCLUDE_DEPTH_MAX: usize = 16;
/// Rule and data files together.
pub const FILES_MAX: usize = 2_000;
/// Bytes of one rule or data file.
pub const FILE_BYTES_MAX: usize = 16 << 20;
/// Bytes of all files together.
pub const BYTES_MAX: usize = 64 << 20;
/// Bytes of one directive with its continuation lines.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// Rules, chained ones and markers included.
pub const RULES_MAX: usize = 100_000;
/// Rules of one chain.
pub const CHAIN_MAX: usize = 32;
/// Problems of one directive that are told.
pub const PROBLEMS_OF_DIRECTIVE_MAX: usize = 20;
/// Problems that are told before the reader gives up.
pub const PROBLEMS_MAX: usize = 1_000;
