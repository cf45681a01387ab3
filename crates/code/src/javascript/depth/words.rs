//! What words mean to the scan.

/// What a word does to the tokens after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A name: an operand.
    Operand,
    /// An operator or keyword that an expression follows.
    Operator,
    /// A statement that contains the next one.
    Statement,
    /// `else`: continues a statement that looked finished.
    Else,
    /// A keyword or a name, depending on the function around it.
    Unclear,
}

pub(super) fn word(text: &[u8]) -> Word {
    match text {
        b"else" => Word::Else,
        b"if" | b"for" | b"while" | b"do" | b"with" => Word::Statement,
        b"typeof" | b"void" | b"delete" | b"new" | b"in" | b"instanceof" | b"return" | b"throw" | b"case"
        | b"extends" | b"class" | b"default" | b"export" | b"import" => Word::Operator,
        b"await" | b"yield" | b"of" => Word::Unclear,
        _ => Word::Operand,
    }
}

/// Names that may nest what follows them: `keyof keyof T`, `x as T as U`, `async x => …`.
pub(super) fn nests(text: &[u8]) -> bool {
    matches!(
        text,
        b"as"
            | b"satisfies"
            | b"keyof"
            | b"unique"
            | b"readonly"
            | b"infer"
            | b"asserts"
            | b"is"
            | b"async"
            | b"function"
            | b"abstract"
            | b"declare"
            | b"namespace"
            | b"module"
    )
}

/// Words that go on with a statement even after its `}` or on a new line.
pub(super) fn continues(text: &[u8]) -> bool {
    matches!(
        text,
        b"else"
            | b"catch"
            | b"finally"
            | b"while"
            | b"of"
            | b"in"
            | b"instanceof"
            | b"as"
            | b"satisfies"
            | b"extends"
            | b"implements"
            | b"is"
            | b"from"
    )
}

/// Words whose parentheses are no value: a regular expression may follow them.
pub(super) fn is_control(text: &[u8]) -> bool {
    matches!(text, b"if" | b"for" | b"while" | b"with")
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'\\') || byte >= 0x80
}
