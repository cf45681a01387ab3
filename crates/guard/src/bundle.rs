//! The policy of this function: found, verified, or refused.
use crate::clock;
use crate::fetch::fetch;
use crate::settings::{Address, Settings};
use policy::{Bundle, FORMAT, Function, Mode, PublicKey, Rules, signed};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write policies")]
mod tests;

/// The bundle, and which of its functions this is.
#[derive(Debug)]
pub struct Loaded {
    pub bundle: Bundle,
    /// The function's name in the bundle.
    pub name: String,
    pub function: Function,
    pub origin: Origin,
}

/// How much the bundle is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Signed,
    /// The layer's, signed: the address that `BUCKLER_POLICY` names gave none that may be used, or an older one. Why.
    Layer(String),
    /// `BUCKLER_POLICY_UNSIGNED=1`.
    Unsigned,
    /// There is none: our own rules and the defaults apply.
    Absent,
    /// It was refused, and `BUCKLER_MODE` says that the function runs all the same.
    Refused(String),
}

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("the policy `{path}` cannot be read: {why}")]
    Read { path: PathBuf, why: io::Error },
    #[error("the policy at `{address}` cannot be fetched: {why}")]
    Fetch { address: Address, why: String },
    #[error(
        "the public key `{path}` cannot be read: {why}; `buckler guard layer --key` puts it into the layer"
    )]
    Key { path: PathBuf, why: String },
    #[error("{0}")]
    Refused(#[from] policy::ReadError),
    #[error("the policy has no function `{name}`; it has {known}: set `BUCKLER_FUNCTION` to one of them")]
    NoFunction { name: String, known: String },
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = signed::ENVELOPE_BYTES_MAX as u64 + 1;
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds, verifies and reads the bundle.
///
/// # Errors
/// See [`BundleError`]; with `BUCKLER_MODE=detect` or `off` the reason is kept in [`Origin::Refused`] instead.
pub fn load(settings: &Settings) -> Result<Loaded, BundleError> {
    let mut loaded = match verified(settings) {
        Ok(loaded) => loaded,
        // The owner wrote down that the function runs: it is told, loudly.
        Err(why) if matches!(settings.mode, Some(Mode::Detect | Mode::Off)) => {
            default(settings, Origin::Refused(why.to_string()))
        }
        Err(why) => return Err(why),
    };
    if let Some(mode) = settings.mode {
        loaded.function.mode = mode;
        if let Some(function) = loaded.bundle.functions.get_mut(&loaded.name) {
            function.mode = mode;
        }
    }
    Ok(loaded)
}

fn verified(settings: &Settings) -> Result<Loaded, BundleError> {
    match &settings.policy_address {
        Some(address) => at_address(settings, address),
        None => in_file(settings),
    }
}

/// The bundle at an address. Where that does not give one that may be used, or gives one that was issued before the layer's (somebody
/// who holds the address cannot take a function back to what was allowed once), it is the layer's.
fn at_address(settings: &Settings, address: &Address) -> Result<Loaded, BundleError> {
    let fetched = fetched(address).and_then(|bytes| chosen(settings, &bytes));
    let in_layer = bytes(&settings.policy).ok().map(|bytes| chosen(settings, &bytes));
    match (fetched, in_layer) {
        (Ok(fetched), Some(Ok(in_layer))) if in_layer.bundle.issued > fetched.bundle.issued => {
            let why = format!("the policy at `{address}` was issued before the layer's");
            Ok(Loaded { origin: Origin::Layer(why), ..in_layer })
        }
        (Ok(fetched), _) => Ok(fetched),
        (Err(why), Some(Ok(in_layer))) => Ok(Loaded { origin: Origin::Layer(why.to_string()), ..in_layer }),
        (Err(why), _) => Err(why),
    }
}

fn fetched(address: &Address) -> Result<Vec<u8>, BundleError> {
    let wrong = |why: String| BundleError::Fetch { address: address.clone(), why };
    let ask = access::Ask {
        method: "GET",
        url: address.0.clone(),
        headers: Vec::new(),
        body: Vec::new(),
        answer_bytes_max: signed::ENVELOPE_BYTES_MAX,
    };
    // What went wrong on the way may spell the whole address.
    let answer = fetch(&ask).map_err(|why| wrong(why.replace(address.0.as_str(), "the address")))?;
    if answer.status != 200 {
        return Err(wrong(format!("it answers with status {}", answer.status)));
    }
    Ok(answer.body)
}

fn in_file(settings: &Settings) -> Result<Loaded, BundleError> {
    let bytes = match bytes(&settings.policy) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound && !settings.policy_named => {
            return Ok(default(settings, Origin::Absent));
        }
        Err(why) => return Err(BundleError::Read { path: settings.policy.clone(), why }),
    };
    chosen(settings, &bytes)
}

/// Reads a bundle, and chooses the function in it.
fn chosen(settings: &Settings, bytes: &[u8]) -> Result<Loaded, BundleError> {
    let now = clock::now_ms() / 1000;
    let (bundle, origin) = if settings.policy_unsigned {
        let inner = signed::unverified(bytes);
        (signed::read(inner.as_deref().unwrap_or(bytes))?, Origin::Unsigned)
    } else {
        let keys = keys(&settings.policy_key)?;
        let ages = signed::Ages { oldest_seconds: settings.policy_age_max_s, ..signed::Ages::default() };
        (signed::read_signed_within(bytes, &keys, now, ages)?, Origin::Signed)
    };
    let wanted = settings.function.clone().unwrap_or_default();
    let Some(name) = find(&bundle, &wanted) else {
        let known: Vec<String> = bundle.functions.keys().take(20).map(|name| format!("`{name}`")).collect();
        return Err(BundleError::NoFunction { name: wanted, known: known.join(", ") });
    };
    let function = bundle.functions.get(&name).cloned().unwrap_or_default();
    Ok(Loaded { bundle, name, function, origin })
}

fn keys(path: &Path) -> Result<Vec<PublicKey>, BundleError> {
    let wrong = |why: String| BundleError::Key { path: path.to_owned(), why };
    let bytes = bytes(path).map_err(|why| wrong(why.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not PEM".to_owned()))?;
    PublicKey::read_all(&text).map_err(|why| wrong(why.to_string()))
}

fn default(settings: &Settings, origin: Origin) -> Loaded {
    let name = settings.function.clone().unwrap_or_else(|| "function".to_owned());
    let function = Function::default();
    let now = clock::now_ms() / 1000;
    let bundle = Bundle {
        format: FORMAT,
        application: String::new(),
        issued: now,
        expires: u64::MAX,
        rules: Rules::default(),
        issuers: BTreeMap::new(),
        keys: BTreeMap::new(),
        functions: BTreeMap::from([(name.clone(), function.clone())]),
    };
    Loaded { bundle, name, function, origin }
}

/// The graph's name of a function in the account. CloudFormation calls a function that has no name of its own
/// `STACK-LOGICALID-RANDOM`.
fn find(bundle: &Bundle, wanted: &str) -> Option<String> {
    if bundle.functions.contains_key(wanted) {
        return Some(wanted.to_owned());
    }
    let deployed = bundle.functions.iter().find(|(_, function)| function.deployed.as_deref() == Some(wanted));
    if let Some((name, _)) = deployed {
        return Some(name.clone());
    }
    let (rest, random) = wanted.rsplit_once('-')?;
    let is_random = random.len() >= 8 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut fits = bundle.functions.iter().filter(|(name, function)| {
        // A long logical id is cut at its end.
        let logical = rest.rsplit_once('-').map_or(rest, |(_, logical)| logical);
        function.deployed.is_none() && is_random && logical.len() >= 3 && *name == logical
    });
    match (fits.next(), fits.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}
