//! Expressions, functions, dynamic blocks and what stays open.
use expect_test::expect;

use super::check_main;

#[test]
fn conditions_are_three_valued() {
    check_main(
        r#"
variable "open" {}
resource "aws_a" "b" {
  a = true ? 1 : 2
  b = var.open ? 1 : 2
  c = var.open ? "same" : "same"
  d = var.open && false
  e = var.open || true
  f = var.open == "x"
  g = aws_b.c.arn == aws_b.c.arn
  h = aws_b.c.arn != null ? "set" : "unset"
  i = "x" == 1
  j = 1 < 2 && !(3 >= 4)
  k = var.open ? [1] : []
  l = False
}
"#,
        &expect![[r#"
            aws_a.b
              a = 1
              b = ?(the condition is not known: variable `open` has no default)
              c = "same"
              d = false
              e = true
              f = ?(variable `open` has no default)
              g = true
              h = "set"
              i = false
              j = true
              k = ?(the condition is not known: variable `open` has no default)
              l = false
            suspicious main.tf:15:7: Terraform knows no `False`, only `false`
        "#]],
    );
}

#[test]
fn numbers_are_calculated() {
    check_main(
        r#"
resource "aws_a" "b" {
  a = 7 / 2
  b = 6 / 2
  c = -5 % 3
  d = 1 / 0
  e = 9223372036854775807 + 1
  f = max(1, "5", 3)
  g = 60 * 60 * 24
  h = floor(2.7)
  i = tonumber("12")
}
"#,
        &expect![[r#"
            aws_a.b
              a = 3.5
              b = 3
              c = -2
              d = ?(the calculation has no finite result)
              e = 9223372036854776000
              f = 5
              g = 86400
              h = 2
              i = 12
        "#]],
    );
}

#[test]
fn loops_splats_and_indexes() {
    check_main(
        r#"
variable "open" {}
locals {
  people = [{ name = "a", age = 1 }, { name = "b", age = 2 }]
}
resource "aws_a" "b" {
  a = [for p in local.people : p.name if p.age > 1]
  b = { for i, p in local.people : p.name => i }
  c = { for p in local.people : "all" => p.name... }
  d = local.people[*].name
  e = local.people.0.age
  f = local.people[5].age
  g = [for x in var.open : x]
  h = try(local.people[5].age, "none")
  i = can(local.people[5])
  j = try(var.open.x, "none")
  k = local.people[length(local.people) - 1]["name"]
}
"#,
        &expect![[r#"
            aws_a.b
              a = ["b"]
              b = {a: 0, b: 1}
              c = {all: ["a", "b"]}
              d = ["a", "b"]
              e = 1
              f = ?(there is no element `5`)
              g = ?(the collection is not known: variable `open` has no default)
              h = "none"
              i = false
              j = ?(variable `open` has no default)
              k = "b"
        "#]],
    );
}

#[test]
fn functions_on_texts() {
    check_main(
        r#"
variable "open" {}
resource "aws_a" "b" {
  a = format("%s-%d-%%-%v", "x", 3, true)
  b = join(",", ["a", aws_b.c.id])
  c = split(",", "a,b")
  d = replace("a-b", "-", "_")
  e = substr("hello", 1, 3)
  f = "${lower("ABC")}${upper("d")}"
  g = trimsuffix("a.zip", ".zip")
  h = title("big world")
  i = base64encode("hello")
  j = base64decode("aGVsbG8=")
  k = startswith("arn:${var.open}", "arn:")
  l = cidrsubnet("10.0.0.0/16", 8, 1)
  m = format("%05d", 3)
  n = provider::aws::arn_parse("x")
  o = substr("é€x", -2, -1)
}
"#,
        &expect![[r#"
            aws_a.b
              a = "x-3-%-true"
              b = joined("a,", <aws_b.c.id>)
              c = ["a", "b"]
              d = "a_b"
              e = "ell"
              f = "abcD"
              g = "a"
              h = "Big World"
              i = "aGVsbG8="
              j = "hello"
              k = true
              l = ?(the function `cidrsubnet` is not evaluated here)
              m = ?(the format `%05d` is not evaluated here)
              n = ?(the function `provider::aws::arn_parse` is not evaluated here)
              o = "€x"
        "#]],
    );
}

#[test]
fn functions_on_collections_keep_what_is_known() {
    check_main(
        r#"
variable "open" {}
resource "aws_a" "b" {
  a = merge({ x = 1, y = 1 }, { y = 2 })
  b = merge(var.open, { y = 2 })
  c = concat(["a"], var.open, ["b"])
  d = flatten([["a", ["b"]], "c"])
  e = lookup({ a = 1 }, "b", "default")
  f = lookup({ a = 1 }, "a")
  g = element(["a", "b"], 3)
  h = keys({ b = 1, a = 2 })
  i = contains(["a", "b"], "b")
  j = contains(["a", var.open], "c")
  k = coalesce(null, "", "x")
  l = compact(["a", "", null])
  m = zipmap(["a"], [1])
  n = length(var.open)
  o = toset(["b", "a", "b"])
  p = jsondecode("{\"a\": [1]}").a[0]
  q = "${jsonencode({ a = aws_b.c.arn })}!"
  r = jsonencode("x")
  s = one(["only"])
  t = setsubtract(["a", "b"], ["a"])
}
"#,
        &expect![[r#"
            aws_a.b
              a = {x: 1, y: 2}
              b = {${var.open}: ?(variable `open` has no default), y: 2}
              c = ["a", ?(variable `open` has no default), "b"]
              d = ["a", "b", "c"]
              e = "default"
              f = 1
              g = "b"
              h = ["a", "b"]
              i = true
              j = ?(variable `open` has no default)
              k = "x"
              l = ["a"]
              m = {a: 1}
              n = ?(variable `open` has no default)
              o = ["a", "b"]
              p = 1
              q = joined("{\"a\":\"", <aws_b.c.arn>, "\"}!")
              r = "\"x\""
              s = "only"
              t = ["b"]
        "#]],
    );
}

#[test]
fn templates_with_directives_and_strip_markers() {
    check_main(
        r#"
resource "aws_a" "b" {
  a = "x%{ if true }yes%{ else }no%{ endif }"
  b = <<-EOT
    %{ for s in ["p", "q"] ~}
    item ${s}
    %{ endfor ~}
    end
  EOT
  c = "$${literal} %%{literal}"
  d = <<EOT
  kept
EOT
}
"#,
        &expect![[r#"
            aws_a.b
              a = "xyes"
              b = "item p\n    item q\n    end\n"
              c = "${literal} %{literal}"
              d = "  kept\n"
        "#]],
    );
}

#[test]
fn dynamic_blocks_are_expanded_when_they_can_be() {
    check_main(
        r#"
variable "open" {}
resource "aws_a" "b" {
  dynamic "rule" {
    for_each = [80, 443]
    content {
      port = rule.value
      dynamic "inner" {
        for_each = { k = rule.value }
        iterator = it
        content { pair = "${it.key}=${it.value}" }
      }
    }
  }
  dynamic "gone" {
    for_each = []
    content {}
  }
  rule { port = 1 }
  dynamic "maybe" {
    for_each = var.open
    content { x = maybe.value }
  }
}
"#,
        &expect![[r#"
            aws_a.b
              rule = [{port: 80, inner: [{pair: "k=80"}]}, {port: 443, inner: [{pair: "k=443"}]}, {port: 1}]
              maybe = [?(how many blocks there are is not known: variable `open` has no default)]
        "#]],
    );
}
