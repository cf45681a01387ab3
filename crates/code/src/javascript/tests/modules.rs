//! Imports, exports, enumerations and namespaces.
use expect_test::expect;

use super::check;

#[test]
fn imports() {
    check(
        r##"import "a"; import b from "b"; import * as c from "./c"; import { d, e as f, default as g } from "@x/y"; import h, { "i-j" as k } from "k";
b(c, d, f, g, h, k);"##,
        expect![[r#"
            fn0 () locals[b c d f g h k]
              import "a"
              import "b" default as b
              import "./c" module as c
              import "@x/y" d as d, e as f, default as g
              import "k" default as h, i-j as k
              b(c, d, f, g, h, k)
        "#]],
    );
}

#[test]
fn imports_are_hoisted() {
    check(
        r##"f(); import { f } from "a";"##,
        expect![[r#"
        fn0 () locals[f]
          import "a" f as f
          f()
    "#]],
    );
}

#[test]
fn type_imports() {
    check(
        r##"// ts
import type { A } from "a"; import { type B } from "b"; import { type C, d } from "c"; import e = require("e"); import f = g.h; import type i = require("i");"##,
        expect![[r#"
            fn0 () locals[d e f i]
              import type "a" A as A
              import type "b"
              import "c" d as d
              import "e" module as e
              f = g.h
              import type "i" module as i
        "#]],
    );
}

#[test]
fn exports() {
    check(
        r##"export const a = 1, { b, c: [d] } = x; export let e; export function f() {} export class G {} export async function* h() {}
export { e as i, a as default };"##,
        expect![[r#"
            fn0 () locals[a b d e f G h]
              def f = fn1
              export f = f
              def h = fn2
              export h = h
              a = 1
              {b: b, c: [d]} = x
              export a = a
              export b = b
              export d = d
              e = undefined
              class G()
              export G = G
              export e = e
              export i = e
              export default = a
            fn1 f() locals[] in fn0
            fn2 h() locals[] in fn0 async generator
        "#]],
    );
}

#[test]
fn default_exports() {
    check(
        r##"export default async (event) => event;"##,
        expect![[r#"
        fn0 () locals[]
          export default = fn1
        fn1 (event) locals[event] in fn0 async arrow
          return event
    "#]],
    );
}

#[test]
fn default_function() {
    check(
        r##"export default function f() {} f();"##,
        expect![[r#"
        fn0 () locals[f]
          def f = fn1
          export default = f
          f()
        fn1 f() locals[] in fn0
    "#]],
    );
}

#[test]
fn default_nameless_function() {
    check(
        r##"export default function () { return 1; }"##,
        expect![[r#"
        fn0 () locals[]
          export default = fn1
        fn1 () locals[] in fn0
          return 1
    "#]],
    );
}

#[test]
fn default_class() {
    check(
        r##"export default class { a() {} }"##,
        expect![[r#"
        fn0 () locals[]
          export default = (class (); a = fn1)
        fn1 a() locals[] in fn0
    "#]],
    );
}

#[test]
fn exports_from() {
    check(
        r##"export * from "a"; export * as ns from "b"; export { c, d as e, default as f } from "g"; export {} from "h";"##,
        expect![[r#"
            fn0 () locals[]
              export from "a" *
              export from "b" * as ns
              export from "g" c as c, d as e, default as f
              import "h"
        "#]],
    );
}

#[test]
fn type_exports() {
    check(
        r##"// ts
export type { A } from "a"; export { type B, c } from "b"; export interface D {} export type E = 1; interface F {} export { F, G }; const G = 1; export type * from "h"; export declare const i: number;"##,
        expect![[r#"
            fn0 () locals[G]
              export from "b" c as c
              G = 1
              export G = G
        "#]],
    );
}

#[test]
fn export_assignment() {
    check(
        r##"// ts
import a = require("a"); export = a.b;"##,
        expect![[r#"
            fn0 () locals[a]
              import "a" module as a
              module.exports = a.b
        "#]],
    );
}

#[test]
fn common_js() {
    check(
        r##"const { a } = require("./a"); exports.handler = async (event) => a(event); module.exports = { b: 1 };"##,
        expect![[r#"
            fn0 () locals[a]
              {a: a} = require("./a")
              exports.handler = fn1
              module.exports = {b: 1}
            fn1 (event) locals[event] in fn0 async arrow
              return a(event)
        "#]],
    );
}

#[test]
fn enumerations() {
    check(
        r##"// ts
export enum A { B, C = 5, D, E = "e", F = B | C } declare enum G { H } const enum I { J }"##,
        expect![[r#"
            fn0 () locals[A I]
              A = {B: 0, C: 5, D: 6, E: "e", F: (other() bits other())}
              export A = A
              I = {J: 0}
        "#]],
    );
}

#[test]
fn namespaces() {
    check(
        r##"// ts
namespace N { export const a = 1; export function f() { return a; } const hidden = 2; }
namespace P.Q { export let r = 1; } declare namespace S { const t: number; }
N.f();"##,
        expect![[r#"
            fn0 () locals[N a f hidden P Q r t]
              block
                def f = fn1
                a = 1
                hidden = 2
                N = {f: f, a: a}
              block
                block
                  r = 1
                  Q = {r: r}
                P = {Q: Q}
              N.f()
            fn1 f() locals[] in fn0
              return a
        "#]],
    );
}
