//! Claims (RFC 7519, section 4): checked against the configuration, mapped to an identity.
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Proofs;
use super::config::Issuer;
use super::error::JwtError;
use crate::secret::same;

/// 9999-12-31T23:59:59Z: a later moment is an error of the issuer.
const SECONDS_MAX: u64 = 253_402_300_799;
/// Most scopes, roles or groups that one token may name.
const NAMES_MAX: usize = 1024;

/// The key that a token is bound to (`cnf`, RFC 7800).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// `jkt`: the thumbprint of a DPoP key (RFC 9449, section 6.1).
    pub dpop_key: Option<String>,
    /// `x5t#S256`: the hash of a certificate (RFC 8705, section 3.1).
    pub certificate: Option<String>,
}

impl Confirmation {
    /// Reads `cnf`. A member that we cannot check is an error: ignoring it would drop the binding.
    pub(crate) fn read(claims: &Map<String, Value>) -> Result<Self, JwtError> {
        let members = match claims.get("cnf") {
            None => return Ok(Self::default()),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(JwtError::Claim("cnf".to_owned())),
        };
        let mut confirmation = Self::default();
        for (name, value) in members {
            let value = value.as_str().ok_or_else(|| JwtError::Claim("cnf".to_owned()))?.to_owned();
            match name.as_str() {
                "jkt" => confirmation.dpop_key = Some(value),
                "x5t#S256" => confirmation.certificate = Some(value),
                _ => return Err(JwtError::Confirmation(name.clone())),
            }
        }
        if confirmation == Self::default() {
            return Err(JwtError::Claim("cnf".to_owned()));
        }
        Ok(confirmation)
    }
}

impl Confirmation {
    /// Whether the client proved to hold a key that the token is bound to. A proof that is asked for and missing, or of
    /// another key, is an error; so is a DPoP proof beside a token that is not bound to a key (RFC 9449, section 7.1).
    pub fn check(&self, proofs: Proofs<'_>) -> Result<bool, JwtError> {
        self.proven(proofs).map(|(dpop, certificate)| dpop || certificate)
    }

    pub(super) fn proven(&self, proofs: Proofs<'_>) -> Result<(bool, bool), JwtError> {
        let dpop = check_binding("DPoP key", self.dpop_key.as_deref(), proofs.dpop_key)?;
        let certificate = check_binding("certificate", self.certificate.as_deref(), proofs.certificate)?;
        if proofs.dpop_key.is_some() && !dpop {
            return Err(JwtError::NotBound);
        }
        Ok((dpop, certificate))
    }
}

/// Whether the token is bound in this way. A certificate may be there for another reason than to bind a token.
fn check_binding(what: &'static str, bound: Option<&str>, proven: Option<&str>) -> Result<bool, JwtError> {
    match (bound, proven) {
        (None, _) => Ok(false),
        (Some(_), None) => Err(JwtError::ProofMissing(what)),
        (Some(bound), Some(proven)) if same(bound.as_bytes(), proven.as_bytes()) => Ok(true),
        (Some(_), Some(_)) => Err(JwtError::ProofOfAnother(what)),
    }
}

/// A moment as tokens write it (`NumericDate`): seconds since 1970-01-01, a fraction is cut off.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| (0.0..=253_402_300_799.0).contains(number))?;
        // in range, as just checked
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
        Some(number as u64)
    })?;
    (whole <= SECONDS_MAX).then_some(whole)
}

fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<u64>, JwtError> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => seconds(value).map(Some).ok_or_else(|| JwtError::Claim(name.to_owned())),
    }
}

/// Issuer, audience, times and what else the owner requires.
pub(super) fn check(config: &Issuer, claims: &Map<String, Value>, now: u64) -> Result<(), JwtError> {
    match claims.get("iss") {
        Some(Value::String(issuer)) if config.takes_issuer(issuer) => {}
        Some(Value::String(issuer)) => return Err(JwtError::Issuer(issuer.clone())),
        Some(_) => return Err(JwtError::Claim("iss".to_owned())),
        None => return Err(JwtError::Missing("iss".to_owned())),
    }
    check_audience(config, claims)?;
    check_times(config, claims, now)?;
    for name in &config.required_claims {
        if claims.get(name).is_none_or(Value::is_null) {
            return Err(JwtError::Missing(name.clone()));
        }
    }
    for (name, wanted) in &config.claim_values {
        match claims.get(name) {
            Some(Value::String(value)) if wanted.contains(value) => {}
            Some(_) => return Err(JwtError::Claim(name.clone())),
            None => return Err(JwtError::Missing(name.clone())),
        }
    }
    Ok(())
}

fn check_audience(config: &Issuer, claims: &Map<String, Value>) -> Result<(), JwtError> {
    let name = config.audience_claim();
    let fits = |value: &Value| value.as_str().is_some_and(|text| config.audiences.iter().any(|a| a == text));
    match claims.get(name) {
        Some(value @ Value::String(_)) if fits(value) => Ok(()),
        Some(Value::Array(values)) if !values.iter().all(Value::is_string) => {
            Err(JwtError::Claim(name.to_owned()))
        }
        Some(Value::Array(values)) if values.iter().any(fits) => Ok(()),
        Some(value @ (Value::String(_) | Value::Array(_))) => Err(JwtError::Audience(value.to_string())),
        Some(_) => Err(JwtError::Claim(name.to_owned())),
        None => Err(JwtError::Missing(name.to_owned())),
    }
}

fn check_times(config: &Issuer, claims: &Map<String, Value>, now: u64) -> Result<(), JwtError> {
    let leeway = config.leeway_seconds;
    let expired = moment(claims, "exp")?.ok_or_else(|| JwtError::Missing("exp".to_owned()))?;
    if now >= expired.saturating_add(leeway) {
        return Err(JwtError::Expired { expired, now });
    }
    let issued = moment(claims, "iat")?;
    for from in [moment(claims, "nbf")?, issued].into_iter().flatten() {
        if from > now.saturating_add(leeway) {
            return Err(JwtError::Early { from, now });
        }
    }
    if let Some(age_max) = config.age_seconds_max {
        let issued = issued.ok_or_else(|| JwtError::Missing("iat".to_owned()))?;
        if now.saturating_sub(issued) > age_max.saturating_add(leeway) {
            return Err(JwtError::TooOld { issued });
        }
    }
    Ok(())
}

/// Who: the configured claim, text that is not empty.
pub(super) fn subject(config: &Issuer, claims: &Map<String, Value>) -> Result<String, JwtError> {
    let names = &config.subject_claims;
    for name in names {
        match at(claims, name) {
            Some(Value::String(subject)) if !subject.is_empty() && subject.len() <= 1024 => {
                return Ok(subject.clone());
            }
            Some(_) => return Err(JwtError::Claim(name.clone())),
            None => {}
        }
    }
    Err(JwtError::Missing(names.first().cloned().unwrap_or_default()))
}

/// The value at a path: a claim of exactly this name, else names joined by dots (`realm_access.roles`).
fn at<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut names = path.split('.');
    let mut value = claims.get(names.next()?)?;
    for name in names {
        value = value.as_object()?.get(name)?;
    }
    Some(value)
}

/// The texts under all these paths: a text, or a list of texts. Anything else counts for nothing, so it grants nothing.
pub(crate) fn texts(claims: &Map<String, Value>, paths: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for value in paths.iter().filter_map(|path| at(claims, path)) {
        match value {
            Value::String(text) => names.extend([text.clone()]),
            Value::Array(values) => {
                names.extend(values.iter().take(NAMES_MAX).filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).take(NAMES_MAX).collect()
}

/// Scopes: names separated by spaces (RFC 8693, section 4.2), or a list of them.
pub(super) fn scopes(config: &Issuer, claims: &Map<String, Value>) -> BTreeSet<String> {
    let values = texts(claims, &config.scope_claims);
    values.iter().flat_map(|text| text.split(' ')).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}
