//! JSX.
use expect_test::expect;

use super::check;

#[test]
fn an_element_is_its_expressions() {
    check(
        r##"// jsx
x = <Page title="a" {...b} on={() => c}>text {d} <e.f g={h} /> {/* no */}</Page>;"##,
        expect![[r#"
            fn0 () locals[]
              x = other(Page, "a", b, fn1, d, other(e, h))
            fn1 () locals[] in fn0 arrow
              return c
        "#]],
    );
}

#[test]
fn raw_html_is_a_call() {
    check(
        r##"// jsx
x = <div dangerouslySetInnerHTML={{ __html: body }} />; y = <p dangerouslySetInnerHTML={html} />;"##,
        expect![[r#"
            fn0 () locals[]
              x = other(jsx:dangerouslySetInnerHTML(body))
              y = other(jsx:dangerouslySetInnerHTML(html))
        "#]],
    );
}

#[test]
fn a_fragment() {
    check(
        r##"// jsx
x = <><a>{b}</a>{...c}</>;"##,
        expect![[r#"
            fn0 () locals[]
              x = other(other(b), c)
        "#]],
    );
}
