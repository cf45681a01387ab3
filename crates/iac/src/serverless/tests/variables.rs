use expect_test::expect;

use super::{check, check_one, check_with};
use crate::Options;

/// Functions whose handler is the value to look at.
fn service(custom: &str, values: &[&str]) -> String {
    let functions: Vec<String> = (0..)
        .zip(values)
        .map(|(n, value)| format!("  f{n}: {{ role: 'arn:r', description: {value} }}"))
        .collect();
    format!(
        "service: shop\nprovider: {{ name: aws }}\ncustom:\n{custom}\nfunctions:\n{}\n",
        functions.join("\n")
    )
}

#[test]
fn addresses_lead_through_variables_and_files() {
    let text = service(
        "  a: ${file(vars.yml)}\n  list: [ x, y ]",
        &[
            "'${self:custom.a.b.c}'",
            "'${self:custom.list.1}'",
            "'${file(vars.yml):b.n}'",
            "'-${file(note.txt)}-'",
        ],
    );
    check(
        &[
            ("serverless.yml", &text),
            ("vars.yml", "b: { c: '${self:custom.a.b.d}', d: deep, n: 7 }"),
            ("note.txt", "  text\n"),
        ],
        expect![[r#"
            f0 Lambda::Function {Description: deep, Role: arn:r}
            f1 Lambda::Function {Description: y, Role: arn:r}
            f2 Lambda::Function {Description: 7, Role: arn:r}
            f3 Lambda::Function {Description: -text-, Role: arn:r}"#]],
    );
}

#[test]
fn fallbacks_are_asked_in_order() {
    let values = [
        "\"${opt:x, env:Y, self:custom.none, 'last'}\"",
        "\"${opt:x, 'in ${self:service}'}\"",
        "'${opt:x, true}'",
        "'${opt:x, ${self:custom.n}}'",
        "'${self:custom.nothing, null}'",
    ];
    check_one(
        &service("  n: 5", &values),
        expect![[r#"
            f0 Lambda::Function {Description: last, Role: arn:r}
            f1 Lambda::Function {Description: in shop, Role: arn:r}
            f2 Lambda::Function {Description: true, Role: arn:r}
            f3 Lambda::Function {Description: 5, Role: arn:r}
            f4 Lambda::Function {Role: arn:r}"#]],
    );
}

#[test]
fn stage_region_and_parameters_have_their_defaults() {
    let text = "service: shop
provider: { name: aws, stage: \"${opt:stage, 'prod'}\", role: 'arn:r' }
params: { default: { size: 1 }, prod: { size: 2 } }
functions:
  a: { description: '${sls:stage} ${self:provider.stage} ${opt:stage} ${aws:region} ${param:size}' }
";
    check_one(text, expect!["a Lambda::Function {Description: prod prod prod us-east-1 2, Role: arn:r}"]);
    let mut options = Options::default();
    options.cli_options.insert("stage".to_owned(), "dev".to_owned());
    options.environment.insert("Y".to_owned(), "y".to_owned());
    check_with(
        &[("serverless.yml", text)],
        &options,
        expect!["a Lambda::Function {Description: dev dev dev us-east-1 1, Role: arn:r}"],
    );
}

#[test]
fn what_only_a_deployment_knows_is_unknown() {
    let values = [
        "'${ssm:/a}'",
        "'x-${cf:stack.Out}-y'",
        "'${opt:tag}'",
        "'${file(./gen.js):run}'",
        "'${file(none.yml):a}'",
        "!Sub '${AWS::Region}-${ssm:/a}-${aws:accountId}'",
        "'${strToBool(1)}'",
    ];
    check_one(
        &service("  n: 5", &values),
        expect![[r#"
            f0 Lambda::Function {Description: <`${ssm:/a}` is known only when deployed>, Role: arn:r}
            f1 Lambda::Function {Description: x-<`${cf:stack.Out}` is known only when deployed>-y, Role: arn:r}
            f2 Lambda::Function {Description: <option `--tag` is not given>, Role: arn:r}
            f3 Lambda::Function {Description: <`./gen.js` is a program>, Role: arn:r}
            f4 Lambda::Function {Description: <there is no file `none.yml`>, Role: arn:r}
            f5 Lambda::Function {Description: <`AWS::Region` is known only when deployed>-<`${ssm:/a}` is known only when deployed>-<`${aws:accountId}` is known only when deployed>, Role: arn:r}
            f6 Lambda::Function {Description: true, Role: arn:r}
            serverless.yml:8: `${opt:tag}` has no value: option `--tag` is not given (unresolved)
            serverless.yml:9: `./gen.js` is a program; what it returns is not known (unresolved)
            serverless.yml:10: `${file(none.yml):a}` has no value: there is no file `none.yml` (unresolved)"#]],
    );
}
