//! Directives that set something: `SecRuleEngine On`, `SecRequestBodyLimit 13107200`, …
use super::control::{mode, switch};
use super::lines::unescape;
use super::problem::{Wrong, check_end, short};
use crate::rule::{BodyLimitAction, Config, EngineMode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Directives of ModSecurity's logs, folders and platform: read, kept in [`Config::without_effect`].
const WITHOUT_EFFECT: &[&str] = &[
    "SecAuditLog",
    "SecAuditLog2",
    "SecAuditLogDirMode",
    "SecAuditLogFileMode",
    "SecAuditLogFormat",
    "SecAuditLogParts",
    "SecAuditLogPrefix",
    "SecAuditLogRelevantStatus",
    "SecAuditLogStorageDir",
    "SecAuditLogType",
    "SecConnEngine",
    "SecContentInjection",
    "SecCookieFormat",
    "SecDataDir",
    "SecDebugLog",
    "SecDebugLogLevel",
    "SecDisableBackendCompression",
    "SecGeoLookupDb",
    "SecHashEngine",
    "SecHttpBlKey",
    "SecInterceptOnError",
    "SecPcreMatchLimitRecursion",
    "SecRequestBodyInMemoryLimit",
    "SecRuleInheritance",
    "SecSensorId",
    "SecStatusEngine",
    "SecTmpDir",
    "SecTmpSaveUploadedFiles",
    "SecUploadDir",
    "SecUploadFileMode",
    "SecUploadKeepFiles",
    "SecXmlExternalEntity",
];

/// What `On` would ask of these cannot be given: only `Off` is read without a word.
const ONLY_OFF: &[&str] = &["SecConnEngine", "SecContentInjection", "SecHashEngine", "SecInterceptOnError"];

const SETTINGS: &[&str] = &[
    "SecArgumentSeparator",
    "SecArgumentsLimit",
    "SecAuditEngine",
    "SecCollectionTimeout",
    "SecComponentSignature",
    "SecPcreMatchLimit",
    "SecRequestBodyAccess",
    "SecRequestBodyJsonDepthLimit",
    "SecRequestBodyLimit",
    "SecRequestBodyLimitAction",
    "SecRequestBodyNoFilesLimit",
    "SecResponseBodyAccess",
    "SecResponseBodyLimit",
    "SecResponseBodyLimitAction",
    "SecResponseBodyMimeType",
    "SecResponseBodyMimeTypesClear",
    "SecRuleEngine",
    "SecUnicodeMapFile",
    "SecUploadFileLimit",
    "SecWebAppId",
];

/// Directives of ModSecurity that neither version 3 nor this engine has.
const UNSUPPORTED: &[&str] = &[
    "SecCacheTransformations",
    "SecChrootDir",
    "SecConnReadStateLimit",
    "SecConnWriteStateLimit",
    "SecCookieV0Separator",
    "SecGsbLookupDb",
    "SecGuardianLog",
    "SecHashKey",
    "SecHashMethodPm",
    "SecHashMethodRx",
    "SecHashParam",
    "SecReadStateLimit",
    "SecRulePerfTime",
    "SecServerSignature",
    "SecStreamInBodyInspection",
    "SecStreamOutBodyInspection",
    "SecWriteStateLimit",
];

/// Every directive that this module knows.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().chain(WITHOUT_EFFECT).chain(UNSUPPORTED).copied()
}

/// Sets what a directive says; `None` when it is none of this module.
pub(super) fn set(
    config: &mut Config,
    name: &str,
    value: &str,
    read: &mut super::operator::ReadData<'_>,
) -> Option<Result<(), Wrong>> {
    let known = |table: &[&'static str]| table.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    let plain = plain(value);
    if let Err(wrong) = check_end(&plain) {
        return Some(Err(wrong));
    }
    if let Some(name) = known(SETTINGS) {
        return Some(setting(config, name, &plain, read));
    }
    if let Some(name) = known(WITHOUT_EFFECT) {
        if ONLY_OFF.contains(&name) && plain.eq_ignore_ascii_case("on") {
            return Some(Err(
                Wrong::new(format!("`{name} On` is not supported")).help(format!("write `{name} Off`"))
            ));
        }
        let reads_entities = name == "SecXmlExternalEntity" && plain.eq_ignore_ascii_case("on");
        config.without_effect.insert(name.to_owned(), plain);
        if reads_entities {
            return Some(Err(
                Wrong::note("external entities are never read here").help(format!("write `{name} Off`"))
            ));
        }
        return Some(Ok(()));
    }
    known(UNSUPPORTED)
        .map(|name| Err(Wrong::new(format!("`{name}` is not supported")).help("leave the directive out")))
}

/// A value without its quotes.
pub(super) fn plain(value: &str) -> String {
    let value = value.trim();
    let inside = ['"', '\''].iter().find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inside.map_or_else(|| value.to_owned(), unescape)
}

fn setting(
    config: &mut Config,
    name: &str,
    value: &str,
    read: &mut super::operator::ReadData<'_>,
) -> Result<(), Wrong> {
    if value.is_empty() && name != "SecResponseBodyMimeTypesClear" {
        return Err(Wrong::new(format!("`{name}` has no value")));
    }
    match name {
        "SecRuleEngine" => config.engine = Some(mode(name, value, EngineMode::DetectionOnly)?),
        "SecAuditEngine" => config.audit_engine = Some(mode(name, value, EngineMode::RelevantOnly)?),
        "SecRequestBodyAccess" => config.request_body_access = Some(switch(name, value)?),
        "SecResponseBodyAccess" => config.response_body_access = Some(switch(name, value)?),
        "SecRequestBodyLimit" => config.request_body_bytes_max = Some(number(name, value)?),
        "SecRequestBodyNoFilesLimit" => config.request_body_no_files_bytes_max = Some(number(name, value)?),
        "SecResponseBodyLimit" => config.response_body_bytes_max = Some(number(name, value)?),
        "SecRequestBodyLimitAction" => config.request_body_limit_action = Some(limit_action(name, value)?),
        "SecResponseBodyLimitAction" => config.response_body_limit_action = Some(limit_action(name, value)?),
        "SecArgumentsLimit" => config.arguments_max = Some(number(name, value)?),
        "SecRequestBodyJsonDepthLimit" => config.json_depth_max = Some(number(name, value)?),
        "SecPcreMatchLimit" => config.pcre_match_limit = Some(number(name, value)?),
        "SecUploadFileLimit" => config.upload_files_max = Some(number(name, value)?),
        "SecCollectionTimeout" => config.collection_timeout_seconds = Some(number(name, value)?),
        "SecResponseBodyMimeTypesClear" => config.response_mime_types.clear(),
        "SecResponseBodyMimeType" => {
            for media_type in value.split_ascii_whitespace().map(str::to_ascii_lowercase) {
                if !config.response_mime_types.contains(&media_type) {
                    config.response_mime_types.push(media_type);
                }
            }
        }
        "SecArgumentSeparator" => {
            let &[byte] = value.as_bytes() else {
                return Err(Wrong::new(format!("`{}` is not one character", short(value)))
                    .help("write `SecArgumentSeparator &`"));
            };
            config.argument_separator = Some(byte);
        }
        "SecComponentSignature" => config.component_signatures.push(value.to_owned()),
        "SecWebAppId" => config.web_app_id = Some(value.to_owned()),
        _ => config.unicode_map = Some(Arc::new(unicode_map(value, read)?)),
    }
    Ok(())
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Wrong> {
    value.parse().map_err(|_| {
        Wrong::new(format!("`{}` is no number for `{name}`", short(value)))
            .help(format!("write for example `{name} 1000`"))
    })
}

fn limit_action(name: &str, value: &str) -> Result<BodyLimitAction, Wrong> {
    match value.to_ascii_lowercase().as_str() {
        "reject" => Ok(BodyLimitAction::Reject),
        "processpartial" => Ok(BodyLimitAction::ProcessPartial),
        _ => Err(Wrong::new(format!("`{}` is no value of `{name}`", short(value)))
            .help("write `Reject` or `ProcessPartial`")),
    }
}

/// `SecUnicodeMapFile FILE CODEPAGE`: in the file, a line with the code page's number begins a table of `code point:byte`
/// pairs in hexadecimal, which goes on to the next word of another form.
fn unicode_map(value: &str, read: &mut super::operator::ReadData<'_>) -> Result<BTreeMap<u32, u8>, Wrong> {
    let help = "write `SecUnicodeMapFile unicode.mapping 20127`";
    let Some((file, page)) = value.rsplit_once([' ', '\t']) else {
        return Err(Wrong::new("`SecUnicodeMapFile` names no code page").help(help));
    };
    let page: u32 = page
        .parse()
        .map_err(|_| Wrong::new(format!("`{}` is no number of a code page", short(page))).help(help))?;
    let bytes = read(plain(file).as_str())?;
    let text = String::from_utf8_lossy(&bytes);
    // The full stops of other scripts (RFC 3490, 3.1), which no file needs to name.
    let mut map = BTreeMap::from([(0x002E, b'.'), (0x3002, b'.'), (0xFF0E, b'.'), (0xFF61, b'.')]);
    let built_in = map.len();
    let (mut is_found, mut is_inside) = (false, false);
    for word in text.split_ascii_whitespace() {
        match word.split_once(':') {
            Some((point, byte)) if is_found => {
                is_inside = true;
                let point = u32::from_str_radix(point, 16).ok();
                map.extend(point.zip(u8::from_str_radix(byte, 16).ok()));
            }
            None if is_inside => break,
            None => is_found |= word.parse() == Ok(page),
            Some(_) => {}
        }
    }
    if map.len() == built_in {
        return Err(Wrong::new(format!("`{}` has no table for code page {page}", short(file))).help(help));
    }
    Ok(map)
}
