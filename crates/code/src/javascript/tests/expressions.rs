//! Expressions and patterns.
use expect_test::expect;

use super::check;

#[test]
fn literals() {
    check(
        r##"f(1, 1.5, "a", true, null, undefined, 10n, /a+/gi, 0xff, 1e400, `b`);"##,
        expect![[r#"
        fn0 () locals[]
          f(1, 1.5, "a", true, null, undefined, 10, /a+/gi, 255, inf, "b")
    "#]],
    );
}

#[test]
fn a_declared_undefined_is_a_name() {
    check(
        r##"function f(undefined) { return undefined; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f(undefined) locals[undefined] in fn0
          return undefined
    "#]],
    );
}

#[test]
fn templates() {
    check(
        r##"x = `a${b}c${d}`; y = sql`select ${e}`; z = ``;"##,
        expect![[r#"
        fn0 () locals[]
          x = text`a${b}c${d}`
          y = tag(sql)`select ${e}`
          z = ""
    "#]],
    );
}

#[test]
fn optional_chaining_is_plain() {
    check(
        r##"a?.b?.[c]?.(d)?.e;"##,
        expect![[r#"
        fn0 () locals[]
          a.b[c](d).e
    "#]],
    );
}

#[test]
fn assignments() {
    check(
        r##"a += 1; b.c ||= d; e[f] ??= g; h = i = j; k++; --l.m; n **= 2;"##,
        expect![[r#"
        fn0 () locals[]
          a = (a + 1)
          b.c = (b.c or d)
          e[f] = (e[f] ?? g)
          h = (i := j)
          k = (k + 1)
          l.m = (l.m - 1)
          n = (n ** 2)
    "#]],
    );
}

#[test]
fn destructuring_assignment() {
    check(
        r##"[a, , b.c = 1, ...d] = e; ({ f, g: h, i = 2, [j]: k, ...l.m } = n);"##,
        expect![[r#"
        fn0 () locals[]
          [a, hole, b.c ?= 1, *d] = e
          {f: f, g: h, i: i ?= 2, *: k, *l.m} = n
    "#]],
    );
}

#[test]
fn destructuring_declaration() {
    check(
        r##"const { a, b: { c = 1 }, ["d"]: e, [f]: g, ...h } = i, [j, , k = 2, ...l] = m;"##,
        expect![[r#"
            fn0 () locals[a c e g h j k l]
              {a: a, b: {c: c ?= 1}, d: e, *: g, *h} = i
              [j, hole, k ?= 2, *l] = m
        "#]],
    );
}

#[test]
fn calls() {
    check(
        r##"f(a, ...b); new C(d); new E; import("./x"); import.meta.url; super_();"##,
        expect![[r#"
        fn0 () locals[]
          f(a, *b)
          new C(d)
          new E()
          import("./x")
          import.meta.url
          super_()
    "#]],
    );
}

#[test]
fn operators() {
    check(
        r##"a === b; c !== d; "k" in o; p instanceof Q; typeof r; void 0; -s; ~t; !u; v >>> 1; w % 2; x ?? y; z & 1;"##,
        expect![[r#"
            fn0 () locals[]
              (a == b)
              (c != d)
              ("k" has key o)
              (p instanceof Q)
              (typeof r)
              (void 0)
              (- s)
              (+ t)
              (not u)
              (v bits 1)
              (w % 2)
              (x ?? y)
              (z bits 1)
        "#]],
    );
}

#[test]
fn logic_and_conditions() {
    check(
        r##"a && b || c; d ? e : f ? g : h;"##,
        expect![[r#"
        fn0 () locals[]
          ((a and b) or c)
          (d ? e : (f ? g : h))
    "#]],
    );
}

#[test]
fn objects() {
    check(
        r##"x = { a, b: 1, "c-d": 2, [e]: 3, f() { return this.b; }, async *g() {}, ...h, get i() { return 1; }, set i(v) {}, 5: 6, __proto__: j };"##,
        expect![[r#"
            fn0 () locals[]
              x = {a: a, b: 1, c-d: 2, [e]: 3, f: fn1, g: fn2, **h, i: fn3(), set i: fn4, 5: 6, __proto__: j}
            fn1 f() locals[] in fn0
              return this.b
            fn2 g() locals[] in fn0 async generator
            fn3 i() locals[] in fn0
              return 1
            fn4 i(v) locals[v] in fn0
        "#]],
    );
}

#[test]
fn arrays() {
    check(
        r##"x = [a, , ...b];"##,
        expect![[r#"
        fn0 () locals[]
          x = list(a, undefined, *b)
    "#]],
    );
}

#[test]
fn arrow_functions() {
    check(
        r##"const f = a => a.b; const g = async ({ c }, [d] = e, ...h) => { await c; }; const i = () => ({ j: 1 });"##,
        expect![[r#"
            fn0 () locals[f g i]
              f = fn1
              g = fn2
              i = fn3
            fn1 (a) locals[a] in fn0 arrow
              return a.b
            fn2 ({c: c}, [d] = e, *h) locals[c d h] in fn0 async arrow
              (await c)
            fn3 () locals[] in fn0 arrow
              return {j: 1}
        "#]],
    );
}

#[test]
fn generators() {
    check(
        r##"function* f() { const a = yield b; yield* c; yield; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f() locals[a] in fn0 generator
          a = (yield b)
          (yield c)
          (yield)
    "#]],
    );
}

#[test]
fn sequence_in_an_expression() {
    check(
        r##"x = (a, b);"##,
        expect![[r#"
        fn0 () locals[]
          x = sequence(a, b)
    "#]],
    );
}

#[test]
fn this_and_new_target() {
    check(
        r##"function F() { this.a = new.target; return arguments[0]; }"##,
        expect![[r#"
        fn0 () locals[F]
          def F = fn1
        fn1 F() locals[] in fn0
          this.a = other()
          return arguments[0]
    "#]],
    );
}

#[test]
fn delete_inside_an_expression() {
    check(
        r##"f(delete a.b);"##,
        expect![[r#"
        fn0 () locals[]
          f((delete a.b))
    "#]],
    );
}

#[test]
fn typescript_wrappers_vanish() {
    check(
        r##"// ts
f(a as any, <T>b, c!, d satisfies E, g<string>);"##,
        expect![[r#"
            fn0 () locals[]
              f(a, b, c, d, g)
        "#]],
    );
}
