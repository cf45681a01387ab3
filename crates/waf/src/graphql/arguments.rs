//! What rules see of a GraphQL document: each field, and each value that is written in it.
//!
//! A field `user` of a query is `graphql.query.user`, its argument `id` is `graphql.query.user.id`; within a fragment `F` it is
//! `graphql.fragment.F.user`. Lists and objects are named as in JSON bodies. Directives stand below their field with `@`.
use super::document::{Data, Directive, Document, Selection};
use super::lexer::unescape;
use super::{Bounds, GraphQlError};
use crate::Fields;

/// Adds the fields and values of a document; says whether all found room.
pub(crate) fn arguments(
    document: &str,
    bounds: &Bounds,
    arguments_max: usize,
    out: &mut Fields,
) -> Result<bool, GraphQlError> {
    let parsed = Document::read(document, bounds)?;
    // Names repeat the path: nesting is bounded, so is what a byte can cause; this bounds it further.
    let name_bytes = document.len().saturating_mul(NAME_BYTES_PER_BYTE).saturating_add(NAME_BYTES_FREE);
    let mut writer =
        Writer { path: String::with_capacity(128), name_bytes, arguments_max, complete: true, out };
    for operation in &parsed.operations {
        writer.within(&["graphql", operation.kind], |writer| {
            for (name, value) in &operation.defaults {
                writer.within(&["$", name], |writer| writer.value(value));
            }
            writer.directives(&operation.directives);
            writer.selections(&operation.selections);
        });
    }
    for fragment in &parsed.fragments {
        writer.within(&["graphql", "fragment", fragment.name], |writer| {
            writer.directives(&fragment.directives);
            writer.selections(&fragment.selections);
        });
    }
    Ok(writer.complete)
}

const NAME_BYTES_PER_BYTE: usize = 8;
const NAME_BYTES_FREE: usize = 16 << 10;

struct Writer<'o> {
    path: String,
    name_bytes: usize,
    arguments_max: usize,
    complete: bool,
    out: &'o mut Fields,
}

impl Writer<'_> {
    fn within(&mut self, parts: &[&str], write: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        for part in parts {
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(part);
        }
        write(self);
        self.path.truncate(before);
    }

    fn selections(&mut self, selections: &[Selection<'_>]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.within(&[field.name], |writer| {
                    writer.push(|_| ());
                    writer.named(&field.arguments);
                    writer.directives(&field.directives);
                    writer.selections(&field.selections);
                }),
                Selection::Spread { directives, .. } => self.directives(directives),
                Selection::Inline { directives, selections } => {
                    self.directives(directives);
                    self.selections(selections);
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Directive<'_>]) {
        for directive in directives {
            self.within(&["@", directive.name], |writer| writer.named(&directive.arguments));
        }
    }

    fn named(&mut self, values: &[(&str, Data<'_>)]) {
        for (name, value) in values {
            self.within(&[name], |writer| writer.value(value));
        }
    }

    fn value(&mut self, value: &Data<'_>) {
        match value {
            // Its value stands in the variables, which are arguments of their own.
            Data::Variable(_) => {}
            Data::Word(word) => self.push(|out| out.extend_from_slice(word.as_bytes())),
            Data::Text(raw) => self.push(|out| unescape(raw, out)),
            Data::Block(raw) => {
                self.push(|out| out.extend_from_slice(raw.replace("\\\"\"\"", "\"\"\"").as_bytes()))
            }
            Data::List(values) => {
                for (position, value) in values.iter().enumerate() {
                    self.within(&[&format!("array_{position}")], |writer| writer.value(value));
                }
            }
            Data::Object(fields) => self.named(fields),
        }
    }

    fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if self.out.len() >= self.arguments_max {
            self.complete = false;
            return;
        }
        let name = if self.path.len() <= self.name_bytes {
            self.name_bytes -= self.path.len();
            self.path.as_str()
        } else {
            self.complete = false;
            self.path.rsplit('.').next().unwrap_or_default()
        };
        self.out.push_with(|bytes| {
            bytes.extend_from_slice(name.as_bytes());
            let middle = bytes.len();
            write(bytes);
            middle
        });
    }
}
