//! What is assigned to, and the arguments that a function takes.
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::ir::{Name, Param, ParamKind, Pattern};

use super::Lowering;

/// Whose names a target binds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Binds {
    Function,
    Comprehension,
}

impl Lowering<'_> {
    pub(super) fn target(&mut self, target: &ast::Expr, binds: Binds) -> Pattern {
        self.deeper(target.range(), |this| this.target_kind(target, binds)).unwrap_or(Pattern::Ignore)
    }

    fn target_kind(&mut self, target: &ast::Expr, binds: Binds) -> Pattern {
        match target {
            ast::Expr::Name(name) if binds == Binds::Comprehension => {
                Pattern::Name(self.bind_target(&name.id), self.at(name.range))
            }
            ast::Expr::Name(name) => self.bound(&name.id, name.range),
            ast::Expr::Tuple(tuple) => self.targets(&tuple.elts, binds),
            ast::Expr::List(list) => self.targets(&list.elts, binds),
            ast::Expr::Starred(starred) => self.target(&starred.value, binds),
            other => Pattern::Place(Box::new(self.expr(other))),
        }
    }

    /// A name that the function binds.
    pub(super) fn bound(&mut self, name: &str, range: ruff_text_size::TextRange) -> Pattern {
        let name: Name = name.into();
        self.bind(&name);
        Pattern::Name(name, self.at(range))
    }

    /// What stands after a starred target (`a, *b, c`) counts as if it stood before: it gets an element
    /// all the same.
    fn targets(&mut self, targets: &[ast::Expr], binds: Binds) -> Pattern {
        let mut items = Vec::new();
        let mut rest = None;
        for target in targets {
            let is_starred = target.is_starred_expr();
            let lowered = self.target(target, binds);
            if is_starred {
                rest = Some(Box::new(lowered));
            } else {
                items.push(Some(lowered));
            }
        }
        Pattern::List { items, rest }
    }

    /// Binds the parameters in the scope that is open. `defaults` were lowered outside of it, in the
    /// order of the parameters that can have one.
    pub(super) fn params(
        &mut self,
        parameters: &ast::Parameters,
        defaults: Vec<Option<crate::ir::Expr>>,
    ) -> Vec<Param> {
        let mut defaults = defaults.into_iter();
        let mut params = Vec::new();
        for one in parameters.posonlyargs.iter().chain(&parameters.args) {
            params.push(self.param(&one.parameter, defaults.next().flatten(), ParamKind::Plain));
        }
        if let Some(rest) = &parameters.vararg {
            params.push(self.param(rest, None, ParamKind::Rest));
        }
        for one in &parameters.kwonlyargs {
            params.push(self.param(&one.parameter, defaults.next().flatten(), ParamKind::Keyword));
        }
        if let Some(rest) = &parameters.kwarg {
            params.push(self.param(rest, None, ParamKind::Keywords));
        }
        params
    }

    pub(super) fn defaults(&mut self, parameters: &ast::Parameters) -> Vec<Option<crate::ir::Expr>> {
        let all = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        all.map(|one| one.default.as_deref().map(|value| self.expr(value))).collect()
    }

    fn param(
        &mut self,
        parameter: &ast::Parameter,
        default: Option<crate::ir::Expr>,
        kind: ParamKind,
    ) -> Param {
        let target = self.bound(&parameter.name, parameter.name.range);
        let annotation = parameter.annotation.as_deref().and_then(annotation);
        Param { target, default, kind, annotation }
    }
}

/// `int`, `events.APIGatewayProxyEvent`, or the same in quotes.
pub(super) fn annotation(value: &ast::Expr) -> Option<Name> {
    // `Optional[X]` and `Annotated[X, …]` are as strict as `X`; `Literal[…]` says so itself.
    if let ast::Expr::Subscript(subscript) = value {
        let outer = dotted(&subscript.value)?;
        return match outer.rsplit('.').next() {
            Some("Optional") => annotation(&subscript.slice),
            Some("Annotated") => match &*subscript.slice {
                ast::Expr::Tuple(tuple) => tuple.elts.first().and_then(annotation),
                _ => None,
            },
            Some("Literal") => Some("Literal".into()),
            _ => None,
        };
    }
    if let ast::Expr::StringLiteral(text) = value {
        let text = text.value.to_str();
        let simple = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        return (simple && !text.is_empty()).then(|| text.into());
    }
    dotted(value).map(Into::into)
}

/// `a.b.c` when an expression is nothing but names and dots.
pub(super) fn dotted(value: &ast::Expr) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let mut value = value;
    while let ast::Expr::Attribute(attribute) = value {
        parts.push(&attribute.attr);
        value = &attribute.value;
    }
    let ast::Expr::Name(name) = value else {
        return None;
    };
    parts.push(&name.id);
    parts.reverse();
    Some(parts.join("."))
}
