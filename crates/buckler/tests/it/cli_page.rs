//! `docs/cli.md` is what `--help` prints.
use std::fmt::Write as _;
use std::path::Path;

use crate::run::Folder;

/// The commands that a help lists, in its order.
fn below(help: &str) -> Vec<&str> {
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").collect()
}

#[test]
fn the_command_line_page_is_current() {
    let folder = Folder::new(&[]);
    let mut page = "# Command line\n\nGenerated from `--help`.\n".to_owned();
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let ran = folder.buckler(&arguments);
        assert_eq!(ran.code, 0);
        let help: String = ran.out.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
        let name = format!("buckler {command}");
        write!(page, "\n## `{}`\n\n```text\n{}```\n", name.trim(), help).unwrap();
        let below = below(&help).into_iter().rev();
        waiting.extend(below.map(|name| format!("{command} {name}").trim().to_owned()));
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == page, "`docs/cli.md` is not current; run `cargo xtask pages`");
}

#[test]
fn colour_is_never_written_into_a_pipe_and_completions_are() {
    let folder = Folder::new(&[]);
    let ran = folder.buckler(&["completions", "bash"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("_buckler"));
    assert!(!folder.buckler(&["explain", "public-function-url"]).out.contains('\u{1b}'));
}

#[test]
fn checks_are_explained_listed_and_suggested() {
    let folder = Folder::new(&[]);
    assert!(folder.buckler(&["explain", "CKV_AWS_258"]).out.contains("public-function-url"));
    let ran = folder.buckler(&["explain", "public-function-ulr"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `public-function-url`?"), "{}", ran.err);
    let listed = folder.buckler(&["checks", "--area", "api", "public-function"]);
    assert!(listed.out.starts_with("public-function-url"), "{}", listed.out);
}
