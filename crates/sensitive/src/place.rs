//! What a path says about the text in it.
use crate::view::contains;

/// How a value is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Syntax {
    /// Values may stand without quotes: YAML, `.env`, properties, ini, shell, command lines.
    Config,
    /// A value without quotes is an expression.
    Code,
    /// Text for people, logs, and whatever is not known.
    #[default]
    Text,
}

/// Where a text comes from, as far as detectors care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub syntax: Syntax,
    /// In a test, an example or a document.
    pub in_test: bool,
    /// Texts of a user interface in some language: words like "password" are labels there.
    pub is_translation: bool,
    /// A lock file: long hashes in it are checksums.
    pub is_lock: bool,
    /// Markup or scripts for browsers, which speak of password fields all the time.
    pub is_markup: bool,
}

const CODE: &[&str] = &[
    "as", "asm", "c", "cc", "cjs", "clj", "cljs", "coffee", "cpp", "cs", "cshtml", "cts", "cxx", "d", "dart",
    "elm", "ex", "exs", "f90", "fs", "go", "graphql", "groovy", "h", "hbs", "hh", "hpp", "hs", "html",
    "java", "jl", "js", "jsp", "jsx", "kt", "kts", "lhs", "lua", "m", "mjs", "ml", "mm", "mts", "nim", "pas",
    "php", "phtml", "pl", "pm", "proto", "ps1", "psm1", "py", "pyi", "pyx", "pxd", "r", "rb", "rs", "scala",
    "sol", "swift", "ts", "tsx", "twig", "v", "vb", "vue", "zig", "erb", "gradle", "ipynb", "rake", "cr",
    "adb", "htm", "svelte", "haml", "slim", "ejs",
];
const CONFIG: &[&str] = &[
    "bash",
    "cfg",
    "cmd",
    "cnf",
    "conf",
    "config",
    "dist",
    "dockerfile",
    "env",
    "fish",
    "ini",
    "npmrc",
    "properties",
    "pypirc",
    "sh",
    "tf",
    "tfvars",
    "toml",
    "yaml",
    "yml",
    "zsh",
    "bat",
    "netrc",
    "hcl",
    "service",
    "list",
    "j2",
    "envrc",
    "plist",
    "credentials",
    "dockercfg",
    "pgpass",
    "golden",
    "trc",
    "test",
    "example",
    "sample",
    "template",
];
const LOCKS: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "cargo.lock",
    "poetry.lock",
    "pipfile.lock",
    "uv.lock",
    "go.sum",
    "gemfile.lock",
    "composer.lock",
    "podfile.lock",
    "packages.lock.json",
    "mix.lock",
    "flake.lock",
    "pubspec.lock",
    "gopkg.lock",
    "bun.lock",
    "deno.lock",
    "project.assets.json",
];

impl Place {
    /// Reads a path: `/` between parts, relative or not.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or(name, |(_, extension)| extension);
        let syntax = if CODE.contains(&extension) {
            Syntax::Code
        } else if CONFIG.contains(&extension) || name.starts_with(".env") || name.starts_with("dockerfile") {
            Syntax::Config
        } else {
            Syntax::Text
        };
        Self {
            syntax,
            in_test: is_test(&lower),
            is_translation: is_translation(&lower),
            is_lock: LOCKS.contains(&name),
            is_markup: matches!(
                extension,
                "html" | "htm" | "vue" | "svelte" | "erb" | "haml" | "hbs" | "twig" | "ejs"
            ),
        }
    }
}

/// Folders and names that hold tests, examples and documents.
fn is_test(path: &str) -> bool {
    const WORDS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "testdata",
        "spec",
        "specs",
        "example",
        "examples",
        "sample",
        "samples",
        "fixture",
        "fixtures",
        "mock",
        "mocks",
        "demo",
        "demos",
        "doc",
        "docs",
        "documentation",
        "readme",
        "tutorial",
        "e2e",
        "cassettes",
        "snapshots",
        "golden",
        "integration",
        "benchmark",
        "benchmarks",
    ];
    let mut parts = path.split(|symbol: char| !symbol.is_ascii_alphanumeric());
    parts.any(|part| WORDS.contains(&part)) || [".md", ".rst", ".adoc"].iter().any(|end| path.ends_with(end))
}

fn is_translation(path: &str) -> bool {
    let folder = path.split('/').any(|part| {
        matches!(
            part,
            "i18n" | "l10n" | "locale" | "locales" | "lang" | "langs" | "translations" | "languages"
        )
    });
    folder || path.ends_with(".po") || path.ends_with(".xlf") || contains(path.as_bytes(), b"/messages_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_syntax_and_purpose() {
        assert_eq!(Place::of("src/app.py").syntax, Syntax::Code);
        assert_eq!(Place::of("deploy/.env.production").syntax, Syntax::Config);
        assert_eq!(Place::of("notes").syntax, Syntax::Text);
        assert!(Place::of("src/app_test.go").in_test);
        assert!(Place::of("README.md").in_test);
        assert!(!Place::of("src/latest.py").in_test);
        assert!(Place::of("web/i18n/de.json").is_translation);
        assert!(Place::of("a/package-lock.json").is_lock);
    }
}
