//! Expressions. Each kind has a function of its own: a large one that recurses costs a large stack frame
//! for each level.
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use crate::ir::{
    Argument, ArgumentKind, BinaryOp, Call, Clause, Const, Expr, ExprKind, Field, Function, FunctionId, Item,
    ListKind, Pattern, UnaryOp,
};

use super::Lowering;
use super::scope::Scope;
use super::target::Binds;

impl Lowering<'_> {
    pub(super) fn expr(&mut self, value: &ast::Expr) -> Expr {
        let kind = self.deeper(value.range(), |this| this.kind(value));
        Expr { kind: kind.unwrap_or(ExprKind::Other(Vec::new())), at: self.at(value.range()) }
    }

    pub(super) fn boxed(&mut self, value: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(value))
    }

    pub(super) fn expr_at(&self, kind: ExprKind, range: TextRange) -> Expr {
        Expr { kind, at: self.at(range) }
    }

    fn kind(&mut self, value: &ast::Expr) -> ExprKind {
        match value {
            ast::Expr::BoolOp(value) => self.bool_op(value),
            ast::Expr::Named(value) => self.walrus(value),
            ast::Expr::BinOp(value) => self.binary(value),
            ast::Expr::UnaryOp(value) => self.unary(value),
            ast::Expr::Lambda(value) => self.lambda(value),
            ast::Expr::If(value) => self.conditional(value),
            ast::Expr::Dict(value) => self.dict(value),
            ast::Expr::Set(value) => self.list(&value.elts, ListKind::Set),
            ast::Expr::ListComp(value) => self.each(&value.elt, None, &value.generators, ListKind::List),
            ast::Expr::SetComp(value) => self.each(&value.elt, None, &value.generators, ListKind::Set),
            ast::Expr::DictComp(value) => self.dict_each(value),
            ast::Expr::Generator(value) => {
                self.each(&value.elt, None, &value.generators, ListKind::Generator)
            }
            ast::Expr::Await(value) => ExprKind::Await(self.boxed(&value.value)),
            ast::Expr::Yield(value) => self.yields(value.value.as_deref()),
            ast::Expr::YieldFrom(value) => self.yields(Some(&value.value)),
            ast::Expr::Compare(value) => self.compare(value),
            ast::Expr::Call(value) => self.call(value),
            ast::Expr::FString(value) => self.f_string(value),
            ast::Expr::TString(value) => self.t_string(value),
            ast::Expr::Attribute(value) => self.attribute(value),
            ast::Expr::Subscript(value) => self.subscript(value),
            ast::Expr::Starred(value) => ExprKind::Other(vec![self.expr(&value.value)]),
            ast::Expr::Name(value) => ExprKind::Name(self.read_name(&value.id)),
            ast::Expr::List(value) => self.list(&value.elts, ListKind::List),
            ast::Expr::Tuple(value) => self.list(&value.elts, ListKind::Tuple),
            ast::Expr::Slice(value) => self.bounds_alone(value),
            literal => constant(literal),
        }
    }

    /// `and` and `or` of many values become a tree that is as flat as it can be.
    fn bool_op(&mut self, value: &ast::ExprBoolOp) -> ExprKind {
        let op = match value.op {
            ast::BoolOp::And => BinaryOp::And,
            ast::BoolOp::Or => BinaryOp::Or,
        };
        let values = value.values.iter().map(|value| self.expr(value)).collect();
        joined(op, values).map_or(ExprKind::Other(Vec::new()), |whole| whole.kind)
    }

    /// The target of `:=` is the function's even inside of a comprehension.
    fn walrus(&mut self, value: &ast::ExprNamed) -> ExprKind {
        let assigned = self.boxed(&value.value);
        ExprKind::Assign { target: Box::new(self.target(&value.target, Binds::Function)), value: assigned }
    }

    fn binary(&mut self, value: &ast::ExprBinOp) -> ExprKind {
        let left = self.boxed(&value.left);
        ExprKind::Binary { op: binary_op(value.op), left, right: self.boxed(&value.right) }
    }

    fn unary(&mut self, value: &ast::ExprUnaryOp) -> ExprKind {
        let op = match value.op {
            ast::UnaryOp::Not => UnaryOp::Not,
            ast::UnaryOp::USub => UnaryOp::Minus,
            ast::UnaryOp::UAdd | ast::UnaryOp::Invert => UnaryOp::Plus,
        };
        ExprKind::Unary { op, operand: self.boxed(&value.operand) }
    }

    fn lambda(&mut self, value: &ast::ExprLambda) -> ExprKind {
        let defaults = value.parameters.as_deref().map(|params| self.defaults(params)).unwrap_or_default();
        let id = self.begin_function();
        let params = value.parameters.as_deref().map(|params| self.params(params, defaults));
        let result = self.expr(&value.body);
        let at = self.at(value.range);
        let returned = crate::ir::Stmt { at: result.at, kind: crate::ir::StmtKind::Return(Some(result)) };
        self.end_function(id, |scope, outer| Function {
            name: "".into(),
            params: params.unwrap_or_default(),
            body: vec![returned],
            locals: scope.locals,
            outer,
            decorators: Vec::new(),
            is_async: false,
            is_generator: scope.is_generator,
            is_arrow: false,
            is_method: false,
            at,
            name_at: model::Span { end: at.start, ..at },
        });
        ExprKind::Function(id)
    }

    /// Opens the scope of a function; [`Lowering::end_function`] closes it.
    pub(super) fn begin_function(&mut self) -> FunctionId {
        let id = FunctionId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        let outer = self.scopes.last().map(|scope| scope.function);
        self.functions.push(None);
        self.scopes.push(Scope::new(id, outer));
        id
    }

    pub(super) fn end_function(
        &mut self,
        id: FunctionId,
        make: impl FnOnce(Scope, Option<FunctionId>) -> Function,
    ) {
        let Some(scope) = self.scopes.pop() else { return };
        let outer = scope.outer;
        if let Some(slot) = self.functions.get_mut(id.0 as usize) {
            *slot = Some(make(scope, outer));
        }
    }

    fn conditional(&mut self, value: &ast::ExprIf) -> ExprKind {
        let test = self.boxed(&value.test);
        let then = self.boxed(&value.body);
        ExprKind::Conditional { test, then, otherwise: self.boxed(&value.orelse) }
    }

    fn dict(&mut self, value: &ast::ExprDict) -> ExprKind {
        let fields = value.items.iter().map(|item| self.field(item)).collect();
        ExprKind::Object(fields)
    }

    fn field(&mut self, item: &ast::DictItem) -> Field {
        let Some(key) = &item.key else {
            return Field::Spread(self.expr(&item.value));
        };
        let at = self.at(key.range().cover(item.value.range()));
        if let ast::Expr::StringLiteral(name) = key {
            let name = name.value.to_str().into();
            return Field::Named { name, value: self.expr(&item.value), at };
        }
        let key = self.expr(key);
        Field::Computed { key, value: self.expr(&item.value), at }
    }

    fn list(&mut self, values: &[ast::Expr], kind: ListKind) -> ExprKind {
        ExprKind::List { items: values.iter().map(|value| self.item(value)).collect(), kind }
    }

    fn item(&mut self, value: &ast::Expr) -> Item {
        match value {
            ast::Expr::Starred(starred) => Item { value: self.expr(&starred.value), is_spread: true },
            other => Item { value: self.expr(other), is_spread: false },
        }
    }

    fn dict_each(&mut self, value: &ast::ExprDictComp) -> ExprKind {
        let Some(key) = value.key.as_deref() else {
            return self.each(&value.value, None, &value.generators, ListKind::Object);
        };
        self.each(key, Some(&value.value), &value.generators, ListKind::Object)
    }

    fn each(
        &mut self,
        element: &ast::Expr,
        value: Option<&ast::Expr>,
        generators: &[ast::Comprehension],
        kind: ListKind,
    ) -> ExprKind {
        let open = self.open_targets();
        let clauses = generators.iter().map(|clause| self.clause(clause)).collect();
        let element = self.boxed(element);
        let value = value.map(|value| self.boxed(value));
        self.close_targets(open);
        ExprKind::Comprehension { element, value, clauses, kind }
    }

    fn clause(&mut self, clause: &ast::Comprehension) -> Clause {
        let values = self.expr(&clause.iter);
        let target = self.target(&clause.target, Binds::Comprehension);
        let conditions = clause.ifs.iter().map(|condition| self.expr(condition)).collect();
        Clause { target, values, conditions }
    }

    fn yields(&mut self, value: Option<&ast::Expr>) -> ExprKind {
        if let Some(scope) = self.scopes.last_mut() {
            scope.is_generator = true;
        }
        ExprKind::Yield(value.map(|value| self.boxed(value)))
    }

    /// `a < b < c` is `a < b and b < c`. A `b` that does something is evaluated once.
    fn compare(&mut self, value: &ast::ExprCompare) -> ExprKind {
        let mut left = self.expr(&value.left);
        let mut comparisons = Vec::new();
        let last = value.comparators.len().saturating_sub(1);
        for (index, (op, right)) in value.ops.iter().zip(&value.comparators).enumerate() {
            let right = self.expr(right);
            let (right, next) = if index == last { (right, None) } else { self.shared(right) };
            let at = left.at.to(right.at);
            let kind = ExprKind::Binary { op: compare_op(*op), left: Box::new(left), right: Box::new(right) };
            comparisons.push(Expr { kind, at });
            let Some(next) = next else { break };
            left = next;
        }
        joined(BinaryOp::And, comparisons).map_or(ExprKind::Other(Vec::new()), |whole| whole.kind)
    }

    /// A value that is needed twice: itself, and what to read the second time.
    pub(super) fn shared(&mut self, value: Expr) -> (Expr, Option<Expr>) {
        if matches!(value.kind, ExprKind::Const(_) | ExprKind::Name(_)) {
            return (value.clone(), Some(value));
        }
        let name = self.make_up("value");
        let at = value.at;
        let target = Box::new(Pattern::Name(name.clone(), at));
        let kept = Expr { kind: ExprKind::Assign { target, value: Box::new(value) }, at };
        (kept, Some(Expr { kind: ExprKind::Name(name), at }))
    }

    fn call(&mut self, value: &ast::ExprCall) -> ExprKind {
        if let ast::Expr::Name(name) = &*value.func
            && name.id == "super"
        {
            return ExprKind::Super;
        }
        let callee = self.expr(&value.func);
        let arguments = value.arguments.iter_source_order().map(|one| self.argument(&one)).collect();
        ExprKind::Call(Box::new(Call { callee, arguments, is_new: false }))
    }

    fn argument(&mut self, argument: &ast::ArgOrKeyword) -> Argument {
        match argument {
            ast::ArgOrKeyword::Arg(ast::Expr::Starred(starred)) => Argument {
                kind: ArgumentKind::Spread,
                value: self.expr(&starred.value),
                at: self.at(starred.range),
            },
            ast::ArgOrKeyword::Arg(value) => {
                Argument { kind: ArgumentKind::Plain, value: self.expr(value), at: self.at(value.range()) }
            }
            ast::ArgOrKeyword::Keyword(keyword) => {
                let kind = match &keyword.arg {
                    Some(name) => ArgumentKind::Keyword(name.as_str().into()),
                    None => ArgumentKind::SpreadFields,
                };
                Argument { kind, value: self.expr(&keyword.value), at: self.at(keyword.range) }
            }
        }
    }

    fn attribute(&mut self, value: &ast::ExprAttribute) -> ExprKind {
        let object = self.boxed(&value.value);
        let name_at = self.at(value.attr.range);
        ExprKind::Member { object, name: value.attr.as_str().into(), name_at }
    }

    fn subscript(&mut self, value: &ast::ExprSubscript) -> ExprKind {
        let object = self.boxed(&value.value);
        let ast::Expr::Slice(slice) = &*value.slice else {
            return ExprKind::Index { object, index: self.boxed(&value.slice) };
        };
        ExprKind::Slice { object, bounds: self.bounds(slice) }
    }

    fn bounds(&mut self, slice: &ast::ExprSlice) -> Vec<Expr> {
        let bounds = [&slice.lower, &slice.upper, &slice.step];
        bounds.into_iter().flatten().map(|bound| self.expr(bound)).collect()
    }

    /// `1:2` of `a[1:2, 3]`.
    fn bounds_alone(&mut self, slice: &ast::ExprSlice) -> ExprKind {
        ExprKind::Other(self.bounds(slice))
    }
}

/// One tree of many values, in their order, whose depth grows with the logarithm of their number.
pub(super) fn joined(op: BinaryOp, mut values: Vec<Expr>) -> Option<Expr> {
    while values.len() > 1 {
        let mut pairs = Vec::with_capacity(values.len().div_ceil(2));
        let mut rest = values.into_iter();
        while let Some(left) = rest.next() {
            let Some(right) = rest.next() else {
                pairs.push(left);
                break;
            };
            let at = left.at.to(right.at);
            let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
            pairs.push(Expr { kind, at });
        }
        values = pairs;
    }
    values.pop()
}

fn constant(value: &ast::Expr) -> ExprKind {
    let value = match value {
        ast::Expr::StringLiteral(text) => Const::Text(text.value.to_str().into()),
        ast::Expr::BytesLiteral(bytes) => {
            let bytes: Vec<u8> = bytes.value.bytes().collect();
            Const::Bytes(String::from_utf8_lossy(&bytes).into())
        }
        ast::Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(int) => int
                .as_i64()
                .map_or_else(|| Const::Float(int.to_string().parse().unwrap_or(f64::INFINITY)), Const::Int),
            ast::Number::Float(float) => Const::Float(*float),
            ast::Number::Complex { .. } => return ExprKind::Other(Vec::new()),
        },
        ast::Expr::BooleanLiteral(flag) => Const::Bool(flag.value),
        ast::Expr::NoneLiteral(_) => Const::Null,
        // `...`, and a notebook's commands, which no module has.
        _ => return ExprKind::Other(Vec::new()),
    };
    ExprKind::Const(value)
}

pub(super) fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Subtract,
        ast::Operator::Mult => BinaryOp::Multiply,
        ast::Operator::MatMult | ast::Operator::Div | ast::Operator::FloorDiv => BinaryOp::Divide,
        ast::Operator::Mod => BinaryOp::Remainder,
        ast::Operator::Pow => BinaryOp::Power,
        ast::Operator::LShift
        | ast::Operator::RShift
        | ast::Operator::BitOr
        | ast::Operator::BitXor
        | ast::Operator::BitAnd => BinaryOp::Bits,
    }
}

fn compare_op(op: ast::CmpOp) -> BinaryOp {
    match op {
        ast::CmpOp::Eq => BinaryOp::Equal,
        ast::CmpOp::NotEq => BinaryOp::NotEqual,
        ast::CmpOp::Lt => BinaryOp::Less,
        ast::CmpOp::LtE => BinaryOp::LessEqual,
        ast::CmpOp::Gt => BinaryOp::Greater,
        ast::CmpOp::GtE => BinaryOp::GreaterEqual,
        ast::CmpOp::Is => BinaryOp::Is,
        ast::CmpOp::IsNot => BinaryOp::IsNot,
        ast::CmpOp::In => BinaryOp::In,
        ast::CmpOp::NotIn => BinaryOp::NotIn,
    }
}
