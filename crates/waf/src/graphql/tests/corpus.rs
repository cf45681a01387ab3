//! GraphQL documents of others: `BUCKLER_GRAPHQL_TESTS` names a folder that holds the specification (`spec/*.md`) and files of
//! `graphql-js` (`*.graphql`).
use crate::graphql::{Bounds, GraphQlError, measure};
use crate::seclang::corpus::folder;
use std::path::Path;

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            files(&path, found);
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".md") || name.ends_with(".graphql") {
            #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
            let bytes = std::fs::read(&path).expect("a file");
            found.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found.sort();
}

/// Blocks of the specification: its first line says whether an example is a counter-example.
fn examples(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (position, block) in text.split("\n```").enumerate() {
        if position % 2 == 1
            && let Some((kind, block)) = block.split_once('\n')
        {
            found.push((kind.trim(), block));
        }
    }
    found
}

/// Whether it begins like something that can run; type definitions are no requests.
fn is_executable(document: &str) -> bool {
    let begin = document.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    let begin = begin.unwrap_or_default();
    ["{", "query", "mutation", "subscription", "fragment "].iter().any(|word| begin.starts_with(word))
}

#[test]
fn examples_of_the_specification_are_read() {
    let Some(folder) = folder("BUCKLER_GRAPHQL_TESTS") else { return };
    let mut found = Vec::new();
    files(&folder, &mut found);
    let (mut taken, mut refused) = (0, String::new());
    let mut judge = |name: &str, document: &str| match measure(document, &Bounds::default()) {
        // What a document means as a whole (fragments of other examples) is not its grammar.
        Ok(_) | Err(GraphQlError::Fragment { .. } | GraphQlError::Circle { .. }) => taken += 1,
        Err(error) => {
            refused.push_str(&format!("{name}: {error}: {:?}\n", document.get(..60).unwrap_or(document)))
        }
    };
    for (name, text) in &found {
        if name.ends_with(".md") {
            for (kind, block) in examples(text) {
                if kind.starts_with("graphql example") && is_executable(block) {
                    judge(name, block);
                }
            }
        } else if name.ends_with(".graphql") && is_executable(text) {
            judge(name, text);
        }
    }
    println!("{taken} documents");
    assert_eq!(refused, "");
    assert!(taken > 80, "the folder holds the specification: {taken}");
}
