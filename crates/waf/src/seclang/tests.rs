//! Reading rules: inline cases, the corpora where they are, and printing back.
mod corpus;

use super::*;
use expect_test::{Expect, expect};

fn problems_of(rules: &str) -> String {
    let files = MemoryFiles::new([("main.conf", rules)]);
    let (_, problems) = load("main.conf", &files);
    problems.iter().map(told).collect()
}

pub(super) fn told(problem: &SeclangProblem) -> String {
    let weight = if problem.fatal { "error" } else { "note" };
    let help = problem.help.as_ref().map(|help| format!("\n    {help}")).unwrap_or_default();
    format!("{weight}: {problem}{help}\n")
}

fn check(rules: &str, expect: Expect) {
    expect.assert_eq(&problems_of(rules));
}

#[test]
fn unknown_words_are_told_with_the_nearest_known_one() {
    check(
        "SecRul ARGS \"@rx a\" \"id:1\"\nSecRule ARGZ \"@rxx a\" \"id:2,fase:2,t:lowercaes\"\nSecRequestBodyAcess On",
        expect![[r#"
            error: main.conf:1: unknown directive `SecRul`
                did you mean `SecRule`?
            error: main.conf:2: unknown variable `ARGZ`
                did you mean `ARGS`?
            error: main.conf:2: unknown operator `@rxx`
                did you mean `@rx`?
            error: main.conf:2: unknown action `fase`
                did you mean `pass`?
            error: main.conf:2: unknown transformation `lowercaes`
                did you mean `lowercase`?
            error: main.conf:3: unknown directive `SecRequestBodyAcess`
                did you mean `SecRequestBodyAccess`?
        "#]],
    );
}

/// What is printed is read back as the same, without a problem.
pub(super) fn assert_prints_the_same(rules: &RuleSet) {
    let printed = print(rules);
    let (again, problems) = load(PRINTED_MAIN, &printed);
    let fatal: String = problems.iter().filter(|problem| problem.fatal).map(told).collect();
    assert_eq!(fatal, "", "{rules}");
    if !rules.is_same(&again) {
        assert_eq!(rules.to_string(), again.to_string());
        assert_eq!(format!("{rules:#?}"), format!("{again:#?}"));
    }
}
