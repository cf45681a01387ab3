//! The name of a package differs by one letter or one hyphen from one of the most used packages.
use super::prelude::*;

check! {
    /// # Name that is almost a well-known one
    ///
    /// The name of a package differs by one letter or one hyphen from one of the most used packages.
    ///
    /// ## Why it matters
    ///
    /// Somebody who mistypes a name gets what another one published under it. Such names are registered
    /// for exactly that, and their install scripts steal credentials.
    ///
    /// ## What to do
    ///
    /// Compare the name with the one that you meant. If this is the package that you want, accept the
    /// finding with its reason.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"loadsh": "^4.0.0"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// reqeusts==2.31.0
    /// ```
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"crossenv": "1.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"lodash": "^4.0.0", "preact": "^10.0.0", "mysql": "2.18.1", "camel-case": "4.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// psycopg==3.1.0
    /// pycryptodomex==3.20.0
    /// ```
    TYPO_SQUAT_LIKE_DEPENDENCY = "typo-squat-like-dependency" {
        since: "0.1.0",
        severity: High,
        confidence: Possible,
        controls: &["CWE-1357", "CWE-506", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: typo_squat_like_dependency,
    }
}

/// The most used packages of their registries, by downloads of October 2026.
const NPM: &str = include_str!("popular_npm.txt");
const PYPI: &str = include_str!("popular_pypi.txt");

/// Packages of their own right that are called almost like a well-known one.
const INNOCENT: &[&str] = &[
    "aiofile",
    "ansistyles",
    "aws-cdk",
    "bcrypto",
    "brace",
    "brakes",
    "buffers",
    "callsite",
    "camel-case",
    "cchardet",
    "color-namer",
    "cookies",
    "dataset",
    "dbt-score",
    "discord-py",
    "djongo",
    "eclint",
    "eventemitter2",
    "fastai",
    "findup",
    "formdata",
    "fs.extra",
    "git-python",
    "global",
    "google-oauth",
    "graphiql",
    "has-own",
    "identity",
    "inherit",
    "is-array",
    "is-blob",
    "isnumber",
    "isolate",
    "isstream",
    "it-glob",
    "json-web-token",
    "jsonpath",
    "kea-router",
    "kindof",
    "koa-route",
    "lrucache",
    "mime-type",
    "mkdir",
    "mysql",
    "object.assign",
    "one-time",
    "openapi",
    "parse",
    "path-parser",
    "preact",
    "prettierx",
    "prism",
    "psycopg",
    "psycopg-binary",
    "punycode2",
    "pyaml",
    "pyasn",
    "pycryptodomex",
    "pymantic",
    "pymssql",
    "pytest-csv",
    "react-if",
    "react-router5",
    "react-vis",
    "readdir",
    "reqwest",
    "resolver",
    "schedule",
    "server",
    "source-map-cjs",
    "ttypescript",
    "typecheck",
    "unicorn",
    "uri-template",
    "urijs",
    "websocket",
    "xml-js",
];

/// Names shorter than this have too many honest neighbours.
const LENGTH_MIN: usize = 6;

fn typo_squat_like_dependency(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.direct && !is_local(package)) {
        let known = match package.ecosystem {
            "npm" => NPM,
            "PyPI" => PYPI,
            _ => continue,
        };
        if let Some(meant) = almost(&package.name, known) {
            let message = format!("`{}` is almost `{meant}`: is it the package that you mean?", package.name);
            findings.push(about(&TYPO_SQUAT_LIKE_DEPENDENCY, package, message));
        }
    }
}

fn almost<'a>(name: &str, known: &'a str) -> Option<&'a str> {
    let is_known = known.lines().any(|one| one == name);
    if is_known || name.starts_with('@') || INNOCENT.contains(&name) || !name.is_ascii() {
        return None;
    }
    let long = known.lines().filter(|one| one.len() >= LENGTH_MIN);
    long.into_iter().find(|one| {
        one.as_bytes().first() == name.as_bytes().first()
            && (one_edit(name, one) || squashed(name) == squashed(one))
    })
}

fn squashed(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect()
}

/// One letter more, less or other, or two neighbours exchanged.
fn one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let tail = |bytes: &[u8], skip: usize| bytes.iter().skip(same + skip).copied().collect::<Vec<u8>>();
    match long.len() - short.len() {
        0 if short == long => false,
        0 => {
            let swapped = short.get(same) == long.get(same + 1) && short.get(same + 1) == long.get(same);
            tail(short, 1) == tail(long, 1) || (swapped && tail(short, 2) == tail(long, 2))
        }
        1 => tail(short, 0) == tail(long, 1),
        _ => false,
    }
}
