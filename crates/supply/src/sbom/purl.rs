//! Package URLs.
use crate::read::normal_name;

/// The package URL of a package.
pub(crate) fn purl(ecosystem: &str, name: &str, version: Option<&str>) -> String {
    let kind = match ecosystem {
        "npm" => "npm",
        "PyPI" => "pypi",
        "crates.io" => "cargo",
        "Go" => "golang",
        "Maven" => "maven",
        "RubyGems" => "gem",
        "NuGet" => "nuget",
        "Packagist" => "composer",
        _ => "generic",
    };
    let path = if ecosystem == "Maven" { name.replacen(':', "/", 1) } else { name.to_owned() };
    let path: Vec<String> = path.split('/').map(encoded).collect();
    let version = version.map(|version| format!("@{}", encoded(version))).unwrap_or_default();
    format!("pkg:{kind}/{}{version}", path.join("/"))
}

fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            shown.push_str(&format!("%{byte:02X}"));
        }
    }
    shown
}

/// Ecosystem, name and version of a package URL.
pub(crate) fn from_purl(purl: &str) -> Option<(&'static str, String, Option<String>)> {
    let rest = purl.strip_prefix("pkg:")?;
    let rest = rest.split(['?', '#']).next()?;
    let (kind, path) = rest.split_once('/')?;
    let split = path.rfind('@').filter(|at| *at > 0);
    let (path, version) = match split.and_then(|at| path.split_at_checked(at)) {
        Some((path, version)) => (path, Some(decoded(version.trim_start_matches('@')))),
        None => (path, None),
    };
    let path = decoded(path);
    Some(match kind.to_ascii_lowercase().as_str() {
        "npm" => ("npm", path, version),
        "pypi" => ("PyPI", normal_name(&path), version),
        "cargo" => ("crates.io", path, version),
        "golang" => ("Go", path, version),
        "maven" => ("Maven", path.replacen('/', ":", 1), version),
        "gem" => ("RubyGems", path, version),
        "nuget" => ("NuGet", path, version),
        "composer" => ("Packagist", path.to_ascii_lowercase(), version),
        _ => return None,
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digits = rest.clone();
        let pair = digits.next().zip(digits.next());
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match pair.and_then(|(a, b)| u8::try_from(hex(a)? * 16 + hex(b)?).ok()) {
            Some(value) => {
                bytes.push(value);
                rest = digits;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
