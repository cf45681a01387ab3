//! Input that means harm: everything stays bounded, and is told.
use expect_test::expect;

use super::{check, check_main, problems};

#[test]
fn deep_nesting_is_refused_by_the_parser_and_told() {
    for (open, close) in [("[", "]"), ("{ a = ", "}"), ("(", ")"), ("f(", ")"), ("!", ""), ("\"${", "}\"")] {
        let deep = format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
        let found = problems(&format!("resource \"aws_a\" \"b\" {{\n  x = {deep}\n  y = 1\n}}\n"));
        assert!(found.contains("unreadable"), "{open}: {found}");
    }
    let blocks = format!("{}{}", "a {\n".repeat(1_000), "}\n".repeat(1_000));
    assert!(problems(&format!("resource \"aws_a\" \"b\" {{\n{blocks}}}\n")).contains("unreadable"));
}

#[test]
fn deep_nesting_in_json_is_told() {
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let text = format!("{{\"resource\": {{\"aws_a\": {{\"b\": {{\"x\": {deep}}}}}}}}}");
    let shown = super::shown([("main.tf.json", text.as_str())], &crate::Options::default());
    assert!(shown.contains("main.tf.json"), "{shown}");
}

#[test]
fn long_chains_of_operators_are_calculated_or_told() {
    let chain =
        |length: usize| format!("resource \"aws_a\" \"b\" {{ x = {} }}\n", vec!["1"; length].join(" + "));
    assert_eq!(problems(&chain(120)), "");
    assert!(problems(&chain(1_000)).contains("unreadable"));
}

#[test]
fn a_long_chain_of_locals_ends_at_the_limit_on_depth() {
    let mut text = "resource \"aws_a\" \"b\" { x = local.l0 }\nlocals {\n".to_owned();
    for level in 0..5_000 {
        text.push_str(&format!("  l{level} = [local.l{}]\n", level + 1));
    }
    text.push_str("  l5000 = 1\n}\n");
    let found = problems(&text);
    assert!(found.contains("limit") && found.contains("nested too deep"), "{found}");
}

#[test]
fn locals_that_multiply_each_other_end_at_the_limit_on_values() {
    let mut text = "resource \"aws_a\" \"b\" { x = local.l30 }\nlocals {\n  l0 = [1]\n".to_owned();
    for level in 1..=30 {
        let below = format!("local.l{}", level - 1);
        text.push_str(&format!("  l{level} = [{below}, {below}, {below}, {below}]\n"));
    }
    text.push_str("}\n");
    assert!(problems(&text).contains("too many values"));
}

#[test]
fn templates_that_multiply_each_other_end_at_the_limit_on_text() {
    let mut text = "resource \"aws_a\" \"b\" { x = local.l60 }\nlocals {\n  l0 = \"xxxxxxxx\"\n".to_owned();
    for level in 1..=60 {
        let below = format!("${{local.l{}}}", level - 1);
        text.push_str(&format!("  l{level} = \"{below}{below}\"\n"));
    }
    text.push_str("}\n");
    assert!(problems(&text).contains("a text becomes too long"));
}

#[test]
fn functions_do_not_make_more_than_they_may() {
    check_main(
        r#"
locals {
  long = join("", [for i in range(1000) : "aaaaaaaaaa"])
  rows = range(1000)
}
resource "aws_a" "b" {
  a = replace(local.long, "a", local.long)
  b = join(local.long, local.rows)
  c = range(1000000)
  d = length(setproduct(local.rows, local.rows, local.rows))
  e = length([for a in local.rows : [for b in local.rows : [for c in local.rows : 1]]])
}
"#,
        &expect![[r#"
            aws_a.b
              a = ?(a text becomes too long)
              b = ?(a text becomes too long)
              c = ?(`range` makes at most 1024 numbers)
              d = ?(a list becomes too long)
              e = ?(the configuration makes too many values)
            limit main.tf:11:70: the configuration makes too many values; some values are left unknown
        "#]],
    );
}

#[test]
fn a_count_bomb_is_read_as_one() {
    let text = r#"
resource "aws_a" "b" { count = 1000000000 }
resource "aws_a" "c" {
  for_each = toset([for n in setproduct(range(100), range(100)) : "${n[0]}-${n[1]}"])
}
resource "aws_a" "d" { count = -1 }
"#;
    let found = problems(text);
    assert!(found.contains("main.tf:2:10: 1000000000 copies"), "{found}");
    assert!(found.contains("main.tf:3:10: 10000 copies"), "{found}");
    let shown = super::shown([("main.tf", text)], &crate::Options::default());
    assert_eq!(shown.lines().filter(|line| line.starts_with("aws_a.")).count(), 3);
}

#[test]
fn what_refers_to_itself_is_unknown() {
    check(
        [
            (
                "main.tf",
                r#"
locals { a = local.a }
variable "v" { default = var.v }
resource "aws_a" "self" {
  count = length(aws_a.self)
  x     = local.a
  y     = var.v
  z     = aws_a.self.x
}
module "m" {
  source = "./m"
  in     = module.m.out
}
resource "aws_b" "b" { x = module.m.out }
"#,
            ),
            ("m/main.tf", "variable \"in\" {}\noutput \"out\" { value = var.in }\n"),
        ],
        &expect![[r#"
            aws_a.self
              x = ?(`a` refers to itself)
              y = ?(`v` refers to itself)
              z = <aws_a.self.x>
              (count) = ?(`${aws_a.self}`, known after apply)
            aws_b.b
              x = ?(`out` refers to itself)
        "#]],
    );
}

#[test]
fn modules_that_call_each_other_are_told() {
    check(
        [
            ("main.tf", "module \"a\" { source = \"./a\" }\nmodule \"me\" { source = \"./\" }\n"),
            ("a/main.tf", "module \"b\" { source = \"../b\" }\nresource \"aws_a\" \"a\" {}\n"),
            ("b/main.tf", "module \"a\" { source = \"../a\" }\nresource \"aws_b\" \"b\" {}\n"),
        ],
        &expect![[r#"
            module.a.module.b.module.a
              source = "../a"
            module.a.module.b.aws_b.b
            module.a.aws_a.a
            module.me
              source = "./"
            suspicious b/main.tf:1:8: module `a` calls a module that calls it again
            suspicious main.tf:2:8: module `me` calls a module that calls it again
        "#]],
    );
}

#[test]
fn modules_that_multiply_each_other_end_at_the_limit() {
    let mut files = Vec::new();
    for level in 0..14 {
        let source = format!("../l{}", level + 1);
        let calls: String =
            (0..4).map(|n| format!("module \"m{n}\" {{ source = \"{source}\" }}\n")).collect();
        files.push((format!("l{level}/main.tf"), calls));
    }
    files.push(("l14/main.tf".to_owned(), "resource \"aws_a\" \"b\" {}\n".to_owned()));
    files.push(("main.tf".to_owned(), "module \"m\" { source = \"./l0\" }\n".to_owned()));
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let shown = super::shown(files, &crate::Options::default());
    assert!(shown.contains("resources from here on were not read"), "no limit was told");
}

#[test]
fn a_template_that_reads_itself_ends() {
    check(
        [
            ("main.tf", "resource \"aws_a\" \"b\" { x = templatefile(\"t.tpl\", {}) }\n"),
            ("t.tpl", "${templatefile(\"t.tpl\", {})}${templatefile(\"t.tpl\", {})}"),
        ],
        &expect![[r#"
            aws_a.b
              x = joined(?(a template file cannot render another one), ?(a template file cannot render another one))
        "#]],
    );
}

#[test]
fn garbage_is_told_and_nothing_panics() {
    for text in [
        "",
        "{",
        "}",
        "\"",
        "<<",
        "<<EOF",
        "resource",
        "resource {",
        "a = <<-EOF\n${",
        "\u{feff}",
        "/*",
        "= 1",
        "resource \"aws_a\" {}",
        "locals { a = [for",
        "a.b.c = 1",
        "é = \"ü${ñ}\"",
        "\0",
        "x = \"%{ if true }\"",
        "resource \"a\" \"b\" {\n  x = \"${}\"\n}",
        "x = 99999999999999999999999999999999",
    ] {
        problems(text);
    }
}

#[test]
fn many_errors_in_one_file_are_summed_up() {
    let text = "a b c\n".repeat(200);
    let found = problems(&text);
    assert!(found.contains("150 more syntax errors"), "{found}");
}
