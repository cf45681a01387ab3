//! f-strings, and texts that stand side by side.
use ruff_python_ast as ast;

use crate::ir::{Argument, ArgumentKind, Call, Expr, ExprKind, TextPart, UnaryOp};

use super::Lowering;

/// The parts of a text so far.
#[derive(Default)]
struct Parts {
    done: Vec<TextPart>,
    literal: String,
}

impl Parts {
    fn value(&mut self, value: Expr) {
        self.flush();
        self.done.push(TextPart::Value(value));
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.done.push(TextPart::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Vec<TextPart> {
        self.flush();
        self.done
    }
}

impl Lowering<'_> {
    pub(super) fn f_string(&mut self, value: &ast::ExprFString) -> ExprKind {
        let mut parts = Parts::default();
        for part in &value.value {
            match part {
                ast::FStringPart::Literal(text) => parts.literal.push_str(&text.value),
                ast::FStringPart::FString(text) => self.elements(&text.elements, &mut parts),
            }
        }
        ExprKind::Text(parts.finish())
    }

    /// A template string is no text yet: whoever renders it decides what its values may do.
    pub(super) fn t_string(&mut self, value: &ast::ExprTString) -> ExprKind {
        let mut parts = Parts::default();
        for text in &value.value {
            self.elements(&text.elements, &mut parts);
        }
        let values = parts.finish().into_iter().filter_map(|part| match part {
            TextPart::Value(value) => Some(value),
            TextPart::Literal(_) => None,
        });
        ExprKind::Other(values.collect())
    }

    fn elements(&mut self, elements: &ast::InterpolatedStringElements, parts: &mut Parts) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(text) => parts.literal.push_str(&text.value),
                ast::InterpolatedStringElement::Interpolation(value) => self.interpolation(value, parts),
            }
        }
    }

    fn interpolation(&mut self, value: &ast::InterpolatedElement, parts: &mut Parts) {
        let inner = self.expr(&value.expression);
        if value.debug_text.is_some() {
            let written = self.text.get(inner.at.start as usize..inner.at.end as usize).unwrap_or_default();
            parts.literal.push_str(written);
            parts.literal.push('=');
        }
        let shown = match value.conversion {
            ast::ConversionFlag::Repr => self.converted("repr", inner),
            ast::ConversionFlag::Ascii => self.converted("ascii", inner),
            ast::ConversionFlag::Str | ast::ConversionFlag::None => inner,
        };
        let Some(spec) = &value.format_spec else {
            return parts.value(shown);
        };
        let mut format = Parts::default();
        self.elements(&spec.elements, &mut format);
        let format = format.finish();
        if is_number_format(&format) {
            let at = shown.at;
            let kind = ExprKind::Unary { op: UnaryOp::Plus, operand: Box::new(shown) };
            return parts.value(Expr { kind, at });
        }
        parts.value(shown);
        for part in format {
            if let TextPart::Value(value) = part {
                parts.value(value);
            }
        }
    }

    fn converted(&mut self, name: &str, value: Expr) -> Expr {
        let at = value.at;
        let callee = Expr { kind: ExprKind::Name(self.read_name(name)), at };
        let arguments = vec![Argument { kind: ArgumentKind::Plain, value, at }];
        Expr { kind: ExprKind::Call(Box::new(Call { callee, arguments, is_new: false })), at }
    }
}

/// `d`, `.2f`, `08x`: formats that text does not have, so that the value must be a number.
fn is_number_format(format: &[TextPart]) -> bool {
    let [TextPart::Literal(format)] = format else {
        return false;
    };
    let mut characters = format.chars();
    characters.next_back().is_some_and(|last| "bdeEfFgGnoxX%".contains(last))
        && characters.all(|c| c.is_ascii_digit() || "<>=^+- #,._z".contains(c))
}
