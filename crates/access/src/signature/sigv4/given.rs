//! Access keys as AWS hands them out: files of profiles, and documents of a container's or an instance's role.
use crate::json;
use crate::moment::from_basic;
use crate::secret::Secret;
use crate::signature::sigv4::Credentials;

const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// An access key, and until when it serves.
#[derive(Clone, Debug)]
pub struct Given {
    pub credentials: Credentials,
    /// Seconds since 1970-01-01; `None`: it does not end by itself.
    pub expires: Option<u64>,
}

/// Why a document holds no access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    #[error("the answer is no JSON object")]
    Form,
    #[error("the answer tells of a failure")]
    Failed,
    #[error("the answer's `{0}` is missing or malformed")]
    Member(&'static str),
}

impl Given {
    /// Reads a document: AWS' container credential provider, or `iam/security-credentials/ROLE` of an instance.
    ///
    /// # Errors
    /// What is missing. Nothing of the document is told.
    pub fn read(document: &[u8]) -> Result<Self, GivenError> {
        let object = json::object(document, DOCUMENT_BYTES_MAX).map_err(|_| GivenError::Form)?;
        if json::text(&object, "Code").is_some_and(|code| code != "Success") {
            return Err(GivenError::Failed);
        }
        let text = |name: &'static str| {
            json::text(&object, name).filter(|text| !text.is_empty()).ok_or(GivenError::Member(name))
        };
        let access_key_id = text("AccessKeyId")?.to_owned();
        let expires = match object.get("Expiration") {
            None => None,
            Some(_) => Some(moment(text("Expiration")?).ok_or(GivenError::Member("Expiration"))?),
        };
        let session_token = text("Token").ok().map(Secret::new);
        let secret_access_key = Secret::new(text("SecretAccessKey")?);
        Ok(Self { credentials: Credentials { access_key_id, secret_access_key, session_token }, expires })
    }
}

/// `2026-11-23T20:00:00Z`, perhaps with parts of a second.
fn moment(text: &str) -> Option<u64> {
    let whole = match text.split_once('.') {
        Some((whole, rest)) => {
            let parts = rest.strip_suffix('Z')?;
            parts.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
            format!("{whole}Z")
        }
        None => text.to_owned(),
    };
    from_basic(&whole.replace(['-', ':'], ""))
}

/// One profile of a file in the form of `~/.aws/credentials`.
#[must_use]
pub fn profile(text: &str, wanted: &str) -> Option<Credentials> {
    let (mut inside, mut id, mut key, mut token) = (false, None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = name.trim() == wanted;
        } else if let (true, Some((name, value))) = (inside, line.split_once('=')) {
            match name.trim() {
                "aws_access_key_id" => id = Some(value.trim().to_owned()),
                "aws_secret_access_key" => key = Some(Secret::new(value.trim())),
                "aws_session_token" => token = Some(Secret::new(value.trim())),
                _ => {}
            }
        }
    }
    Some(Credentials { access_key_id: id?, secret_access_key: key?, session_token: token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read() {
        let text = r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"A","SecretAccessKey":"B","Token":"C","Expiration":"2026-11-23T20:00:00.123Z"}"#;
        let given = Given::read(text.as_bytes()).unwrap();
        assert_eq!((given.credentials.access_key_id.as_str(), given.expires), ("A", Some(1_795_464_000)));
        assert!(given.credentials.session_token.unwrap().matches(b"C"));
        for (wrong, told) in [
            ("[]", GivenError::Form),
            (r#"{"Code":"AssumeRoleUnauthorizedAccess"}"#, GivenError::Failed),
            (r#"{"AccessKeyId":"A"}"#, GivenError::Member("SecretAccessKey")),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":"B","Expiration":"tomorrow"}"#,
                GivenError::Member("Expiration"),
            ),
        ] {
            assert_eq!(Given::read(wrong.as_bytes()).unwrap_err(), told, "{wrong}");
        }
    }

    #[test]
    fn a_profile_is_found_among_others() {
        let text = "[default]\naws_access_key_id = A\naws_secret_access_key = B\n[two]\naws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E\n";
        let found = profile(text, "two").unwrap();
        assert_eq!((found.access_key_id.as_str(), found.secret_access_key.text()), ("C", Some("D")));
        assert!(profile(text, "three").is_none());
    }
}
