//! The names of SecLang's words: one table for the reader and the printer.
use super::{Collection, EngineMode, Persistent, Severity, Transformation};

/// Every variable and collection: name as the manual writes it, and whether it has members (`NAME:member`).
const COLLECTIONS: &[(&str, Collection, bool)] = &[
    ("ARGS", Collection::Args, true),
    ("ARGS_COMBINED_SIZE", Collection::ArgsCombinedSize, false),
    ("ARGS_GET", Collection::ArgsGet, true),
    ("ARGS_GET_NAMES", Collection::ArgsGetNames, true),
    ("ARGS_NAMES", Collection::ArgsNames, true),
    ("ARGS_POST", Collection::ArgsPost, true),
    ("ARGS_POST_NAMES", Collection::ArgsPostNames, true),
    ("AUTH_TYPE", Collection::AuthType, false),
    ("DURATION", Collection::Duration, false),
    ("ENV", Collection::Env, true),
    ("FILES", Collection::Files, true),
    ("FILES_COMBINED_SIZE", Collection::FilesCombinedSize, false),
    ("FILES_NAMES", Collection::FilesNames, true),
    ("FILES_SIZES", Collection::FilesSizes, true),
    ("FILES_TMP_CONTENT", Collection::FilesTmpContent, true),
    ("FILES_TMPNAMES", Collection::FilesTmpNames, true),
    ("FULL_REQUEST", Collection::FullRequest, false),
    ("FULL_REQUEST_LENGTH", Collection::FullRequestLength, false),
    ("GEO", Collection::Geo, true),
    ("GLOBAL", Collection::Global, true),
    ("HIGHEST_SEVERITY", Collection::HighestSeverity, false),
    ("INBOUND_DATA_ERROR", Collection::InboundDataError, false),
    ("IP", Collection::Ip, true),
    ("MATCHED_VAR", Collection::MatchedVar, false),
    ("MATCHED_VAR_NAME", Collection::MatchedVarName, false),
    ("MATCHED_VARS", Collection::MatchedVars, true),
    ("MATCHED_VARS_NAMES", Collection::MatchedVarsNames, true),
    ("MODSEC_BUILD", Collection::ModsecBuild, false),
    ("MSC_PCRE_ERROR", Collection::MscPcreError, false),
    ("MSC_PCRE_LIMITS_EXCEEDED", Collection::MscPcreLimitsExceeded, false),
    ("MULTIPART_BOUNDARY_QUOTED", Collection::MultipartBoundaryQuoted, false),
    ("MULTIPART_BOUNDARY_WHITESPACE", Collection::MultipartBoundaryWhitespace, false),
    ("MULTIPART_CRLF_LF_LINES", Collection::MultipartCrlfLfLines, false),
    ("MULTIPART_DATA_AFTER", Collection::MultipartDataAfter, false),
    ("MULTIPART_DATA_BEFORE", Collection::MultipartDataBefore, false),
    ("MULTIPART_FILE_LIMIT_EXCEEDED", Collection::MultipartFileLimitExceeded, false),
    ("MULTIPART_FILENAME", Collection::MultipartFilename, true),
    ("MULTIPART_HEADER_FOLDING", Collection::MultipartHeaderFolding, false),
    ("MULTIPART_INVALID_HEADER_FOLDING", Collection::MultipartInvalidHeaderFolding, false),
    ("MULTIPART_INVALID_PART", Collection::MultipartInvalidPart, false),
    ("MULTIPART_INVALID_QUOTING", Collection::MultipartInvalidQuoting, false),
    ("MULTIPART_LF_LINE", Collection::MultipartLfLine, false),
    ("MULTIPART_MISSING_SEMICOLON", Collection::MultipartMissingSemicolon, false),
    ("MULTIPART_NAME", Collection::MultipartName, true),
    ("MULTIPART_PART_HEADERS", Collection::MultipartPartHeaders, true),
    ("MULTIPART_SEMICOLON_MISSING", Collection::MultipartSemicolonMissing, false),
    ("MULTIPART_STRICT_ERROR", Collection::MultipartStrictError, false),
    ("MULTIPART_UNMATCHED_BOUNDARY", Collection::MultipartUnmatchedBoundary, false),
    ("OUTBOUND_DATA_ERROR", Collection::OutboundDataError, false),
    ("PATH_INFO", Collection::PathInfo, false),
    ("QUERY_STRING", Collection::QueryString, false),
    ("REMOTE_ADDR", Collection::RemoteAddr, false),
    ("REMOTE_HOST", Collection::RemoteHost, false),
    ("REMOTE_PORT", Collection::RemotePort, false),
    ("REMOTE_USER", Collection::RemoteUser, false),
    ("REQBODY_ERROR", Collection::ReqbodyError, false),
    ("REQBODY_ERROR_MSG", Collection::ReqbodyErrorMsg, false),
    ("REQBODY_PROCESSOR", Collection::ReqbodyProcessor, false),
    ("REQBODY_PROCESSOR_ERROR", Collection::ReqbodyProcessorError, false),
    ("REQBODY_PROCESSOR_ERROR_MSG", Collection::ReqbodyProcessorErrorMsg, false),
    ("REQUEST_BASENAME", Collection::RequestBasename, false),
    ("REQUEST_BODY", Collection::RequestBody, false),
    ("REQUEST_BODY_LENGTH", Collection::RequestBodyLength, false),
    ("REQUEST_COOKIES", Collection::RequestCookies, true),
    ("REQUEST_COOKIES_NAMES", Collection::RequestCookiesNames, true),
    ("REQUEST_FILENAME", Collection::RequestFilename, false),
    ("REQUEST_HEADERS", Collection::RequestHeaders, true),
    ("REQUEST_HEADERS_NAMES", Collection::RequestHeadersNames, true),
    ("REQUEST_LINE", Collection::RequestLine, false),
    ("REQUEST_METHOD", Collection::RequestMethod, false),
    ("REQUEST_PROTOCOL", Collection::RequestProtocol, false),
    ("REQUEST_URI", Collection::RequestUri, false),
    ("REQUEST_URI_RAW", Collection::RequestUriRaw, false),
    ("RESOURCE", Collection::Resource, true),
    ("RESPONSE_ARGS", Collection::ResponseArgs, true),
    ("RESPONSE_BODY", Collection::ResponseBody, false),
    ("RESPONSE_CONTENT_LENGTH", Collection::ResponseContentLength, false),
    ("RESPONSE_CONTENT_TYPE", Collection::ResponseContentType, false),
    ("RESPONSE_HEADERS", Collection::ResponseHeaders, true),
    ("RESPONSE_HEADERS_NAMES", Collection::ResponseHeadersNames, true),
    ("RESPONSE_PROTOCOL", Collection::ResponseProtocol, false),
    ("RESPONSE_STATUS", Collection::ResponseStatus, false),
    ("RULE", Collection::Rule, true),
    ("SERVER_ADDR", Collection::ServerAddr, false),
    ("SERVER_NAME", Collection::ServerName, false),
    ("SERVER_PORT", Collection::ServerPort, false),
    ("SESSION", Collection::Session, true),
    ("SESSIONID", Collection::SessionId, false),
    ("STATUS_LINE", Collection::StatusLine, false),
    ("TIME", Collection::Time, false),
    ("TIME_DAY", Collection::TimeDay, false),
    ("TIME_EPOCH", Collection::TimeEpoch, false),
    ("TIME_HOUR", Collection::TimeHour, false),
    ("TIME_MIN", Collection::TimeMin, false),
    ("TIME_MON", Collection::TimeMon, false),
    ("TIME_SEC", Collection::TimeSec, false),
    ("TIME_WDAY", Collection::TimeWday, false),
    ("TIME_YEAR", Collection::TimeYear, false),
    ("TX", Collection::Tx, true),
    ("UNIQUE_ID", Collection::UniqueId, false),
    ("URLENCODED_ERROR", Collection::UrlencodedError, false),
    ("USER", Collection::User, true),
    ("USERID", Collection::UserId, false),
    ("WEBAPPID", Collection::WebAppId, false),
    ("XML", Collection::Xml, true),
];

/// Every transformation: the manual's name first, then other spellings.
const TRANSFORMATIONS: &[(&str, Transformation)] = &[
    ("base64Decode", Transformation::Base64Decode),
    ("base64DecodeExt", Transformation::Base64DecodeExt),
    ("base64Encode", Transformation::Base64Encode),
    ("cmdLine", Transformation::CmdLine),
    ("compressWhitespace", Transformation::CompressWhitespace),
    ("cssDecode", Transformation::CssDecode),
    ("escapeSeqDecode", Transformation::EscapeSeqDecode),
    ("hexDecode", Transformation::HexDecode),
    ("hexEncode", Transformation::HexEncode),
    ("htmlEntityDecode", Transformation::HtmlEntityDecode),
    ("jsDecode", Transformation::JsDecode),
    ("length", Transformation::Length),
    ("lowercase", Transformation::Lowercase),
    ("md5", Transformation::Md5),
    ("normalizePath", Transformation::NormalizePath),
    ("normalisePath", Transformation::NormalizePath),
    ("normalizePathWin", Transformation::NormalizePathWin),
    ("normalisePathWin", Transformation::NormalizePathWin),
    ("parityEven7bit", Transformation::ParityEven7Bit),
    ("parityOdd7bit", Transformation::ParityOdd7Bit),
    ("parityZero7bit", Transformation::ParityZero7Bit),
    ("removeComments", Transformation::RemoveComments),
    ("removeCommentsChar", Transformation::RemoveCommentsChar),
    ("removeNulls", Transformation::RemoveNulls),
    ("removeWhitespace", Transformation::RemoveWhitespace),
    ("replaceComments", Transformation::ReplaceComments),
    ("replaceNulls", Transformation::ReplaceNulls),
    ("sha1", Transformation::Sha1),
    ("sqlHexDecode", Transformation::SqlHexDecode),
    ("trim", Transformation::Trim),
    ("trimLeft", Transformation::TrimLeft),
    ("trimRight", Transformation::TrimRight),
    ("uppercase", Transformation::Uppercase),
    ("urlDecode", Transformation::UrlDecode),
    ("urlDecodeUni", Transformation::UrlDecodeUni),
    ("urlEncode", Transformation::UrlEncode),
    ("utf8toUnicode", Transformation::Utf8ToUnicode),
];

const SEVERITIES: &[(&str, Severity)] = &[
    ("EMERGENCY", Severity::Emergency),
    ("ALERT", Severity::Alert),
    ("CRITICAL", Severity::Critical),
    ("ERROR", Severity::Error),
    ("WARNING", Severity::Warning),
    ("NOTICE", Severity::Notice),
    ("INFO", Severity::Info),
    ("DEBUG", Severity::Debug),
];

const PERSISTENT: &[(&str, Persistent)] = &[
    ("global", Persistent::Global),
    ("ip", Persistent::Ip),
    ("resource", Persistent::Resource),
    ("session", Persistent::Session),
    ("user", Persistent::User),
];

const MODES: &[(&str, EngineMode)] = &[
    ("On", EngineMode::On),
    ("Off", EngineMode::Off),
    ("DetectionOnly", EngineMode::DetectionOnly),
    ("RelevantOnly", EngineMode::RelevantOnly),
];

fn by_name<T: Copy>(table: &[(&'static str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
}

fn name_of<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|&&(_, known)| known == value).map_or("", |&(name, _)| name)
}

impl Collection {
    /// The name as rules write it: `REQUEST_HEADERS`.
    #[must_use]
    pub fn name(self) -> &'static str {
        COLLECTIONS.iter().find(|&&(_, known, _)| known == self).map_or("", |&(name, ..)| name)
    }

    /// Finds a name, whatever its case; also `STATUS`, which ModSecurity knows as another name of `RESPONSE_STATUS`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("STATUS") {
            return Some(Self::ResponseStatus);
        }
        COLLECTIONS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name))
            .map(|&(_, collection, _)| collection)
    }

    /// Whether a member may be named (`ARGS:q`); the others are single values.
    #[must_use]
    pub fn has_members(self) -> bool {
        COLLECTIONS.iter().any(|&(_, known, has_members)| known == self && has_members)
    }

    /// Every name, in alphabetical order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        COLLECTIONS.iter().map(|&(name, ..)| name)
    }
}

impl Transformation {
    /// The name as rules write it, without `t:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(TRANSFORMATIONS, self)
    }

    /// Finds a name, whatever its case and spelling (`normalisePath`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        by_name(TRANSFORMATIONS, name)
    }

    /// Every name and spelling.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TRANSFORMATIONS.iter().map(|&(name, _)| name)
    }
}

impl Severity {
    /// `CRITICAL`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(SEVERITIES, self)
    }

    /// A name, whatever its case, or its number (RFC 5424, table 2).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let by_number = || name.parse().ok().and_then(|number: usize| SEVERITIES.get(number));
        by_name(SEVERITIES, name).or_else(|| by_number().map(|&(_, severity)| severity))
    }

    /// The number of RFC 5424: 0 is the worst.
    #[must_use]
    pub fn number(self) -> usize {
        SEVERITIES.iter().position(|&(_, known)| known == self).unwrap_or(SEVERITIES.len())
    }
}

impl Persistent {
    /// `ip`, `session`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(PERSISTENT, self)
    }

    /// Finds a name, whatever its case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        by_name(PERSISTENT, name)
    }
}

impl EngineMode {
    /// `DetectionOnly`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(MODES, self)
    }

    /// Finds a name, whatever its case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        by_name(MODES, name)
    }
}
