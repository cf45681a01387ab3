//! A pattern over a lowered value, made to match the value before it was lowered.
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// The same pattern without case (ASCII).
pub(super) fn folded(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => hir.clone(),
        HirKind::Literal(literal) => Hir::concat(literal.0.iter().map(|byte| letter(*byte)).collect()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.case_fold_simple();
            Hir::class(Class::Bytes(class))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut folded = class.clone();
            // Only without its tables does the parser's crate refuse; then the class stays as it is.
            if folded.try_case_fold_simple().is_ok() {
                Hir::class(Class::Unicode(folded))
            } else {
                hir.clone()
            }
        }
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(folded(&capture.sub)), ..capture.clone() })
        }
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(folded(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(folded).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(folded).collect()),
    }
}

fn letter(byte: u8) -> Hir {
    if !byte.is_ascii_alphabetic() {
        return Hir::literal([byte]);
    }
    let both =
        [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].map(|byte| ClassBytesRange::new(byte, byte));
    Hir::class(Class::Bytes(ClassBytes::new(both)))
}
