//! Cookies.
use super::super::tests::lines;
use super::{oddities, read};
use crate::Fields;
use expect_test::{Expect, expect};

fn check(header: &[u8], expected: Expect) {
    let mut out = Fields::default();
    read(header, &mut out);
    let mut told = Vec::new();
    oddities(header, &mut told);
    let told: String =
        told.iter().map(|oddity| format!("~ {} ({})\n", oddity.message, oddity.offset)).collect();
    expected.assert_eq(&(lines(&out) + &told));
}

#[test]
fn semicolons_cut_and_spaces_before_names_go() {
    check(
        b"a=1; b=2=3;c;;  d = 4 ;",
        expect![[r#"
            a=1
            b=2=3
            c=
            d = 4
            ~ cookie `d `: spaces around the equals sign (14)
        "#]],
    );
    check(
        b"  =x; =; \x0b",
        expect![[r#"
        ~ a cookie without a name (0)
    "#]],
    );
    check(
        b"a=1 ; b=2 \t",
        expect![[r#"
        a=1 
        b=2
    "#]],
    );
}

#[test]
fn what_older_readers_see_otherwise_is_told() {
    check(
        br#"$Version=1; a="b; c"; d="e\"f"; g=h, i=j; k=1; k=2"#,
        expect![[r#"
            $Version=1
            a=\"b
            c\"=
            d=\"e\\\"f\"
            g=h, i=j
            k=1
            k=2
            ~ cookie attribute `$Version` of RFC 2965 (0)
            ~ cookie `a`: a quoted value is cut by a semicolon (11)
            ~ cookie `d`: an escape in a quoted value (21)
            ~ cookie `g`: a comma may begin another cookie (31)
            ~ cookie `k` stands there twice (46)
        "#]],
    );
}
