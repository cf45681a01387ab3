//! The grammar of `${source:address, fallback}`.
//!
//! What only looks alike stays text: `${AWS::Region}` and `${LogicalId}` belong to CloudFormation.

/// A piece of a string: text, or what stands between `${` and `}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Variable(&'t str),
}

/// One source of a variable. The first that has a value gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'t> {
    /// `'text'`, which may hold variables.
    Quoted(&'t str),
    /// `${…}` in place of a source.
    Nested(&'t str),
    /// `name(parameter):address`.
    Named { name: &'t str, parameter: Option<&'t str>, address: Option<&'t str> },
    /// `true`, `null`, `12`, or what is no source at all.
    Bare(&'t str),
}

/// Cuts text into what is literal and what is a variable.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut literal_from = 0;
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let body = text.get(start + 2..).unwrap_or_default();
        let end = if begins_variable(body) { closing(body) } else { None };
        let Some(end) = end else {
            from = start + 2;
            continue;
        };
        if let Some(literal) = text.get(literal_from..start).filter(|literal| !literal.is_empty()) {
            pieces.push(Piece::Text(literal));
        }
        pieces.extend(body.get(..end).map(Piece::Variable));
        from = start + 2 + end + 1;
        literal_from = from;
    }
    if let Some(literal) = text.get(literal_from..).filter(|literal| !literal.is_empty()) {
        pieces.push(Piece::Text(literal));
    }
    pieces
}

/// The sources of a variable, in the order in which they are asked.
pub(super) fn sources(variable: &str) -> Vec<Source<'_>> {
    let mut sources = Vec::new();
    let mut rest = variable;
    loop {
        let end = top_level(rest, ',');
        let part = end.map_or(Some(rest), |end| rest.get(..end)).unwrap_or_default();
        sources.push(source(part.trim()));
        match end.and_then(|end| rest.get(end + 1..)) {
            Some(after) => rest = after,
            None => return sources,
        }
    }
}

fn source(text: &str) -> Source<'_> {
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)) {
            return Source::Quoted(inner);
        }
    }
    if text.starts_with("${") {
        return Source::Nested(text);
    }
    if !begins_variable(text) {
        return Source::Bare(text);
    }
    let name_end = text.find([':', '(']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(name_end).unwrap_or((text, ""));
    match rest.strip_prefix('(') {
        Some(inner) => {
            let end = top_level(inner, ')').unwrap_or(inner.len());
            let address = inner.get(end + 1..).and_then(|after| after.strip_prefix(':'));
            Source::Named { name, parameter: inner.get(..end), address }
        }
        None => Source::Named { name, parameter: None, address: rest.strip_prefix(':') },
    }
}

/// `name:` or `name(`, but not CloudFormation's `AWS::`.
fn begins_variable(body: &str) -> bool {
    let name_end = body.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_' || next == '-'));
    let Some((name, rest)) = name_end.and_then(|end| body.split_at_checked(end)) else { return false };
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !rest.starts_with("::")
        && rest.starts_with([':', '('])
}

/// Where the `}` of a variable stands.
fn closing(body: &str) -> Option<usize> {
    top_level(body, '}')
}

/// The first `wanted` outside of quotes, parentheses and nested variables.
fn top_level(text: &str, wanted: char) -> Option<usize> {
    let mut open: usize = 0;
    let mut quote = None;
    let mut before = ' ';
    for (at, next) in text.char_indices() {
        match quote {
            Some(mark) if next == mark => quote = None,
            Some(_) => {}
            None if open == 0 && next == wanted => return Some(at),
            // A quote opens a literal only where a source may begin; elsewhere it is an apostrophe.
            None if matches!(next, '\'' | '"') && matches!(before, ',' | ' ' | '(' | '[') => {
                quote = Some(next)
            }
            None if matches!(next, '{' | '(') => open += 1,
            None if matches!(next, '}' | ')') => open = open.saturating_sub(1),
            None => {}
        }
        if !next.is_whitespace() || before != ',' {
            before = next;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expect: Expect) {
        let shown: Vec<String> = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => format!("text {text}"),
                Piece::Variable(body) => format!("variable {:?}", sources(body)),
            })
            .collect();
        expect.assert_eq(&shown.join("\n"));
    }

    #[test]
    fn cloudformation_names_stay_text() {
        check(
            "arn:${AWS::Region}:${Bucket}-${!Literal}",
            expect!["text arn:${AWS::Region}:${Bucket}-${!Literal}"],
        );
    }

    #[test]
    fn sources_are_split_at_commas_outside_of_quotes_and_calls() {
        check(
            "a-${opt:stage, self:provider.stage, 'x, y'}-${file(./a.${opt:b, 'c'}.yml):d.e}",
            expect![[r#"
                text a-
                variable [Named { name: "opt", parameter: None, address: Some("stage") }, Named { name: "self", parameter: None, address: Some("provider.stage") }, Quoted("x, y")]
                text -
                variable [Named { name: "file", parameter: Some("./a.${opt:b, 'c'}.yml"), address: Some("d.e") }]"#]],
        );
    }

    #[test]
    fn what_is_not_closed_stays_text() {
        check("${self:custom.x", expect!["text ${self:custom.x"]);
        check("${file(a", expect!["text ${file(a"]);
    }
}
