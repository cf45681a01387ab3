//! Variables that share a name.
use expect_test::expect;

use super::check;

#[test]
fn a_block_variable_that_shadows_is_renamed() {
    check(
        r##"function f(x) { { let x = 1; g(x); } return x; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f(x) locals[x x#2] in fn0
          block
            x#2 = 1
            g(x#2)
          return x
    "#]],
    );
}

#[test]
fn a_block_variable_that_hides_a_used_outer_one_is_renamed() {
    check(
        r##"const x = 1;
function f() { if (a) { const x = 2; g(x); } return x; }"##,
        expect![[r#"
            fn0 () locals[x f]
              def f = fn1
              x = 1
            fn1 f() locals[x#2] in fn0
              if a
                x#2 = 2
                g(x#2)
              return x
        "#]],
    );
}

#[test]
fn a_local_that_hides_a_global_used_beside_it() {
    check(
        r##"function f() { { const fetch = 1; g(fetch); } return fetch(); }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f() locals[fetch#2] in fn0
          block
            fetch#2 = 1
            g(fetch#2)
          return fetch()
    "#]],
    );
}

#[test]
fn a_shadowing_parameter_keeps_its_name() {
    check(
        r##"const x = 1;
function f(x) { return x; }"##,
        expect![[r#"
            fn0 () locals[x f]
              def f = fn1
              x = 1
            fn1 f(x) locals[x] in fn0
              return x
        "#]],
    );
}

#[test]
fn an_inner_function_sees_the_renamed_variable() {
    check(
        r##"function f(x) { { let x = 1; g(() => x); } return x; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f(x) locals[x x#2] in fn0
          block
            x#2 = 1
            g(fn2)
          return x
        fn2 () locals[] in fn1 arrow
          return x#2
    "#]],
    );
}

#[test]
fn loops_of_one_function_have_variables_of_their_own() {
    check(
        r##"for (let i = 0; i < 2; i++) a(i);
for (let i = 0; i < 3; i++) b(i);"##,
        expect![[r#"
            fn0 () locals[i i#2]
              block
                i = 0
                while (i < 2)
                  a(i)
                  i = (i + 1)
              block
                i#2 = 0
                while (i#2 < 3)
                  b(i#2)
                  i#2 = (i#2 + 1)
        "#]],
    );
}

#[test]
fn var_belongs_to_the_function() {
    check(
        r##"function f() { if (a) { var x = 1; } return x; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f() locals[x] in fn0
          if a
            x = 1
          return x
    "#]],
    );
}

#[test]
fn a_function_expression_sees_its_own_name() {
    check(
        r##"const f = function g(n) { return g(n - 1); };"##,
        expect![[r#"
        fn0 () locals[f]
          f = fn1
        fn1 g(n) locals[g n] in fn0
          def g = fn1
          return g((n - 1))
    "#]],
    );
}

#[test]
fn a_class_expression_sees_its_own_name() {
    check(
        r##"const A = class B { make() { return new B(); } };"##,
        expect![[r#"
        fn0 () locals[A B]
          A = (B := (class B(); make = fn1))
        fn1 make() locals[] in fn0
          return new B()
    "#]],
    );
}

#[test]
fn a_catch_binding_is_a_local() {
    check(
        r##"function f(e) { try { a() } catch (e) { b(e) } return e; }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
        fn1 f(e) locals[e e#2] in fn0
          try
            a()
          catch  as e#2
            b(e#2)
          return e
    "#]],
    );
}
