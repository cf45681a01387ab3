//! Expressions.
use std::rc::Rc;
use std::sync::Arc;

use model::{SinkKind, Span};

use super::Interpreter;
use crate::heap::{Object, ObjectKind};
use crate::ir::{
    BinaryOp, Clause, Const, Expr, ExprKind, Field, Item, ListKind, Name, Pattern, TextPart, UnaryOp,
};
use crate::taint::{Kinds, StepKind, Taint};
use crate::value::{Closure, Piece, Shape, Value};

impl Interpreter<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Value {
        if !self.may_go_on() {
            return Value::UNKNOWN;
        }
        if let Some(value) = self.written_over(expr) {
            return value;
        }
        let value = self.eval_kind(expr);
        self.refine(expr, value)
    }

    /// What the program wrote into a part of the event.
    fn written_over(&self, expr: &Expr) -> Option<Value> {
        let scope = self.scope(self.here)?;
        if scope.placed.is_empty() || !matches!(expr.kind, ExprKind::Member { .. } | ExprKind::Index { .. }) {
            return None;
        }
        scope.placed.get(&super::places::place(expr)?).cloned()
    }

    fn eval_kind(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Const(constant) => Value::of(Shape::Const(constant.clone())),
            ExprKind::Name(name) => self.name(name),
            ExprKind::This => self.scope(self.here).map_or(Value::UNKNOWN, |scope| scope.this.clone()),
            ExprKind::Super => self.super_class(),
            ExprKind::Text(parts) => self.text(parts),
            ExprKind::TaggedText { tag, parts } => self.tagged(tag, parts, expr.at),
            ExprKind::Member { object, name, .. } => {
                let object = self.eval(object);
                self.member(&object, name, expr.at)
            }
            ExprKind::Index { object, index } => {
                let object = self.eval(object);
                let index = self.eval(index);
                self.index(&object, &index, expr.at)
            }
            ExprKind::Slice { object, bounds } => {
                let object = self.eval(object);
                for bound in bounds {
                    self.eval(bound);
                }
                self.part_of(&object)
            }
            ExprKind::Call(call) => self.call(call, expr.at),
            ExprKind::Function(function) => self.closure(*function),
            ExprKind::Class(class) => self.class(class),
            ExprKind::Object(fields) => self.object(fields),
            ExprKind::List { items, .. } => self.list(items, expr.at),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Conditional { test, then, otherwise } => self.conditional(test, then, otherwise),
            ExprKind::Await(inner) => {
                let value = self.eval(inner);
                self.settled(value)
            }
            ExprKind::Yield(inner) => {
                let value = inner.as_ref().map_or(Value::UNKNOWN, |inner| self.eval(inner));
                let list = self.list_of(vec![], Some(value));
                self.returns(list);
                Value::UNKNOWN
            }
            ExprKind::Assign { target, value } => {
                let value = self.eval(value);
                self.bind(target, value.clone(), expr.at);
                value
            }
            ExprKind::Comprehension { element, value, clauses, kind } => {
                self.comprehension(element, value.as_deref(), clauses, *kind)
            }
            ExprKind::Sequence(all) => {
                let values: Vec<Value> = all.iter().map(|one| self.eval(one)).collect();
                values.into_iter().last().unwrap_or(Value::UNKNOWN)
            }
            ExprKind::Enter(inner) => {
                let value = self.eval(inner);
                self.entered(value, expr.at)
            }
            ExprKind::Other(parts) => {
                let values: Vec<Value> = parts.iter().map(|one| self.eval(one)).collect();
                Value::unknown(self.taint_of(&values).flattened())
            }
        }
    }

    fn name(&mut self, name: &Name) -> Value {
        if let Some(value) = self.read(name) {
            return value;
        }
        match &**name {
            "undefined" => Value::of(Shape::Const(Const::Undefined)),
            _ => Value::external(name),
        }
    }

    /// The joined taint of some values and all that is in them.
    pub(super) fn taint_of(&self, values: &[Value]) -> Taint {
        values.iter().fold(Taint::NONE, |sum, value| sum.join(&self.deep_taint(value)))
    }

    pub(super) fn closure(&mut self, function: crate::ir::FunctionId) -> Value {
        let Some(scope) = self.scope(self.here) else { return Value::UNKNOWN };
        let module = Arc::clone(&scope.module);
        let is_arrow = module.functions.get(function.0 as usize).is_some_and(|function| function.is_arrow);
        let this = is_arrow.then(|| scope.this.clone());
        let closure = Closure { module, function, scope: self.here, this, first: Vec::new() };
        Value::of(Shape::Function(closure.into()))
    }

    fn text(&mut self, parts: &[TextPart]) -> Value {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                TextPart::Literal(text) => {
                    pieces.push(Piece { text: Some(Arc::clone(text)), data: None, taint: Taint::NONE });
                }
                TextPart::Value(value) => {
                    let value = self.eval(value);
                    pieces.extend(self.text_pieces(&value));
                }
            }
        }
        Value::from_pieces(pieces)
    }

    /// A value as parts of a text; what is in an object is in its text too.
    pub(super) fn text_pieces(&self, value: &Value) -> Vec<Piece> {
        match &value.shape {
            // What is in an object is encoded in its text.
            Shape::Object(_) => {
                let taint = self.deep_taint(value).flattened().cleaned(Kinds::of(SinkKind::Log));
                vec![Piece { text: None, data: None, taint }]
            }
            Shape::Event(_) if super::sinks::is_container(value) => {
                let taint = value.taint.flattened().cleaned(Kinds::of(SinkKind::Log));
                vec![Piece { text: None, data: None, taint }]
            }
            _ => value.pieces(),
        }
    }

    /// A tag of others gets the values apart from the text: that is what tags are for.
    fn tagged(&mut self, tag: &Expr, parts: &[TextPart], at: Span) -> Value {
        let tag_value = self.eval(tag);
        let mut values = vec![];
        for part in parts {
            if let TextPart::Value(value) = part {
                values.push(self.eval(value));
            }
        }
        if matches!(tag_value.shape, Shape::Function(_)) {
            let strings = self.list_of(vec![], Some(Value::UNKNOWN));
            let arguments = std::iter::once(strings).chain(values).collect();
            return self.call_with(&tag_value, arguments, at);
        }
        match tag_value.as_extern().map(|tag| tag.last().to_owned()).as_deref() {
            // Tags that only mark the language of the text.
            Some("html" | "css" | "raw" | "gql" | "graphql") => {
                Value::unknown(self.taint_of(&values).flattened())
            }
            _ => Value::unknown(self.taint_of(&values).cleaned(Kinds::INJECTION)),
        }
    }

    fn object(&mut self, fields: &[Field]) -> Value {
        let value = self.make(Object::new(ObjectKind::Fields));
        let Some(id) = value.as_object() else { return Value::UNKNOWN };
        for field in fields {
            match field {
                Field::Named { name, value: field_value, at } => {
                    let field_value = self.eval(field_value).step(*at, StepKind::Assigned, name);
                    if let Some(object) = self.heap.get_mut(id) {
                        object.set(name, field_value, true);
                    }
                }
                Field::Computed { key, value: field_value, .. } => {
                    let key = self.eval(key);
                    let field_value = self.eval(field_value);
                    self.set_under(&value, &key, field_value);
                }
                Field::Spread(inner) => {
                    let inner = self.eval(inner);
                    self.copy_fields(id, &inner);
                }
            }
        }
        value
    }

    /// A field whose name is computed, of an object that was just made.
    fn set_under(&mut self, object: &Value, key: &Value, value: Value) {
        let id = object.as_object();
        // What the template says of a name is a name: `{[process.env.TABLE]: …}`.
        let of_template = match &key.shape {
            Shape::Data(data) => Some(model::Value::new(Span::NONE, model::Data::clone(data)).display()),
            _ => None,
        };
        let of_template: Option<Name> = of_template.filter(|text| text.starts_with("${")).map(Into::into);
        match (key.as_text().or(of_template.as_ref()), id.and_then(|id| self.heap.get_mut(id))) {
            (Some(name), Some(object)) => object.set(name, value, true),
            _ => {
                let both = Value { taint: value.taint.join(&key.taint), ..value };
                self.set_somewhere(object, &both);
            }
        }
    }

    /// `{ ...from }`, `Object.assign(to, from)`, `to.update(from)`.
    pub(super) fn copy_fields(&mut self, to: crate::value::ObjectId, from: &Value) {
        for one in from.each() {
            let source = one.as_object().and_then(|id| self.heap.get(id)).cloned();
            let Some(target) = self.heap.get_mut(to) else { return };
            match source {
                Some(source) => {
                    for (name, value) in source.fields {
                        target.set(&name, value, false);
                    }
                    source.rest.iter().for_each(|rest| target.add_rest(rest));
                }
                None if !one.is_nothing() => target.add_rest(one),
                None => {}
            }
        }
    }

    fn list(&mut self, items: &[Item], at: Span) -> Value {
        let mut values = Vec::new();
        let mut rest: Option<Value> = None;
        for item in items {
            let value = self.eval(&item.value);
            if item.is_spread {
                let known = value.as_object().and_then(|id| self.heap.get(id));
                match known.filter(|object| object.rest.is_none() && rest.is_none()) {
                    Some(object) => values.extend(object.items.clone()),
                    None => {
                        let element = self.element_of(&value, at);
                        rest = Some(rest.map_or_else(|| element.clone(), |rest| rest.join(&element)));
                    }
                }
            } else if let Some(known) = rest.take() {
                rest = Some(known.join(&value));
            } else {
                values.push(value);
            }
        }
        self.list_of(values, rest)
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Value {
        match op {
            BinaryOp::And => {
                let first = self.eval(left);
                let before = self.state();
                self.assume(left, true);
                let second = self.in_branch(|this| this.eval(right));
                self.meet(before);
                if first.is_nothing() { first } else { self.either_of(&first, &second) }
            }
            BinaryOp::Or | BinaryOp::Coalesce => {
                let first = self.eval(left);
                let before = self.state();
                self.assume(left, false);
                let second = self.in_branch(|this| this.eval(right));
                self.meet(before);
                if first.is_nothing() { second } else { self.with_default(first, &second) }
            }
            BinaryOp::Add => {
                let (left, right) = self.both(left, right);
                self.add(&left, &right)
            }
            BinaryOp::Remainder => {
                let (left, right) = self.both(left, right);
                if self.is_python() && matches!(left.shape, Shape::Const(Const::Text(_)) | Shape::Text(_)) {
                    return self.format_percent(&left, &right);
                }
                Value::unknown(numeric(&left.taint.join(&right.taint)))
            }
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Power | BinaryOp::Bits => {
                let (left, right) = self.both(left, right);
                // Python multiplies texts and joins paths with `/`.
                let taint = left.taint.join(&right.taint);
                let keeps = self.is_python() && matches!(op, BinaryOp::Divide | BinaryOp::Multiply);
                // `Path(a) / b` is a path still.
                if keeps && let Shape::Extern(known) = &left.shape {
                    return Value { shape: Shape::Extern(Rc::clone(known)), taint };
                }
                if keeps && matches!(op, BinaryOp::Divide) {
                    let mut pieces = self.text_pieces(&left);
                    pieces.extend(self.text_pieces(&right));
                    return Value::from_pieces(pieces);
                }
                Value::unknown(if keeps { taint } else { numeric(&taint) })
            }
            _ => {
                let (left_value, right_value) = self.both(left, right);
                self.compared(&left_value, &right_value, left.at.to(right.at));
                Value::UNKNOWN
            }
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr) -> (Value, Value) {
        // Long sums lean to the left: go down without recursion, then come back.
        (self.eval(left), self.eval(right))
    }

    fn either_of(&mut self, first: &Value, second: &Value) -> Value {
        // `a && b` is `b` or something empty.
        Value { taint: second.taint.clone(), ..first.join(second) }
    }

    pub(super) fn add(&mut self, left: &Value, right: &Value) -> Value {
        if let (Shape::Const(Const::Int(one)), Shape::Const(Const::Int(two))) = (&left.shape, &right.shape) {
            return Value::of(Shape::Const(Const::Int(one.wrapping_add(*two))));
        }
        let list = |value: &Value, this: &Self| {
            let id = value.as_object()?;
            let object = this.heap.get(id)?;
            matches!(object.kind, ObjectKind::List).then(|| object.clone())
        };
        if let (Some(one), two) = (list(left, self), list(right, self)) {
            let mut sum = one;
            match two {
                Some(two) => {
                    two.items.into_iter().for_each(|item| sum.push(item));
                    two.rest.iter().for_each(|rest| sum.add_rest(rest));
                }
                None => sum.add_rest(right),
            }
            return self.make(sum);
        }
        let mut pieces = self.text_pieces(left);
        pieces.extend(self.text_pieces(right));
        Value::from_pieces(pieces)
    }

    /// `"%s of %d" % (a, b)`.
    fn format_percent(&mut self, left: &Value, right: &Value) -> Value {
        let Some(format) = left.as_text().cloned() else {
            return Value::unknown(self.taint_of(&[left.clone(), right.clone()]).flattened());
        };
        let list = right.as_object().and_then(|id| self.heap.get(id)).cloned();
        let mut values = match &list {
            Some(object) if matches!(object.kind, ObjectKind::List) => object.items.clone(),
            Some(_) => vec![],
            None => vec![right.clone()],
        };
        values.reverse();
        let mut pieces = Vec::new();
        let known = |text: &str| Piece { text: Some(text.into()), data: None, taint: Taint::NONE };
        let mut parts = format.split('%');
        pieces.extend(parts.next().map(known));
        for part in parts {
            let end = part.find(|symbol: char| symbol.is_ascii_alphabetic()).unwrap_or(0);
            let conversion = part.get(end..=end).unwrap_or_default();
            // `%(name)s` takes a field.
            if let Some((name, rest)) = part.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                let value = self.member(right, &Name::from(name), Span::NONE);
                pieces.extend(self.converted(&value, rest.get(..1).unwrap_or_default()));
                pieces.push(known(rest.get(1..).unwrap_or_default()));
                continue;
            }
            let value = values.pop().unwrap_or(Value::UNKNOWN);
            pieces.extend(self.converted(&value, conversion));
            pieces.push(known(part.get(end + 1..).unwrap_or_default()));
        }
        Value::from_pieces(pieces)
    }

    fn converted(&self, value: &Value, conversion: &str) -> Vec<Piece> {
        let is_number = matches!(conversion, "d" | "i" | "f" | "x" | "o" | "e" | "g" | "u");
        let pieces = self.text_pieces(value);
        if !is_number {
            return pieces;
        }
        pieces.into_iter().map(|piece| Piece { taint: numeric(&piece.taint), ..piece }).collect()
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Value {
        let value = self.eval(operand);
        match op {
            UnaryOp::Not => {
                value.as_bool().map_or(Value::UNKNOWN, |flag| Value::of(Shape::Const(Const::Bool(!flag))))
            }
            UnaryOp::Minus => match value.shape {
                Shape::Const(Const::Int(number)) => {
                    Value::of(Shape::Const(Const::Int(number.wrapping_neg())))
                }
                _ => Value::unknown(numeric(&value.taint)),
            },
            UnaryOp::Plus => Value::unknown(numeric(&value.taint)),
            UnaryOp::Void | UnaryOp::Delete => Value::of(Shape::Const(Const::Undefined)),
            UnaryOp::TypeOf => Value::UNKNOWN,
        }
    }

    fn conditional(&mut self, test: &Expr, then: &Expr, otherwise: &Expr) -> Value {
        self.eval(test);
        let before = self.state();
        self.assume(test, true);
        let first = self.in_branch(|this| this.eval(then));
        let after = self.state();
        self.restore(before);
        self.assume(test, false);
        let second = self.in_branch(|this| this.eval(otherwise));
        self.meet(after);
        first.join(&second)
    }

    fn comprehension(
        &mut self,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[Clause],
        kind: ListKind,
    ) -> Value {
        let before = self.state();
        for clause in clauses {
            let values = self.eval(&clause.values);
            let one = self.element_of(&values, clause.values.at);
            self.bind(&clause.target, one, clause.values.at);
            for condition in &clause.conditions {
                self.eval(condition);
                self.assume(condition, true);
            }
        }
        let key = self.eval(element);
        let value = value.map(|value| self.eval(value));
        self.restore(before);
        if kind == ListKind::Object {
            let value = value.unwrap_or(Value::UNKNOWN);
            let result = self.make(Object::new(ObjectKind::Fields));
            match key.as_text().cloned() {
                Some(name) => self.set_member(&result, &name, value, element.at),
                None => {
                    let both = Value { taint: value.taint.join(&key.taint), ..value };
                    self.set_somewhere(&result, &both);
                }
            }
            return result;
        }
        self.list_of(vec![], Some(key))
    }

    /// What a pattern's names would be bound to is left; used where only its data matters.
    pub(super) fn part_of(&mut self, value: &Value) -> Value {
        match &value.shape {
            Shape::Object(_) => {
                let element = self.element_of(value, Span::NONE);
                self.list_of(vec![], Some(element)).with(value.taint.clone())
            }
            Shape::Event(_) => value.clone(),
            _ => Value::unknown(value.taint.flattened()),
        }
    }

    /// The single name that a pattern binds.
    pub(super) fn name_of(pattern: &Pattern) -> Option<&Name> {
        match pattern {
            Pattern::Name(name, _) => Some(name),
            Pattern::Default(inner, _) => Self::name_of(inner),
            _ => None,
        }
    }
}

/// A number can harm no text that it is put into; whose number it is stays.
pub(super) fn numeric(taint: &Taint) -> Taint {
    taint.flattened().cleaned(Kinds::INJECTION)
}
