//! From targets of SecLang to [`Source`]s: which collection is kept where, and under which name it is told.
use super::PlanError;
use super::inputs::{Part, Store};
use super::names::Names;
use super::plan::{NamePattern, Origin, Pick, Source, Text, TextPart, lasts};
use crate::operator::Matcher;
use crate::rule::{Collection, Macro, MacroPart, Operator, Persistent, Place, Selector, Target};
use std::sync::Arc;

/// What compiling needs to know all the time.
pub(super) struct Compiler<'a> {
    pub(super) names: &'a mut Names,
    /// Every collection that a rule reads, in targets and macros.
    pub(super) uses: &'a mut std::collections::BTreeSet<Collection>,
    pub(super) regex_steps_max: usize,
    pub(super) at: Place,
    pub(super) rule: u64,
    /// `%{rule.msg}` within a message would never end.
    pub(super) in_message: bool,
}

impl Compiler<'_> {
    pub(super) fn problem(&self, message: String) -> PlanError {
        PlanError::Operator { at: self.at.clone(), id: self.rule, message }
    }

    pub(super) fn matcher(&self, operator: &Operator) -> Result<Matcher, PlanError> {
        Matcher::new(operator, self.regex_steps_max).map_err(|error| self.problem(error.message))
    }

    /// A rule's targets; exclusions go to every target of their collection.
    pub(super) fn sources(&mut self, targets: &[Target]) -> Result<Vec<Source>, PlanError> {
        let excluded: Vec<&Target> = targets.iter().filter(|target| target.exclude).collect();
        let mut sources = Vec::new();
        for target in targets.iter().filter(|target| !target.exclude) {
            let own = || excluded.iter().filter(|other| other.collection == target.collection);
            if own().any(|other| other.selector == target.selector || other.selector == Selector::All) {
                continue;
            }
            let mut source = self.source(target)?;
            // ModSecurity counts what is excluded by its name, too.
            if !source.count {
                for other in own() {
                    source.without.push(self.pick(other)?);
                }
            }
            sources.push(source);
        }
        Ok(sources)
    }

    pub(super) fn source(&mut self, target: &Target) -> Result<Source, PlanError> {
        self.uses.insert(target.collection);
        let (from, label) = origin(target);
        let from = if self.in_message && from == Origin::Rule && !of_fixed_member(target) {
            Origin::Nothing
        } else {
            from
        };
        let pick = if target.collection == Collection::Xml { xml_pick(target) } else { self.pick(target)? };
        Ok(Source {
            from,
            pick,
            without: Vec::new(),
            count: target.count,
            label,
            collection: target.collection,
            feed: None,
        })
    }

    pub(super) fn pick(&mut self, target: &Target) -> Result<Pick, PlanError> {
        Ok(match &target.selector {
            Selector::All | Selector::XPath(_) => Pick::All,
            Selector::Name(name) if name.contains("%{") => Pick::Computed(self.embedded(name)?),
            Selector::Name(name) => {
                let lower = name.to_ascii_lowercase().into_bytes();
                let slot = (target.collection == Collection::Tx).then(|| self.names.slot(&lower));
                Pick::Name(lower.into(), slot)
            }
            Selector::Regex(regex) => {
                let pattern = Macro::text(format!("(?i){regex}"));
                let endings = endings(regex);
                let regex = NamePattern {
                    regex: self.matcher(&Operator::Rx(pattern))?,
                    prefix: prefix(regex).into(),
                    is_prefix: regex.strip_prefix('^').is_some_and(|rest| rest.as_bytes() == prefix(regex)),
                    lasts: lasts(&endings),
                    endings: endings.into(),
                    slots: Vec::new(),
                    names_slot: false,
                    number: None,
                };
                Pick::Regex(Arc::new(regex))
            }
        })
    }

    /// A name with `%{tx.name}` in it. Only `TX` may stand there.
    fn embedded(&mut self, name: &str) -> Result<Text, PlanError> {
        let mut parts = Vec::new();
        let mut rest = name;
        while let Some((before, after)) = rest.split_once("%{") {
            let Some((variable, behind)) = after.split_once('}') else { break };
            let Some((collection, member)) = variable.split_once(['.', ':']) else {
                return Err(
                    self.problem(format!("`%{{{variable}}}` cannot stand in a name; write `%{{tx.name}}`"))
                );
            };
            if !collection.eq_ignore_ascii_case("tx") {
                return Err(
                    self.problem(format!("`%{{{variable}}}` cannot stand in a name; write `%{{tx.name}}`"))
                );
            }
            parts.push(MacroPart::Text(before.as_bytes().to_vec()));
            parts.push(MacroPart::Variable(Target {
                collection: Collection::Tx,
                selector: Selector::Name(member.to_ascii_lowercase()),
                count: false,
                exclude: false,
            }));
            rest = behind;
        }
        parts.push(MacroPart::Text(rest.as_bytes().to_vec()));
        self.text(&Macro { parts })
    }

    pub(super) fn text(&mut self, text: &Macro) -> Result<Text, PlanError> {
        if let Some(bytes) = text.as_text() {
            return Ok(Text::fixed(bytes));
        }
        let mut parts = Vec::new();
        for part in &text.parts {
            match part {
                MacroPart::Text(bytes) if bytes.is_empty() => {}
                MacroPart::Text(bytes) => parts.push(TextPart::Bytes(bytes.as_slice().into())),
                MacroPart::Variable(target) => parts.push(TextPart::Value(self.source(target)?)),
            }
        }
        if let [
            TextPart::Value(Source {
                from: Origin::Tx, pick: Pick::Name(_, Some(slot)), count: false, ..
            }),
        ] = parts.as_slice()
        {
            return Ok(Text::Slot(*slot));
        }
        Ok(Text::Parts(parts))
    }
}

fn of_fixed_member(target: &Target) -> bool {
    matches!(&target.selector, Selector::Name(name) if !matches!(name.as_str(), "logdata" | "msg"))
}

/// `//@name` takes the attributes of one name.
fn xml_pick(target: &Target) -> Pick {
    match xpath(target).strip_prefix("//@") {
        Some(name) if name != "*" => Pick::Name(name.to_ascii_lowercase().into_bytes().into(), None),
        _ => Pick::All,
    }
}

fn xpath(target: &Target) -> &str {
    match &target.selector {
        Selector::XPath(path) | Selector::Name(path) => path,
        Selector::All => "/*",
        Selector::Regex(_) => "",
    }
}

/// Which persistent collection a name means.
pub(super) fn persistent(collection: Collection) -> Option<Persistent> {
    Some(match collection {
        Collection::Global => Persistent::Global,
        Collection::Ip => Persistent::Ip,
        Collection::Resource => Persistent::Resource,
        Collection::Session => Persistent::Session,
        Collection::User => Persistent::User,
        _ => return None,
    })
}

/// Where the values of a target are kept, and the collection's name.
fn origin(target: &Target) -> (Origin, &'static str) {
    use Collection as C;
    if let Some(collection) = persistent(target.collection) {
        let label = match collection {
            Persistent::Global => "GLOBAL",
            Persistent::Ip => "IP",
            Persistent::Resource => "RESOURCE",
            Persistent::Session => "SESSION",
            Persistent::User => "USER",
        };
        return (Origin::Persistent(collection), label);
    }
    let values = |store| Origin::Values(store, Part::All);
    let names = |store| Origin::Names(store, Part::All);
    match target.collection {
        C::Args => (values(Store::Args), "ARGS"),
        C::ArgsGet => (Origin::Values(Store::Args, Part::Get), "ARGS_GET"),
        C::ArgsPost => (Origin::Values(Store::Args, Part::Post), "ARGS_POST"),
        C::ArgsNames => (names(Store::Args), "ARGS_NAMES"),
        C::ArgsGetNames => (Origin::Names(Store::Args, Part::Get), "ARGS_GET_NAMES"),
        C::ArgsPostNames => (Origin::Names(Store::Args, Part::Post), "ARGS_POST_NAMES"),
        C::RequestHeaders => (values(Store::RequestHeaders), "REQUEST_HEADERS"),
        C::RequestHeadersNames => (names(Store::RequestHeaders), "REQUEST_HEADERS_NAMES"),
        C::RequestCookies => (values(Store::Cookies), "REQUEST_COOKIES"),
        C::RequestCookiesNames => (names(Store::Cookies), "REQUEST_COOKIES_NAMES"),
        C::ResponseHeaders => (values(Store::ResponseHeaders), "RESPONSE_HEADERS"),
        C::ResponseHeadersNames => (names(Store::ResponseHeaders), "RESPONSE_HEADERS_NAMES"),
        C::Files => (values(Store::Files), "FILES"),
        C::FilesNames => (names(Store::Files), "FILES_NAMES"),
        C::FilesSizes => (values(Store::FilesSizes), "FILES_SIZES"),
        C::FilesTmpContent => (values(Store::FilesContents), "FILES_TMP_CONTENT"),
        C::MultipartPartHeaders => (values(Store::PartHeaders), "MULTIPART_PART_HEADERS"),
        C::Env => (Origin::Environment, "ENV"),
        C::Xml => match xpath(target) {
            "/*" => (values(Store::XmlTexts), "XML:/*"),
            "//@*" => (values(Store::XmlAttributes), "XML://@*"),
            path if path.starts_with("//@") => (values(Store::XmlAttributes), "XML:"),
            _ => (Origin::Nothing, "XML"),
        },
        C::Tx => (Origin::Tx, "TX"),
        C::MatchedVar => (Origin::MatchedVar, "MATCHED_VAR"),
        C::MatchedVarName => (Origin::MatchedVarName, "MATCHED_VAR_NAME"),
        C::MatchedVars => (Origin::MatchedVars, "MATCHED_VARS"),
        C::MatchedVarsNames => (Origin::MatchedVarsNames, "MATCHED_VARS_NAMES"),
        C::Rule => (Origin::Rule, "RULE"),
        C::RemoteUser => (Origin::RemoteUser, "REMOTE_USER"),
        // Uploads are never files here; there is no map of places; responses have no arguments.
        C::FilesTmpNames | C::Geo | C::ResponseArgs => (Origin::Nothing, scalar_label(target.collection)),
        other => (Origin::Scalar(other), scalar_label(other)),
    }
}

/// The name of a scalar in SecLang's words.
#[expect(clippy::too_many_lines, reason = "a table: one line a variable")]
fn scalar_label(collection: Collection) -> &'static str {
    use Collection as C;
    match collection {
        C::ArgsCombinedSize => "ARGS_COMBINED_SIZE",
        C::AuthType => "AUTH_TYPE",
        C::Duration => "DURATION",
        C::FilesCombinedSize => "FILES_COMBINED_SIZE",
        C::FilesTmpNames => "FILES_TMPNAMES",
        C::FullRequest => "FULL_REQUEST",
        C::FullRequestLength => "FULL_REQUEST_LENGTH",
        C::Geo => "GEO",
        C::InboundDataError => "INBOUND_DATA_ERROR",
        C::ModsecBuild => "MODSEC_BUILD",
        C::MscPcreError => "MSC_PCRE_ERROR",
        C::MscPcreLimitsExceeded => "MSC_PCRE_LIMITS_EXCEEDED",
        C::MultipartBoundaryQuoted => "MULTIPART_BOUNDARY_QUOTED",
        C::MultipartBoundaryWhitespace => "MULTIPART_BOUNDARY_WHITESPACE",
        C::MultipartCrlfLfLines => "MULTIPART_CRLF_LF_LINES",
        C::MultipartDataAfter => "MULTIPART_DATA_AFTER",
        C::MultipartDataBefore => "MULTIPART_DATA_BEFORE",
        C::MultipartFileLimitExceeded => "MULTIPART_FILE_LIMIT_EXCEEDED",
        C::MultipartFilename => "MULTIPART_FILENAME",
        C::MultipartHeaderFolding => "MULTIPART_HEADER_FOLDING",
        C::MultipartInvalidHeaderFolding => "MULTIPART_INVALID_HEADER_FOLDING",
        C::MultipartInvalidPart => "MULTIPART_INVALID_PART",
        C::MultipartInvalidQuoting => "MULTIPART_INVALID_QUOTING",
        C::MultipartLfLine => "MULTIPART_LF_LINE",
        C::MultipartMissingSemicolon => "MULTIPART_MISSING_SEMICOLON",
        C::MultipartName => "MULTIPART_NAME",
        C::MultipartSemicolonMissing => "MULTIPART_SEMICOLON_MISSING",
        C::MultipartStrictError => "MULTIPART_STRICT_ERROR",
        C::MultipartUnmatchedBoundary => "MULTIPART_UNMATCHED_BOUNDARY",
        C::OutboundDataError => "OUTBOUND_DATA_ERROR",
        C::PathInfo => "PATH_INFO",
        C::QueryString => "QUERY_STRING",
        C::RemoteAddr => "REMOTE_ADDR",
        C::RemoteHost => "REMOTE_HOST",
        C::RemotePort => "REMOTE_PORT",
        C::ReqbodyError => "REQBODY_ERROR",
        C::ReqbodyErrorMsg => "REQBODY_ERROR_MSG",
        C::ReqbodyProcessor => "REQBODY_PROCESSOR",
        C::ReqbodyProcessorError => "REQBODY_PROCESSOR_ERROR",
        C::ReqbodyProcessorErrorMsg => "REQBODY_PROCESSOR_ERROR_MSG",
        C::RequestBasename => "REQUEST_BASENAME",
        C::RequestBody => "REQUEST_BODY",
        C::RequestBodyLength => "REQUEST_BODY_LENGTH",
        C::RequestFilename => "REQUEST_FILENAME",
        C::RequestLine => "REQUEST_LINE",
        C::RequestMethod => "REQUEST_METHOD",
        C::RequestProtocol => "REQUEST_PROTOCOL",
        C::RequestUri => "REQUEST_URI",
        C::RequestUriRaw => "REQUEST_URI_RAW",
        C::ResponseArgs => "RESPONSE_ARGS",
        C::ResponseBody => "RESPONSE_BODY",
        C::ResponseContentLength => "RESPONSE_CONTENT_LENGTH",
        C::ResponseContentType => "RESPONSE_CONTENT_TYPE",
        C::ResponseProtocol => "RESPONSE_PROTOCOL",
        C::ResponseStatus => "RESPONSE_STATUS",
        C::ServerAddr => "SERVER_ADDR",
        C::ServerName => "SERVER_NAME",
        C::ServerPort => "SERVER_PORT",
        C::SessionId => "SESSIONID",
        C::StatusLine => "STATUS",
        C::Time => "TIME",
        C::TimeDay => "TIME_DAY",
        C::TimeEpoch => "TIME_EPOCH",
        C::TimeHour => "TIME_HOUR",
        C::TimeMin => "TIME_MIN",
        C::TimeMon => "TIME_MON",
        C::TimeSec => "TIME_SEC",
        C::TimeWday => "TIME_WDAY",
        C::TimeYear => "TIME_YEAR",
        C::UniqueId => "UNIQUE_ID",
        C::UrlencodedError => "URLENCODED_ERROR",
        C::UserId => "USERID",
        C::WebAppId => "WEBAPPID",
        _ => "VARIABLE",
    }
}

/// The letters that every name of a line begins with when a pattern matches it: those behind its `^`.
fn prefix(pattern: &str) -> &[u8] {
    let Some(rest) = pattern.strip_prefix('^').filter(|rest| !rest.contains('|')) else { return b"" };
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let plain = rest.bytes().take_while(|byte| is_plain(byte)).count();
    // What a count follows may be absent.
    let counted = rest.as_bytes().get(plain).is_some_and(|byte| matches!(byte, b'?' | b'*' | b'+' | b'{'));
    rest.as_bytes().get(..plain.saturating_sub(usize::from(counted))).unwrap_or_default()
}

/// The names of which a path must end with one, when that is all that a pattern asks for.
fn endings(pattern: &str) -> Vec<Box<[u8]>> {
    let inner = pattern.strip_prefix("(?:^|\\.)").and_then(|rest| rest.strip_suffix('$'));
    let Some(inner) = inner else { return Vec::new() };
    let group = inner.strip_prefix("(?:").and_then(|rest| rest.strip_suffix(')'));
    let names = match group {
        Some(group) => group.split('|').map(literal).collect(),
        None => [literal(inner)].into_iter().collect::<Option<Vec<_>>>(),
    };
    names.unwrap_or_default()
}

/// The text that a pattern without any operator matches.
fn literal(pattern: &str) -> Option<Box<[u8]>> {
    let plain = pattern.replace("\\.", "\0");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | 0);
    (!plain.is_empty() && !pattern.contains('\0') && plain.bytes().all(is_plain))
        .then(|| plain.replace('\0', ".").into_bytes().into())
}
