//! Documents of the guide, and what people get wrong.
use expect_test::{Expect, expect};
use model::{FileId, PolicyOrigin};

use super::{Document, read};

#[expect(clippy::needless_pass_by_value, reason = "a literal of the test")]
#[track_caller]
fn check(text: &str, origin: PolicyOrigin, expected: Expect) {
    let document = Document { name: "p", path: "p.json", file: FileId(0), text };
    let (policy, problems) = read(&document, origin);
    let mut shown = String::new();
    for statement in &policy.statements {
        let list =
            |values: &[model::Value]| values.iter().map(model::Value::display).collect::<Vec<_>>().join(" ");
        let conditions: Vec<String> = statement
            .conditions
            .iter()
            .map(|each| format!("{} {} {}", each.operator, each.key, list(&each.values)))
            .collect();
        let principals: Vec<String> = statement
            .principals
            .iter()
            .map(|each| format!("{}={}", each.kind, each.value.display()))
            .collect();
        shown += &format!(
            "{:?} {} | {} | {} | {}\n",
            statement.effect,
            list(&statement.actions),
            list(&statement.resources),
            principals.join(" "),
            conditions.join("; ")
        );
    }
    for problem in &problems {
        let at = problem.at.unwrap();
        let place = text.get(at.start as usize..at.end as usize).unwrap();
        let place: String = place.chars().take(24).collect();
        shown += &format!("! {} [{place}]\n", problem.message);
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_good_policy_is_read_without_a_word() {
    check(
        r#"{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"A1","Effect":"Allow","Action":"s3:Get*",
        "Resource":["arn:aws:s3:::b/${aws:username}/*","*"],
        "Condition":{"StringEquals":{"aws:PrincipalTag/team":["a","b"]},"Bool":{"aws:SecureTransport":true}}}}"#,
        PolicyOrigin::Inline,
        expect![[r#"
            Allow s3:Get* | arn:aws:s3:::b/${aws:username}/* * |  | StringEquals aws:PrincipalTag/team a b; Bool aws:SecureTransport true
        "#]],
    );
    check(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"],"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#,
        PolicyOrigin::Trust,
        expect![[r#"
            Allow sts:AssumeRole |  | Service=lambda.amazonaws.com AWS=123456789012 | 
        "#]],
    );
}

#[test]
fn old_versions_have_no_variables() {
    check(
        r#"{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}]}"#,
        PolicyOrigin::Inline,
        expect![[r#"
            Allow s3:GetObject | arn:aws:s3:::b/${$}{aws:username} |  | 
            ! the policy has no `Version`, so that it is read as 2008-10-17: variables are plain text [{"Statement":[{"Effect":]
        "#]],
    );
    check(
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        PolicyOrigin::Inline,
        expect![[r#"
            Allow * | * |  | 
        "#]],
    );
    check(
        r#"{"Version":"2020-01-01","Statement":[]}"#,
        PolicyOrigin::Inline,
        expect![[r#"
            ! `2020-01-01` is no version of the policy language ["2020-01-01"]
        "#]],
    );
}

#[test]
fn what_is_not_json_says_where() {
    check(
        "{\"Version\":",
        PolicyOrigin::Inline,
        expect![[r#"
            ! the policy is not JSON: expected value after colon in object property []
        "#]],
    );
    check(
        "",
        PolicyOrigin::Inline,
        expect![[r#"
        ! the policy is not JSON: it is empty []
    "#]],
    );
    check(
        "[]",
        PolicyOrigin::Inline,
        expect![[r#"
        ! a policy is an object, and this is a list [[]]
    "#]],
    );
    let deep = "[".repeat(100_000);
    let (_, problems) =
        read(&Document { name: "", path: "p", file: FileId(0), text: &deep }, PolicyOrigin::Inline);
    assert!(problems.iter().any(|problem| problem.message.contains("nesting depth")));
}

#[test]
fn statements_that_aws_refuses() {
    check(
        r#"{"Version":"2012-10-17","Statment":1,"Statement":[
        {"effect":"allow","Action":"s3:GetObject","NotAction":"s3:*","Resource":"bucket","Principal":"*"},
        {"Sid":"a b","Effect":"Allow","Action":["s3","*:Get","s3: Get",7],"Resource":"arn:aws:*:::x","Sid":"A"},
        {"Effect":"Deny","Action":[],"Condition":{"StringEqual":{"aws:username":"x"},"NullIfExists":{"a:b":"true"},
         "NumericEquals":{"s3:max-keys":"${aws:x}","S3:max-keys":["1"]}}},
        "x"]}"#,
        PolicyOrigin::Inline,
        expect![[r#"
            Allow s3:GetObject | bucket | *=* | 
            Allow s3 *:Get s3: Get | arn:aws:*:::x |  | 
            Deny  |  |  | StringEqual aws:username x; NullIfExists a:b true; NumericEquals s3:max-keys ${aws:x}; NumericEquals S3:max-keys 1
            ! `Statment` is no element of a policy: AWS refuses the policy ["Statment"]
            ! `effect` is written `Effect` ["effect"]
            ! `Effect` is `Allow` or `Deny`, and here `allow` ["allow"]
            ! the resource `bucket` is no ARN: it matches nothing ["bucket"]
            ! a statement has `Action` or `NotAction`, not both: AWS refuses the policy ["s3:*"]
            ! a policy of an identity has no principal: it holds for those who have it ["*"]
            ! `Sid` stands here twice: only one of them counts ["Sid"]
            ! `Action` holds texts, and this is a number [7]
            ! the action `s3` is not written `service:Operation`: it matches nothing ["s3"]
            ! the action `*:Get` has a wildcard in the service's name, which AWS refuses: it matches nothing ["*:Get"]
            ! the action `s3: Get` has white space in it: it matches nothing ["s3: Get"]
            ! the resource `arn:aws:*:::x` has a wildcard in the service's name, which AWS refuses ["arn:aws:*:::x"]
            ! `Action` is empty: the statement does nothing [[]]
            ! `StringEqual` is no condition operator; `StringEquals` is one ["StringEqual"]
            ! `Null` asks whether a key is there; it takes no `IfExists` ["NullIfExists"]
            ! this operator does not replace variables: the value is no number, date or address ["${aws:x}"]
            ! `S3:max-keys` stands here twice: only one of them counts ["S3:max-keys"]
            ! the statement has neither `Resource` nor `NotResource` [{"Effect":"Deny","Action]
            ! a statement must be an object, and this is a text ["x"]
        "#]],
    );
}

#[test]
fn principals_with_mistakes() {
    check(
        r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/*","Aws":"*","Service":"lambda"},"Action":"s3:*","Resource":"arn:aws:s3"},
        {"Effect":"Allow","Principal":"everyone","Action":"s3:*","Resource":"*"},
        {"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
        PolicyOrigin::Resource,
        expect![[r#"
            Allow s3:* | arn:aws:s3 | AWS=arn:aws:iam::123456789012:role/* Aws=* Service=lambda | 
            Allow s3:* | * | *=everyone | 
            Allow s3:* | * |  | 
            ! the resource `arn:aws:s3` has fewer than six parts: AWS puts `*` into the missing ones ["arn:aws:s3"]
            ! `Aws` is written `AWS` ["Aws"]
            ! `Aws` stands here twice: only one of them counts ["Aws"]
            ! the principal `arn:aws:iam::123456789012:role/*` has a wildcard: only `*` alone is one ["arn:aws:iam::1234567890]
            ! `lambda` is no service: these look like `lambda.amazonaws.com` ["lambda"]
            ! `Principal` is `"*"` or an object, and here `everyone` ["everyone"]
            ! the statement has neither `Principal` nor `NotPrincipal` [{"Effect":"Allow","Actio]
        "#]],
    );
}

/// Mutations of a real document: no panic, and every problem has a place inside of the text.
#[test]
fn nothing_panics() {
    let seed_text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":{"AWS":["*","é"]},
        "NotAction":["s3:*","${x, 'y'}"],"Resource":"arn:aws:s3:::${aws:username}*?","Condition":{"ForAnyValue:StringLikeIfExists":{"a:b":[1,true,null,"\u00e9"]}}}]}"#;
    let bytes = seed_text.as_bytes();
    let mut state = 11_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let signs = b"{}[]\",:*?$\\ 0aE\xc3\xa9-";
    for round in 0..8_000 {
        let mut mutated = bytes.to_vec();
        for _ in 0..=next(4) {
            let at = next(mutated.len());
            match next(4) {
                0 => mutated[at] = signs[next(signs.len())],
                1 => mutated.insert(at, signs[next(signs.len())]),
                2 => drop(mutated.remove(at)),
                _ => mutated.truncate(at.max(40)),
            }
        }
        let text = String::from_utf8_lossy(&mutated);
        let (policy, problems) =
            read(&Document { name: "", path: "", file: FileId(3), text: &text }, PolicyOrigin::Resource);
        assert!(problems.iter().all(|problem| problem.at.unwrap().end as usize <= text.len()));
        drop(crate::render::json(&crate::minimise(&policy.statements), &crate::render::as_written));
        let request =
            crate::evaluate::Request::new("arn:aws:iam::1:role/r", "s3:GetObject", "arn:aws:s3:::b/x");
        let policies = [policy];
        let inputs =
            crate::evaluate::Inputs { identity: &policies, resource: &policies, ..Default::default() };
        drop(crate::evaluate::evaluate(&request, &inputs));
        if round % 200 == 0 {
            assert_ne!(crate::compare::within(&policies, &policies), model::Tri::False, "{text}");
        }
    }
}
