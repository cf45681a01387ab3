//! What a person sees at a terminal.
mod common;

use expect_test::expect;
use report::{Colour, Detail, Look, Scan};

#[test]
fn a_finding_has_id_place_snippet_reason_next_step_and_link() {
    let fixture = common::fixture().calm();
    let scan = Scan { root: ".", ..fixture.scan() };
    expect![[r#"
        critical[plain-text-secret]: Secret in plain text
          Whoever reads the template has the secret.

          `Handler` has a secret in `DB_PASSWORD`
            --> template.yaml:12:24 (AWS::function)
             |
           7 |   Handler:
          ...
          12 |           DB_PASSWORD: "***"
             |                        ^^^^^

          next: Move it to a secret manager.
          more: buckler explain plain-text-secret · https://docs.example/checks/plain-text-secret.md

        high[public-function-url]: Public function URL
          Anyone on the internet can call this function.

          `Api` answers anyone
           --> template.yaml:6:17 (AWS::function-url)
            |
          2 |   Api:
          ...
          6 |       AuthType: NONE
            |                 ^^^^
            = also: template.yaml:5:31: the function that answers
            = fix: require IAM (may change behaviour): set `AuthType: AWS_IAM`

          more: buckler explain public-function-url · https://docs.example/checks/public-function-url.md

        medium[untraced-function]: Function without tracing
          Requests cannot be followed.

          `Environment` is wide
           --> template.yaml:7:11 (AWS::function)
            |
          7 |   Handler:
            |           ^

          next: Switch tracing on.
          more: buckler explain untraced-function · https://docs.example/checks/untraced-function.md

        low     2 × untraced-function  Function without tracing
        info    1 × untraced-function  Function without tracing
        Each of these in full: --all

        unresolved: parameter `Stage` has no default
          --> template.yaml:5:31
            = help: give it a value

        stale: `a` was accepted until 2026-01-01
          --> buckler.toml
            = help: repair the finding, or accept it until a later day
        stale: `b` is accepted here, but nothing is found
          --> buckler.toml
            = help: remove it

        Found 1 critical, 1 high, 1 medium, 2 low, 1 info in 1 application with 1 function and 2 resources; 3 checks ran
        Also 1 problem, 4 findings known from the baseline
    "#]].assert_eq(&report::text(&scan, Look::default()));
}
