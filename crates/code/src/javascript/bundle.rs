//! Whether a file was written by a bundler or a minifier.

/// What bundlers leave in their output: webpack, ncc, esbuild, Parcel, Rollup's CommonJS plugin, Browserify.
const MARKERS: [&str; 10] = [
    "__webpack_require__",
    "webpackBootstrap",
    "__nccwpck_require__",
    "var __commonJS = (",
    "var __toESM = (",
    "var __toCommonJS = (",
    "parcelRequire",
    "commonjsGlobal",
    "createCommonjsModule",
    ".code=\"MODULE_NOT_FOUND\"",
];

/// Nobody writes a file of this size with lines of this length on average.
const MINIFIED_BYTES_MIN: usize = 2_000;
const MINIFIED_LINE_MIN: usize = 400;

/// Whether this text was put together or shortened by a tool.
pub(crate) fn is_bundle(text: &str) -> bool {
    if MARKERS.iter().any(|marker| text.contains(marker)) {
        return true;
    }
    let mut lines = 0;
    let mut bytes = 0;
    // Lines of comments, such as a licence above or a source map below, are no code.
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !line.starts_with("//") && !line.starts_with("/*") && !line.starts_with('*') {
            lines += 1;
            bytes += line.len();
        }
    }
    bytes >= MINIFIED_BYTES_MIN && bytes / lines.max(1) >= MINIFIED_LINE_MIN
}
