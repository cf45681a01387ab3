//! A policy file, cut into its statements, so that each problem has its place and one bad policy hides no other.

/// A statement of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// Where it begins, in bytes.
    pub offset: usize,
    pub text: &'a str,
}

/// Cuts at each `;` that stands in no text and no comment. What follows the last one is a statement, too, when it is
/// more than comments: the parser then says that its `;` is missing.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut begin: Option<usize> = None;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'/' if bytes.peek().is_some_and(|(_, next)| *next == b'/') => {
                while bytes.next_if(|(_, next)| *next != b'\n').is_some() {}
            }
            b'"' => {
                begin = begin.or(Some(at));
                while let Some((_, inside)) = bytes.next() {
                    match inside {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b';' => {
                let from = begin.take().unwrap_or(at);
                found.extend(text.get(from..=at).map(|text| Statement { offset: from, text }));
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => begin = begin.or(Some(at)),
        }
    }
    if let Some(from) = begin {
        found.extend(text.get(from..).map(|text| Statement { offset: from, text }));
    }
    found
}
