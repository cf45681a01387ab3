//! Functions and classes.
use expect_test::expect;

use super::check;

#[test]
fn classes() {
    check(
        r##"class A extends B.C { x = 1; static y = f(); #z; constructor(a) { super(a); this.#z = a; } get v() { return this.#z; } set v(w) {} static async make() { return new A(1); } *[Symbol.iterator]() {} static { g(this); } has(o) { return #z in o; } }"##,
        expect![[r##"
            fn0 () locals[A]
              class A(B.C)
                x = 1
                static y = f()
                #z = undefined
                constructor = fn1
                get v = fn2
                set v = fn3
                static make = fn4
                [Symbol.iterator] = fn5
                static  = fn6()
                has = fn7
            fn1 constructor(a) locals[a] in fn0
              super(a)
              this.#z = a
            fn2 v() locals[] in fn0
              return this.#z
            fn3 set v(w) locals[w] in fn0
            fn4 make() locals[] in fn0 async
              return new A(1)
            fn5 [Symbol.iterator]() locals[] in fn0 generator
            fn6 () locals[] in fn0 arrow
              g(this)
            fn7 has(o) locals[o] in fn0
              return ("#z" has key o)
        "##]],
    );
}

#[test]
fn parameter_properties_follow_super() {
    check(
        r##"// ts
class A extends B { constructor(private readonly a: Db, public b = 1, c?: string) { super(); f(); } }"##,
        expect![[r#"
            fn0 () locals[A]
              class A(B)
                constructor = fn1
            fn1 constructor(a: Db, b = 1, c: string) locals[a b c] in fn0
              super()
              this.a = a
              this.b = b
              f()
        "#]],
    );
}

#[test]
fn overloads_and_abstract_members_have_no_body() {
    check(
        r##"// ts
function f(a: string): void;
function f(a: any) { g(a); }
abstract class A { abstract b(): void; c(x: number): void; c(x) {} declare d: string; e?: F; }"##,
        expect![[r#"
            fn0 () locals[f A]
              def f = fn1
              class A()
                c = fn2
                e = undefined
            fn1 f(a: any) locals[a] in fn0
              g(a)
            fn2 c(x) locals[x] in fn0
        "#]],
    );
}

#[test]
fn decorators() {
    check(
        r##"// ts
@Service() class A { @Inject(b) c; @Max(1) f = 2; @Get("/") d(@Body() e: Dto) {} }"##,
        expect![[r#"
            fn0 () locals[A]
              @Service()
              @Max(1)
              class A()
                c = other(Inject(b))
                f = 2
                d = fn1
            @Get("/")
            fn1 d(e: Dto) locals[e] in fn0
        "#]],
    );
}

#[test]
fn annotations() {
    check(
        r##"// ts
function f(this: X, a: string, b: A.B, c: Promise<D>, d?: number, ...e: any[]) {}"##,
        expect![[r#"
            fn0 () locals[f]
              def f = fn1
            fn1 f(a: string, b: A.B, c, d: number, *e) locals[a b c d e] in fn0
        "#]],
    );
}

#[test]
fn anonymous_functions_have_no_name() {
    check(
        r##"x(function () {}, () => {}, class { });"##,
        expect![[r#"
        fn0 () locals[]
          x(fn1, fn2, (class ()))
        fn1 () locals[] in fn0
        fn2 () locals[] in fn0 arrow
    "#]],
    );
}

#[test]
fn nested_functions_know_their_outer() {
    check(
        r##"function a() { return () => function b() {}; }"##,
        expect![[r#"
        fn0 () locals[a]
          def a = fn1
        fn1 a() locals[] in fn0
          return fn2
        fn2 () locals[] in fn1 arrow
          return fn3
        fn3 b() locals[b] in fn2
    "#]],
    );
}
