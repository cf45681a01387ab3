//! Functions that read files of the project.
use model::{Data, Span, Value};

use super::{string, text};
use crate::terraform::eval::{Evaluator, Names, Repetition, Scope};
use crate::terraform::parse;

/// `None` when it is none of these functions.
pub(super) fn call(
    evaluator: &mut Evaluator<'_, '_>,
    scope: Scope<'_>,
    name: &str,
    args: &[Value],
    at: Span,
) -> Option<Data> {
    if !matches!(name, "file" | "templatefile" | "fileexists" | "filebase64") {
        return None;
    }
    let path = match string(args, 0) {
        Ok(path) => path,
        Err(fault) => return Some(evaluator.settle(Err(fault), at)),
    };
    let Some(place) = evaluator.file_path(&path) else {
        return Some(evaluator.unknown(at, format!("the file `{path}` lies outside of the scanned folder")));
    };
    let data = match name {
        "fileexists" => {
            let limit = evaluator.reader.limits().file_bytes_max;
            match evaluator.reader.source.read(&place, limit) {
                Ok(_) | Err(crate::ReadError::TooLarge { .. } | crate::ReadError::NotText) => {
                    Data::Bool(true)
                }
                Err(crate::ReadError::NotFound) => Data::Bool(false),
                Err(_) => evaluator.unknown(at, format!("whether `{path}` exists is not known")),
            }
        }
        "filebase64" => evaluator.unknown(at, format!("the bytes of `{path}` are not read")),
        "file" => content(evaluator, &place, at).unwrap_or_else(|data| data),
        _ => {
            let variables = args.get(1).map_or(&[][..], Value::entries);
            match content(evaluator, &place, at) {
                Ok(Data::Text(content)) => {
                    let entries =
                        variables.iter().map(|entry| (entry.key.text.as_str(), entry.value.clone()));
                    let names = Names { entries: entries.collect(), outer: None };
                    let scope = Scope { names: Some(&names), repetition: &Repetition::None, ..scope };
                    render(evaluator, scope, &content, at)
                }
                Ok(data) | Err(data) => data,
            }
        }
    };
    Some(data)
}

/// The text of a file; an error is a value that is not known.
fn content(evaluator: &mut Evaluator<'_, '_>, place: &str, at: Span) -> Result<Data, Data> {
    let Some(file) = evaluator.reader.file(place) else {
        return Err(evaluator.fail(at, format!("the file `{place}` cannot be read")));
    };
    let text = evaluator.reader.text(file);
    Ok(evaluator.join(vec![Value::text(at, &*text)], at))
}

fn render(evaluator: &mut Evaluator<'_, '_>, scope: Scope<'_>, content: &str, at: Span) -> Data {
    let template = match parse::template(content, at) {
        Ok(template) => template,
        Err(error) => {
            return evaluator.fail(at, format!("the file is not a valid template: {}", error.message));
        }
    };
    if evaluator.is_rendering {
        return evaluator.fail(at, "a template file cannot render another one");
    }
    evaluator.is_rendering = true;
    let value = evaluator.eval(scope, &template);
    evaluator.is_rendering = false;
    let mut pieces = Vec::new();
    text::pieces(&value, &mut pieces);
    evaluator.join(pieces, at)
}
