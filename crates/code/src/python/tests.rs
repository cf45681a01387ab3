//! What Python becomes.
use expect_test::{Expect, expect};

use super::*;
use crate::testing::{ir_text, slice};

fn read(source: &str) -> Module {
    lower(FileId(0), "app.py", source, &Limits::default())
}

#[track_caller]
fn check(source: &str, expect: Expect) {
    expect.assert_eq(&ir_text(&read(source), source));
}

#[test]
fn functions_know_their_parameters_and_locals() {
    check(
        "@app.get('/x')
async def f(a, b: int = d, *args, key: 'events.Event' = 2, **kw):
    '''Says what it does.'''
    global counter
    counter += 1
    x = y = a.b(c)
    for i, (j, *k) in z:
        yield i
    return lambda q, r=x: q + r
",
        expect![[r#"
            fn0 () locals[counter f]
              def f = fn1
            @app.get("/x")
            fn1 f(a, b: int = d, *args, key key: events.Event = 2, **kw) locals[a b args key kw value#1 x y i j k] in fn0 async generator
              counter = (counter + 1)
              x = (value#1 := a.b(c))
              y = value#1
              for [i, [j, *k]] in z
                (yield i)
              return fn2
            fn2 (q, r = x) locals[q r] in fn1
              return (q + r)
        "#]],
    );
}

#[test]
fn comprehensions_have_names_of_their_own() {
    check(
        "import client
def f(x):
    a = [x for x in rows if x]
    b = {k: v for k, v in a}
    c = {(last := n) for m in b for n in m}
    return (client.do() for client in c), client
",
        expect![[r#"
            fn0 () locals[client f]
              import "client" top as client
              def f = fn1
            fn1 f(x) locals[x x#1 a k v b m n last c client#2] in fn0
              a = each list(x#1 for x#1 in rows if x#1)
              b = each object(k: v for [k, v] in a)
              c = each set((last := n) for m in b for n in m)
              return tuple(each generator(client#2.do() for client#2 in c), client)
        "#]],
    );
}

#[test]
fn classes_have_members() {
    check(
        "@dataclass(frozen=True)
class A(B, metaclass=M):
    limit = 3
    name: str
    size: int = 1
    def __init__(self, x):
        super().__init__(x)
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v
    @staticmethod
    def s(x): pass
    @classmethod
    def c(cls): pass
    if x:
        def late(self): ...
    class Meta:
        table_name = 't'
    print('loaded')
",
        expect![[r#"
            fn0 () locals[p#1 A]
              p#1 = fn2
              @dataclass(frozen=true)
              class A(B)
                static limit = 3
                static name = undefined
                static size = 1
                __init__ = fn1
                get p = fn2
                static s = fn4
                static c = fn5
                late = fn6
                static Meta = (class Meta(); static table_name = "t")
            fn1 __init__(self, x) locals[self x] in fn0 method
              super.__init__(x)
            @property
            fn2 p(self) locals[self] in fn0 method
              return self._p
            @p#1.setter
            fn3 p(self, v) locals[self v] in fn0 method
              self._p = v
            @staticmethod
            fn4 s(x) locals[x] in fn0
            @classmethod
            fn5 c(cls) locals[cls] in fn0 method
            fn6 late(self) locals[self] in fn0 method
            lost "print('loaded')": a statement in a class's body is not followed
        "#]],
    );
}

#[test]
fn names_of_a_class_are_seen_by_its_body_only() {
    check(
        "class A:
    client = boto3.client('s3')
    table = client.table
    def name(self): return client
    label = property(name)
    rows = [client for client in table]
    class B:
        inner = table
",
        expect![[r#"
            fn0 () locals[client#1 name#2 table#3 client A]
              client#1 = boto3.client("s3")
              table#3 = client#1.table
              name#2 = fn1
              class A()
                static client = client#1
                static table = table#3
                name = fn1
                static label = property(name#2)
                static rows = each list(client for client in table#3)
                static B = (class B(); static inner = table)
            fn1 name(self) locals[self] in fn0 method
              return client
        "#]],
    );
}

#[test]
fn imports_keep_their_dots() {
    check(
        "import os.path, a.b as c
from . import x
from ..y.z import q as r, s
from m import *
if TYPE_CHECKING:
    from types import T
from u import V
",
        expect![[r#"
            fn0 () locals[os c x r s T V]
              import "os.path" top as os
              import "a.b" module as c
              import "." x as x
              import "..y.z" q as r, s as s
              import "m" *
              if TYPE_CHECKING
                import type "types" T as T
              import "u" V as V
        "#]],
    );
}

#[test]
fn blocks_of_every_kind() {
    check(
        "if a: b
elif c: d
else: e
while x:
    break
else:
    f()
with open(p) as h, lock:
    h.read()
try:
    g()
except (A, m.B) as e:
    raise C('no') from e
except D: pass
except:
    raise
else: i
finally: j
assert k, 'text'
del l[0], m
n[o].p += 1
async def run():
    async with s as t: await t
    async for u in v: continue
",
        expect![[r#"
            fn0 () locals[h e run]
              if a
                b
              else
                if c
                  d
                else
                  e
              while x
                break
              else
                f()
              h = enter(open(p))
              enter(lock)
              block
                h.read()
              try
                g()
              catch A, m.B as e
                throw C("no")
              catch D
              catch
                throw
              else
                i
              finally
                j
              assert k
              delete l[0]
              delete m
              n[o].p = (n[o].p + 1)
              def run = fn1
            fn1 run() locals[t u] in fn0 async
              t = enter(s)
              block
                (await t)
              for u in v
                continue
        "#]],
    );
}

#[test]
fn match_is_a_chain_of_branches() {
    check(
        "match event['kind']:
    case 'a' | 'b':
        one()
    case {'id': int(i), **rest} if i > 1:
        two(i)
    case [first, *more]:
        three(first, more)
    case Point(x=0, y=y) as p:
        four(p)
    case None:
        five()
    case other:
        six(other)
",
        expect![[r#"
            fn0 () locals[value#1 i rest first more y p other]
              (value#1 := event["kind"])
              if ((value#1 == "a") or (value#1 == "b"))
                one()
              else
                if ((("id" in value#1) and (value#1["id"] instanceof int)) and sequence((i := value#1["id"]), (rest := value#1), (i > 1)))
                  two(i)
                else
                  if (len(value#1) >= 1)
                    first = value#1[0]
                    more = value#1[slice 1]
                    three(first, more)
                  else
                    if ((value#1 instanceof Point) and (value#1.x == 0))
                      y = value#1.y
                      p = value#1
                      four(p)
                    else
                      if (value#1 is null)
                        five()
                      else
                        other = value#1
                        six(other)
        "#]],
    );
}

#[test]
fn texts_and_their_values() {
    check(
        "a = 'x' 'y'
b = f'{q!r} and {w:>{n}}' 'tail' f'{z.d:.2f}{v=}'
c = 'select %s' % q
d = rb'\\x00'
e = t'{q}'
g = f'{now:%Y-%m-%d}'
",
        expect![[r#"
            fn0 () locals[a b c d e g]
              a = "xy"
              b = text`${repr(q)} and ${w}${n}tail${(+ z.d)}v=${v}`
              c = ("select %s" % q)
              d = b"\\x00"
              e = other(q)
              g = text`${now}`
        "#]],
    );
}

#[test]
fn expressions_of_every_kind() {
    check(
        "a = b if c else not d
e = f or g or h and i
j = k < l() < m
n = [*o, 1, -2.5, 99999999999999999999, 3j, None, True, ...]
p = {'q': 1, r: 2, **s}
t = u[1:v], w[x], y[1:2, 3]
z = f(1, *a, k=2, **b)
aa = {1, 2} | (c,)
if (bb := cc()) is not None: dd in bb
ee @= ff // gg
",
        expect![[r#"
            fn0 () locals[a e value#1 j n p t z aa bb ee]
              a = (c ? b : (not d))
              e = ((f or g) or (h and i))
              j = ((k < (value#1 := l())) and (value#1 < m))
              n = list(*o, 1, (- 2.5), 1e20, other(), null, true, other())
              p = {q: 1, [r]: 2, **s}
              t = tuple(u[slice 1, v], w[x], y[tuple(other(1, 2), 3)])
              z = f(1, *a, k=2, **b)
              aa = (set(1, 2) bits tuple(c))
              if ((bb := cc()) is not null)
                (dd in bb)
              ee = (ee / (ff / gg))
        "#]],
    );
}

#[test]
fn python_2_is_read_as_far_as_possible() {
    check(
        "print 'a %s' % x, y
print >>sys.stderr, z
exec code
try:
    f()
except ValueError, e:
    raise Error, 'text'
def g(a):
    return 0777 <> `a` + 10L + ur'\\d' + '<>'
def h(x, (b, c)):
    return x
",
        expect![[r#"
            fn0 () locals[e g h]
              print(("a %s" % x), y)
              print(z)
              exec(code)
              try
                f()
              catch ValueError as e
                throw Error("text")
              def g = fn1
              def h = fn2
              return x
            fn1 g(a) locals[a] in fn0
              return (777 != (((a + 10) + "\\d") + "<>"))
            fn2 h(x) locals[x] in fn0
              tuple(b, c)
            lost "print 'a %s' % x, y\nprint >>sy": Python 2 is read as if it were Python 3
            lost "(": Expected `)`, found `(`
            lost ")": Expected newline, found `)`
            lost ":": Expected a statement
            lost "\n": Expected a statement
            lost "    ": Unexpected indentation
        "#]],
    );
}

#[test]
fn what_follows_an_error_is_read() {
    check(
        "def f(:
    return (1
def g(event):
    return event['x']
",
        expect![[r#"
            fn0 () locals[f]
              def f = fn1
            fn1 f() locals[g] in fn0
              return 1
              def g = fn2
            fn2 g(event) locals[event] in fn1
              return event["x"]
            lost ":": Expected a parameter or the end of the parameter list
            lost "\n": Expected `)`, found newline
            lost "def": Expected `)`, found `def`
            lost "": unexpected EOF while parsing
        "#]],
    );
}

#[test]
fn names_have_exact_places() {
    let source = "@d\nasync def handler(event):\n    return (os.path . join)(event, key=1)\n";
    let module = read(source);
    let function = &module.functions[1];
    assert_eq!(slice(source, function.name_at), "handler");
    assert!(slice(source, function.at).starts_with("@d\nasync def"));
    let crate::ir::StmtKind::Return(Some(value)) = &function.body[0].kind else { panic!() };
    let crate::ir::ExprKind::Call(call) = &value.kind else { panic!() };
    assert_eq!(slice(source, call.callee.at), "os.path . join");
    assert_eq!(slice(source, call.arguments[1].at), "key=1");
    let crate::ir::ExprKind::Member { name_at, .. } = &call.callee.kind else { panic!() };
    assert_eq!(slice(source, *name_at), "join");
}

/// Lowers on a stack as small as a thread's, and returns the first reason why something was lost.
#[track_caller]
fn on_a_small_stack(source: String) -> Option<String> {
    let lowered = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let module = read(&source);
        module.lost.first().map(|lost| lost.why.clone())
    });
    lowered.unwrap().join().unwrap()
}

/// Shapes that nest `depth` deep.
fn deep(depth: usize) -> Vec<String> {
    let again = |text: &str| text.repeat(depth);
    let blocks =
        |head: &str| -> String { (0..depth).map(|n| format!("{}{head}:\n", " ".repeat(n))).collect() };
    vec![
        format!("{}1{}", again("("), again(")")),
        format!("{}1{}", again("["), again("]")),
        format!("{}1{}", again("{1: "), again("}")),
        format!("{}1{}", again("f("), again(")")),
        format!("f{}", again("()")),
        format!("a{}", again(".b")),
        format!("a{}", again("[0]")),
        format!("a{}", again(" + a")),
        format!("a{}", again(" ** a")),
        format!("a{}", again(" < a()")),
        format!("a{}", again(" if b else a")),
        format!("{}a", again("not ")),
        format!("{}a", again("-")),
        format!("{}a", again("lambda: ")),
        format!("{}a", again("await ")),
        format!("{}a", again("async ")),
        format!("{}a", again("x if y else ")),
        format!("{}a", again("yield ")),
        format!("{}a", again("*")),
        format!("x: {}a", again("a | ")),
        again("(a := "),
        again("f'{"),
        again("[x for x in "),
        again("class A("),
        format!("match x:\n case {}a{}: pass", again("["), again("]")),
        format!("if a: b\n{}", again("elif a: b\n")),
        format!("del {}a{}", again("("), again(")")),
        blocks("if x"),
        blocks("def f()"),
        blocks("class A"),
        blocks("with a"),
        blocks("try"),
    ]
}

#[test]
fn nothing_overflows_the_stack() {
    for source in deep(10_000) {
        let text: String = source.chars().take(20).collect();
        assert!(on_a_small_stack(source).is_some(), "{text:?} is told");
    }
    assert_eq!(on_a_small_stack(format!("{}1", "a = ".repeat(10_000))), None);
    for depth in [100, 390, 900, 1_900] {
        deep(depth).into_iter().for_each(|source| drop(on_a_small_stack(source)));
    }
}

#[test]
fn many_texts_side_by_side_cost_no_more_than_their_length() {
    let source = format!("x = f'' {}", "'0123456789' ".repeat(100_000));
    let module = read(&source);
    let crate::ir::StmtKind::Assign { value, .. } = &module.functions[0].body[0].kind else { panic!() };
    let crate::ir::ExprKind::Text(parts) = &value.kind else { panic!() };
    assert!(matches!(parts.as_slice(), [crate::ir::TextPart::Literal(text)] if text.len() == 1_000_000));
}
