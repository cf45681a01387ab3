//! Path templates.
use super::Operation;
use super::parameter::decode;

/// A path of the document with its operations.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) template: String,
    segments: Vec<Vec<Piece>>,
    /// By method, in upper case.
    pub(super) operations: Vec<(String, Operation)>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Name(String),
}

impl Path {
    pub(super) fn new(template: &str) -> Self {
        let segments = template.split('/').skip(1).map(pieces).collect();
        Self { template: template.to_owned(), segments, operations: Vec::new() }
    }

    pub(super) fn operation(&self, method: &str) -> Option<&Operation> {
        let find =
            |method: &str| self.operations.iter().find(|(known, _)| known.eq_ignore_ascii_case(method));
        // A HEAD is answered as its GET is.
        find(method)
            .or_else(|| method.eq_ignore_ascii_case("HEAD").then(|| find("GET")).flatten())
            .map(|(_, operation)| operation)
    }

    /// Sorts the most specific first: text before names, segment by segment.
    pub(super) fn rank(&self) -> Vec<u8> {
        let rank = |segment: &Vec<Piece>| match segment.as_slice() {
            [Piece::Text(_)] | [] => 0,
            [Piece::Name(_)] => 2,
            _ => 1,
        };
        self.segments.iter().map(rank).collect()
    }

    /// The raw values of the names, if the segments match.
    pub(super) fn matches(&self, segments: &[&str]) -> Option<Vec<(&str, String)>> {
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (pieces, raw) in self.segments.iter().zip(segments) {
            match_segment(pieces, raw, &mut values)?;
        }
        Some(values)
    }
}

fn pieces(segment: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some((text, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(Piece::Name(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

fn match_segment<'p>(pieces: &'p [Piece], raw: &str, values: &mut Vec<(&'p str, String)>) -> Option<()> {
    let mut rest = raw;
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) if pieces.peek().is_none() && values.is_empty() => {
                return (rest == text || decode(rest) == *text).then_some(());
            }
            Piece::Text(text) => rest = rest.strip_prefix(text.as_str())?,
            Piece::Name(name) => {
                let end = match pieces.peek() {
                    Some(Piece::Text(text)) => rest.find(text.as_str())?,
                    _ => rest.len(),
                };
                let (value, after) = rest.split_at(end);
                if value.is_empty() {
                    return None;
                }
                values.push((name, value.to_owned()));
                rest = after;
            }
        }
    }
    rest.is_empty().then_some(())
}
