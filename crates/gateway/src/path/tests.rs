//! Paths in their normal form.
use super::*;

fn check(path: &str, expect: &str) {
    let shown = match normalise(path) {
        Ok(normal) => format!("{} | {} | {:?}", normal.wire, normal.readable(), normal.oddities),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expect, "{path}");
}

#[test]
fn plain_paths_stay() {
    check("/", "/ | / | {}");
    check("/a/b.txt", "/a/b.txt | /a/b.txt | {}");
    check("/a/", "/a/ | /a/ | {}");
    check("/a%20b/%c3%a9", "/a%20b/%C3%A9 | /a b/é | {}");
    check("/%61dmin", "/admin | /admin | {}");
}

#[test]
fn odd_paths_are_told() {
    check("/a/../admin", "/admin | /admin | {DotSegment}");
    check("/a/%2e%2E/admin", "/admin | /admin | {DotSegment}");
    check("/a/..;x=1/admin", "/admin | /admin | {DotSegment, Parameter}");
    check("/a/./b", "/a/b | /a/b | {DotSegment}");
    check("//admin", "/admin | /admin | {EmptySegment}");
    check("/a%2fb", "/a%2Fb | /a%2Fb | {EncodedSlash}");
    check("/a\\..\\b", "/b | /b | {DotSegment, Backslash}");
    check("/a%5cb", "/a/b | /a/b | {Backslash}");
    check("/a;v=1/b", "/a;v=1/b | /a;v=1/b | {Parameter}");
    check("/%252e%252e/a", "/%252e%252e/a | /%252e%252e/a | {DoubleEncoding}");
    check("/%ff", "/%FF | /%FF | {NotUtf8}");
    check("/a%0d%0ab", "/a%0D%0Ab | /a\r\nb | {Control}");
}

#[test]
fn some_paths_have_no_normal_form() {
    check("/..", "the path leaves its root with `..`");
    check("/a/../../b", "the path leaves its root with `..`");
    check("/a%00", "the path holds NUL");
    check("/a%4", "the path has an escape that is no percent sign with two hexadecimal digits");
    check("*", "the path does not begin with `/`");
}

#[test]
fn a_normal_form_is_its_own_normal_form() {
    for path in ["/a/../b/%2e/c//d", "/%61%2f%5c/..;/x", "/a b%7f/\\", "/%25%32%66", "/é/%e9"] {
        let once = normalise(path).unwrap();
        assert_eq!(normalise(&once.wire).unwrap().wire, once.wire, "{path}");
    }
}
