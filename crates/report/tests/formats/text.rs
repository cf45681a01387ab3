//! What a person sees at a terminal.
use expect_test::expect;
use report::{Colour, Detail, Look, Scan};

use crate::fixture::fixture;

#[test]
fn a_finding_has_id_place_snippet_reason_next_step_and_link() {
    let mut fixture = fixture().calm();
    fixture.findings.retain(|finding| finding.path.is_empty());
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

          `Handler` has a secret in `STAGE`
            --> template.yaml:13:11 (AWS::function)
             |
           7 |   Handler:
          ...
          13 |           STAGE: ***
             |           ^^^^^

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
            --> template.yaml:10:7 (AWS::function)
             |
           7 |   Handler:
          ...
          10 |       Environment:
             |       ^^^^^^^^^^^^
          11 |         Variables:
             |         ^^^^^^^^^^

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

        code not read: `Handler` (Java): the code of Java functions is not analysed

        Found 2 critical, 1 high, 1 medium, 2 low, 1 info in 1 application with 1 function and 2 resources, and in the files of the folder, with 1 function that no template names; 4 checks ran
        Code: 1 function read, 1 not (Java)
        Also 1 problem, 4 findings known from the baseline
    "#]].assert_eq(&report::text(&scan, Look::default()));
}

#[test]
fn the_way_of_the_data_is_told_step_by_step() {
    let mut fixture = fixture().calm();
    fixture.findings.retain(|finding| !finding.path.is_empty());
    let text = report::text(&fixture.scan(), Look::default());
    expect![[r#"
        high[command-from-event]: Command built from an event
          Whoever sends the event runs programs.

          `greet` runs a command that `event.body` is a part of
            --> src/app.py:11:5
             |
          11 |     os.system("echo " + who + KEY)  # one
             |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
             = path: how the data comes here, in 3 steps
               1  src/app.py:6:12: `event.body` is chosen by who sends the event
                  | name = event["body"]
               2  src/app.py:7:5: it is passed as `who`
                  | greet(name)
               3  src/app.py:11:25: it ends in `os.system`
             = fix: run the program without a shell (may change behaviour)
           1 + import subprocess
          11 -     os.system("echo " + who + KEY)  # one
          11 +     subprocess.run(["echo", who + KEY], check=True)  # one

    "#]]
    .assert_eq(text.split("  more:").next().unwrap());
}

#[test]
fn nothing_found_is_said_with_what_was_looked_at() {
    let fixture = fixture().calm();
    let scan = Scan { findings: &[], stale: &[], known: 0, ..fixture.scan() };
    let text = report::text(&scan, Look::default());
    assert!(
        text.contains(
            "Nothing found in 1 application with 1 function and 2 resources, and in the files of the folder, \
             with 1 function that no template names; 4 checks ran"
        ),
        "{text}"
    );
    assert!(text.contains("unresolved: parameter `Stage` has no default"), "{text}");
}

#[test]
fn all_shows_low_findings_in_full() {
    let fixture = fixture().calm();
    let text = report::text(&fixture.scan(), Look { detail: Detail::Full, colour: Colour::Never });
    assert_eq!(text.matches("`Handler` is not traced").count(), 2);
    assert!(!text.contains("--all"), "{text}");
}

#[test]
fn colour_only_when_asked() {
    let fixture = fixture();
    let plain = report::text(&fixture.scan(), Look::default());
    let coloured = report::text(&fixture.scan(), Look { colour: Colour::Always, detail: Detail::Brief });
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mhigh\u{1b}[0m"), "{coloured}");
}

#[test]
fn a_line_of_a_minified_template_is_cut_around_the_mark() {
    let mut fixture = fixture().calm();
    let filler = "x".repeat(40_000);
    let text = format!("{{\"a\":\"{filler}\",\"AuthType\":\"NONE\",\"b\":\"{filler}\"}}");
    let start = text.find("NONE").unwrap();
    fixture.project.files.push(model::SourceFile::new("template.json", text));
    let at = model::Span::new(model::FileId(2), start, start + 4);
    fixture.findings.truncate(1);
    fixture.findings[0].at = at;
    let text = report::text(&fixture.scan(), Look::default());
    let line = text.lines().find(|line| line.contains("NONE")).unwrap();
    assert!(line.chars().count() < 160, "{line}");
    let carets = text.lines().find(|line| line.contains("^^^^")).unwrap();
    assert_eq!(
        line.chars().position(|c| c == 'N').unwrap(),
        carets.chars().position(|c| c == '^').unwrap(),
        "{text}"
    );
}

#[test]
fn places_are_as_seen_from_where_the_user_is() {
    let fixture = fixture().calm();
    for (folder, place) in [
        ("./infra/", "--> infra/template.yaml:6:17"),
        ("../app", "--> ../app/template.yaml:6:17"),
        (".", "--> template.yaml:6:17"),
        ("/", "--> /template.yaml:6:17"),
    ] {
        let text = report::text(&Scan { folder, ..fixture.scan() }, Look::default());
        assert!(text.contains(place), "{folder}: {text}");
    }
}

#[test]
fn a_long_way_shows_its_beginning_and_its_end() {
    let mut fixture = fixture().calm();
    fixture.findings.retain(|finding| !finding.path.is_empty());
    let step = fixture.findings[0].path[0].clone();
    fixture.findings[0].path = vec![step; 100];
    let text = report::text(&fixture.scan(), Look::default());
    assert!(text.contains("in 100 steps") && text.contains("... 60 steps more"), "{text}");
    assert!(text.contains(" 20  src/app.py") && text.contains(" 81  src/app.py"), "{text}");
    // All of them stand on one line, which is shown once.
    assert_eq!(text.matches("| name = event").count(), 1, "{text}");
}

#[test]
fn an_edit_in_a_minified_bundle_stays_short() {
    let mut fixture = fixture().calm();
    let filler = "x=1;".repeat(20_000);
    let text = format!("{filler}yaml.load(b);{filler}");
    let start = text.find("load").unwrap();
    fixture.project.files.push(model::SourceFile::new("dist/app.js", text));
    let at = model::Span::new(model::FileId(2), start, start + 4);
    fixture.findings.retain(|finding| !finding.path.is_empty());
    let patch = model::Patch::Replace { at, text: "safe_load".to_owned() };
    fixture.findings[0].at = at;
    fixture.findings[0].fix = Some(model::Fix::safe("load plain data only", patch));
    fixture.findings[0].path = vec![model::Related { at, message: "here".to_owned() }];
    for text in [
        report::text(&fixture.scan(), Look::default()),
        report::markdown(&fixture.scan()),
        report::html(&fixture.scan()),
    ] {
        assert!(text.contains("safe_load"), "{text}");
        let bundle = text.lines().filter(|line| line.contains("x=1;x=1;"));
        let longest = bundle.map(|line| line.chars().count()).max().unwrap();
        assert!((60..1_000).contains(&longest), "{longest}: {text}");
    }
}
