//! Modules: arguments, outputs, repetition, files and what is not here.
use expect_test::expect;

use super::{check, check_with};
use crate::options::Options;

#[test]
fn arguments_go_in_and_outputs_come_out() {
    check(
        [
            (
                "main.tf",
                r#"
module "store" {
  source = "./modules/store"
  name   = "logs"
  key    = aws_kms_key.k.arn
}
resource "aws_a" "b" {
  arn   = module.store.arn
  plain = module.store.name
  none  = module.store.nothing
}
"#,
            ),
            (
                "modules/store/main.tf",
                r#"
variable "name" { type = string }
variable "key" { default = null }
resource "aws_s3_bucket" "b" {
  bucket = var.name
  key    = var.key
  here   = path.module
}
output "arn" { value = aws_s3_bucket.b.arn }
output "name" { value = upper(var.name) }
"#,
            ),
        ],
        &expect![[r#"
            module.store.aws_s3_bucket.b
              bucket = "logs"
              key = <aws_kms_key.k.arn>
              here = "./modules/store"
            aws_a.b
              arn = <module.store.aws_s3_bucket.b.arn>
              plain = "LOGS"
              none = ?(the module has no output `nothing`)
        "#]],
    );
}

#[test]
fn a_repeated_module_has_an_instance_for_each() {
    check(
        [
            (
                "main.tf",
                r#"
module "many" {
  source   = "./m"
  for_each = { x = 1, y = 2 }
  size     = each.value
}
module "two" {
  source = "./m"
  count  = 2
  size   = count.index
}
module "open" {
  source = "./m"
  count  = var.unknown
  size   = 9
}
variable "unknown" {}
resource "aws_a" "refs" {
  a = module.many["x"].id
  b = module.two[*].id
  c = module.open[0].id
  d = [for m in module.many : m.id]
  e = { for k, m in module.many : k => m.size }
}
"#,
            ),
            (
                "m/main.tf",
                "variable \"size\" {}\nresource \"aws_m\" \"r\" { size = var.size }\noutput \"id\" { value = aws_m.r.id }\noutput \"size\" { value = var.size }\n",
            ),
        ],
        &expect![[r#"
            module.many["x"].aws_m.r
              size = 1
            module.many["y"].aws_m.r
              size = 2
            module.two[0].aws_m.r
              size = 0
            module.two[1].aws_m.r
              size = 1
            module.open.aws_m.r
              size = 9
            aws_a.refs
              a = <module.many["x"].aws_m.r.id>
              b = [<module.two[0].aws_m.r.id>, <module.two[1].aws_m.r.id>]
              c = <module.open.aws_m.r.id>
              d = [<module.many["x"].aws_m.r.id>, <module.many["y"].aws_m.r.id>]
              e = {x: 1, y: 2}
        "#]],
    );
}

#[test]
fn a_module_from_elsewhere_is_told_and_stays_a_link() {
    check(
        [(
            "main.tf",
            r#"
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  cidr    = "10.0.0.0/16"
}
module "gone" { source = "./gone" }
resource "aws_lambda_function" "f" {
  subnets = module.vpc.private_subnets
  first   = module.vpc.private_subnets[0]
}
"#,
        )],
        &expect![[r#"
            module.vpc
              source = "terraform-aws-modules/vpc/aws"
              version = "5.0.0"
              cidr = "10.0.0.0/16"
            module.gone
              source = "./gone"
            aws_lambda_function.f
              subnets = <module.vpc.private_subnets>
              first = <module.vpc.private_subnets[0]>
            unresolved main.tf:2:8: module `vpc` comes from `terraform-aws-modules/vpc/aws`, which is not in this folder
            unresolved main.tf:7:8: module `gone`: the folder `gone` has no configuration
        "#]],
    );
}

#[test]
fn values_of_the_command_line_come_first() {
    let mut options = Options::default();
    options.parameters.insert("a".to_owned(), "from-cli".to_owned());
    options.parameters.insert("list".to_owned(), "[\"x\"]".to_owned());
    check_with(
        [
            (
                "main.tf",
                "variable \"a\" {}\nvariable \"list\" { type = list(string) }\nresource \"aws_a\" \"b\" {\n  a = var.a\n  l = var.list\n}\n",
            ),
            ("terraform.tfvars", "a = \"from-file\""),
        ],
        &options,
        &expect![[r#"
            aws_a.b
              a = "from-cli"
              l = ["x"]
        "#]],
    );
}

#[test]
fn types_convert_what_is_given() {
    check(
        [(
            "main.tf",
            r#"
variable "number" {
  type    = number
  default = "3"
}
variable "text" {
  type    = string
  default = 5
}
variable "object" {
  type = object({
    a = optional(string, "x")
    b = optional(number)
    c = bool
  })
  default = { c = "true", other = 1 }
}
variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}
resource "aws_a" "b" {
  number = var.number
  text   = var.text
  object = var.object
  set    = var.set
}
"#,
        )],
        &expect![[r#"
            aws_a.b
              number = 3
              text = "5"
              object = {a: "x", b: null, c: true}
              set = ["b", "a"]
        "#]],
    );
}

#[test]
fn files_of_the_project_are_read() {
    check(
        [
            (
                "main.tf",
                r#"
resource "aws_a" "b" {
  a = file("${path.module}/policy.json")
  b = templatefile("t.tpl", { name = "x", arn = aws_b.c.arn, list = ["p", "q"] })
  c = fileexists("policy.json")
  d = fileexists("nothing.json")
  e = file("../outside.json")
  f = filebase64sha256("lambda.zip")
  g = jsondecode(file("policy.json")).Statement[0].Effect
}
"#,
            ),
            ("policy.json", "{\"Statement\": [{\"Effect\": \"Allow\"}]}"),
            ("t.tpl", "name=${name} arn=${arn}%{ for item in list } ${item}%{ endfor }"),
        ],
        &expect![[r#"
            aws_a.b
              a = "{\"Statement\": [{\"Effect\": \"Allow\"}]}"
              b = joined("name=x arn=", <aws_b.c.arn>, " p q")
              c = true
              d = false
              e = ?(the file `../outside.json` lies outside of the scanned folder)
              f = ?(the function `filebase64sha256` is not evaluated here)
              g = "Allow"
        "#]],
    );
}

#[test]
fn override_files_replace_arguments() {
    check(
        [
            ("main.tf", "resource \"aws_a\" \"b\" {\n  x = 1\n  y = 1\n  rule { a = 1 }\n}\n"),
            ("a_override.tf", "resource \"aws_a\" \"b\" {\n  y = 2\n  rule { a = 2 }\n}\n"),
        ],
        &expect![[r#"
            aws_a.b
              x = 1
              y = 2
              rule = [{a: 2}]
        "#]],
    );
}

#[test]
fn configuration_in_json_is_read_like_hcl() {
    check(
        [(
            "main.tf.json",
            r#"{
  "variable": {"name": {"default": "n"}},
  "locals": {"twice": "${var.name}-${var.name}"},
  "resource": {
    "aws_a": {"b": {"x": "${local.twice}", "ref": "${aws_a.c.arn}", "rule": [{"p": 1}], "lifecycle": {"prevent_destroy": true}},
              "c": {"count": 2, "i": "${count.index}"}}
  },
  "data": {"aws_iam_policy_document": {"d": {"statement": [{"actions": ["s3:*"], "resources": ["*"]}]}}}
}"#,
        )],
        &expect![[r#"
            aws_a.b
              x = "n-n"
              ref = ?(there is no `arn` in it)
              rule = [{p: 1}]
              (lifecycle) = [{prevent_destroy: true}]
            aws_a.c[0]
              i = 0
            aws_a.c[1]
              i = 1
            aws_iam_policy_document.d
              statement = [{actions: ["s3:*"], resources: ["*"]}]
              json = {Version: "2012-10-17", Statement: [{Effect: "Allow", Action: ["s3:*"], Resource: ["*"]}]}
        "#]],
    );
}

#[test]
fn blocks_written_twice_are_told_and_both_kept() {
    check(
        [
            ("a.tf", "resource \"aws_a\" \"b\" { x = 1 }\nlocals { l = 1 }\nwidget \"w\" {}\n"),
            ("b.tf", "resource \"aws_a\" \"b\" { x = 2 }\nlocals { l = 2 }\n"),
        ],
        &expect![[r#"
            aws_a.b
              x = 1
            aws_a.b
              x = 2
            suspicious a.tf:3:1: Terraform knows no block `widget`
            suspicious b.tf:1:10: `aws_a.b` is declared twice in one module
            suspicious b.tf:2:10: `local.l` is declared twice in one module
        "#]],
    );
}
