//! Statements, loops and jumps.
use expect_test::expect;

use super::check;

#[test]
fn functions_come_first() {
    check(
        r##"a();
function a() { return b; }
var b = 1;"##,
        expect![[r#"
            fn0 () locals[a b]
              def a = fn1
              a()
              b = 1
            fn1 a() locals[] in fn0
              return b
        "#]],
    );
}

#[test]
fn let_without_a_value_is_undefined() {
    check(
        r##"let a; var b; const c = 1;"##,
        expect![[r#"
        fn0 () locals[a b c]
          a = undefined
          c = 1
    "#]],
    );
}

#[test]
fn if_else_chain() {
    check(
        r##"if (a) b(); else if (c) { d(); } else e();"##,
        expect![[r#"
        fn0 () locals[]
          if a
            b()
          else
            if c
              d()
            else
              e()
    "#]],
    );
}

#[test]
fn for_has_its_start_before_and_its_step_at_the_end() {
    check(
        r##"for (let i = 0; i < n; i++) { if (a) continue; f(i); }"##,
        expect![[r#"
        fn0 () locals[i]
          block
            i = 0
            while (i < n)
              if a
                i = (i + 1)
                continue
              f(i)
              i = (i + 1)
    "#]],
    );
}

#[test]
fn for_without_a_test_is_endless() {
    check(
        r##"for (;;) break;"##,
        expect![[r#"
        fn0 () locals[]
          block
            while true
              break
    "#]],
    );
}

#[test]
fn do_while_runs_at_least_once() {
    check(
        r##"do { x = next(x); } while (x);"##,
        expect![[r#"
        fn0 () locals[]
          while true
            x = next(x)
            if x
            else
              break
    "#]],
    );
}

#[test]
fn for_of_and_for_in_and_for_await() {
    check(
        r##"for (const [k, v] of m) f(k);
for (const k in o) g(k);
async function h() { for await (o.p of s) i(); }"##,
        expect![[r#"
            fn0 () locals[k v k#2 h]
              def h = fn1
              for [k, v] in m
                f(k)
              for k#2 in keys of o
                g(k#2)
            fn1 h() locals[] in fn0 async
              for o.p in (await s)
                i()
        "#]],
    );
}

#[test]
fn switch_falls_through() {
    check(
        r##"switch (x) { case 1: case 2: a(); break; default: b(); }"##,
        expect![[r#"
        fn0 () locals[]
          switch x
            case 1
            case 2
              a()
              break
            case default
              b()
    "#]],
    );
}

#[test]
fn try_with_and_without_a_binding() {
    check(
        r##"try { a(); } catch (e) { b(e); } finally { c(); }
try { d() } catch { }
try { f() } catch ({ message }) { g(message) }"##,
        expect![[r#"
            fn0 () locals[e message]
              try
                a()
              catch  as e
                b(e)
              finally
                c()
              try
                d()
              catch
              try
                f()
              catch  as {message: message}
                g(message)
        "#]],
    );
}

#[test]
fn a_sequence_is_several_statements() {
    check(
        r##"a(), b = 1, delete c.d;"##,
        expect![[r#"
        fn0 () locals[]
          a()
          b = 1
          delete c.d
    "#]],
    );
}

#[test]
fn break_out_of_a_switch_inside_a_loop() {
    check(
        r##"outer: while (true) { switch (x) { case 1: break outer; } }
after();"##,
        expect![[r#"
            fn0 () locals[break#1]
              break#1 = false
              while true
                switch x
                  case 1
                    break#1 = true
                    break
                if break#1
                  break
              after()
        "#]],
    );
}

#[test]
fn continue_of_an_outer_loop_takes_its_step() {
    check(
        r##"outer: for (let i = 0; ; i++) { for (const a of b) { if (a) continue outer; } }"##,
        expect![[r#"
            fn0 () locals[continue#1 i a]
              block
                i = 0
                continue#1 = false
                while true
                  for a in b
                    if a
                      continue#1 = true
                      break
                  if continue#1
                    continue#1 = false
                    i = (i + 1)
                    continue
                  i = (i + 1)
        "#]],
    );
}

#[test]
fn break_passes_a_labelled_block() {
    check(
        r##"while (x) { inner: { if (a) break inner; if (b) break; c(); } }"##,
        expect![[r#"
        fn0 () locals[break#1]
          break#1 = false
          while x
            while true
              if a
                break
              if b
                break#1 = true
                break
              c()
              break
            if break#1
              break
    "#]],
    );
}

#[test]
fn an_unused_label_is_no_loop() {
    check(
        r##"$: x = 1;"##,
        expect![[r#"
        fn0 () locals[]
          block
            x = 1
    "#]],
    );
}

#[test]
fn throw_and_debugger_and_with() {
    check(
        r##"debugger; with (a) b(); throw new Error("c");"##,
        expect![[r#"
        fn0 () locals[]
          a
          block
            b()
          throw new Error("c")
    "#]],
    );
}

#[test]
fn switch_hoists_functions_of_every_case() {
    check(
        r##"switch (x) { case 1: f(); break; case 2: function f() {} }"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
          switch x
            case 1
              f()
              break
            case 2
        fn1 f() locals[] in fn0
    "#]],
    );
}
