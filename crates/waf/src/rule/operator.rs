//! What a rule asks of a value.
use super::Target;
use ipnet::IpNet;

/// An operator, perhaps negated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub operator: Operator,
    /// `!@rx`
    pub negated: bool,
}

/// Operators of SecLang. Files are already read, phrases already split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `@rx`, PCRE syntax. A macro in a pattern is expanded before it is compiled.
    Rx(Macro),
    /// `@rxGlobal`: captures of every match.
    RxGlobal(Macro),
    /// `@pm` and `@pmFromFile`: phrases without case.
    Pm(Vec<Vec<u8>>),
    BeginsWith(Macro),
    Contains(Macro),
    ContainsWord(Macro),
    EndsWith(Macro),
    StrEq(Macro),
    StrMatch(Macro),
    Within(Macro),
    Eq(Macro),
    Ge(Macro),
    Gt(Macro),
    Le(Macro),
    Lt(Macro),
    /// `@ipMatch`, `@ipMatchFromFile`
    IpMatch(Vec<IpNet>),
    DetectSqli,
    DetectXss,
    /// Ranges of allowed bytes, both ends included.
    ValidateByteRange(Vec<(u8, u8)>),
    ValidateUrlEncoding,
    ValidateUtf8Encoding,
    /// `@verifyCC`, `@verifyCPF`, `@verifySSN`, `@verifySVNR`: a pattern and a checksum.
    VerifyCc(String),
    VerifyCpf(String),
    VerifySsn(String),
    VerifySvnr(String),
    /// Operators that ask the world (`@rbl`, `@geoLookup`, `@inspectFile`, `@fuzzyHash`, `@validateSchema`,
    /// `@validateDTD`, `@validateHash`, `@gsbLookup`): the reader reports them; here they never match.
    Unsupported {
        name: String,
        argument: String,
    },
    UnconditionalMatch,
    NoMatch,
}

/// Text with `%{VARIABLE}` in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Macro {
    pub parts: Vec<MacroPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MacroPart {
    Text(Vec<u8>),
    /// The first value of this target, empty when there is none.
    Variable(Target),
}

impl Macro {
    /// A text without a variable.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self { parts: vec![MacroPart::Text(text.into())] }
    }

    /// The text, when no variable stands in it.
    #[must_use]
    pub fn as_text(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(&[]),
            [MacroPart::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Transformations of SecLang (`t:`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transformation {
    Base64Decode,
    Base64DecodeExt,
    Base64Encode,
    CmdLine,
    CompressWhitespace,
    CssDecode,
    EscapeSeqDecode,
    HexDecode,
    HexEncode,
    HtmlEntityDecode,
    JsDecode,
    Length,
    Lowercase,
    Md5,
    NormalizePath,
    NormalizePathWin,
    ParityEven7Bit,
    ParityOdd7Bit,
    ParityZero7Bit,
    RemoveComments,
    RemoveCommentsChar,
    RemoveNulls,
    RemoveWhitespace,
    ReplaceComments,
    ReplaceNulls,
    Sha1,
    SqlHexDecode,
    Trim,
    TrimLeft,
    TrimRight,
    Uppercase,
    UrlDecode,
    UrlDecodeUni,
    UrlEncode,
    Utf8ToUnicode,
}
