//! Packages that lie in the folder itself: `*.dist-info/METADATA`, `*.egg-info/PKG-INFO`.
use model::{Origin, Span};

use super::requirements::normal_name;
use super::{Found, Input};

/// Headers of core metadata: they end with the first empty line.
pub(super) fn dist_info(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Installed);
    let mut package = None;
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        if line.trim().is_empty() {
            break;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let from = here + line.find(value).unwrap_or(0);
        let at = Span::new(input.file, from, from + value.len());
        if key == "Name" {
            package = Some(found.package(&normal_name(value), at));
            continue;
        }
        let Some(package) = package.as_mut() else { continue };
        match key {
            "Version" => {
                package.version = Some(value.to_owned());
                package.version_at = Some(at);
                package.pinned = true;
            }
            "License-Expression" => package.license = Some(value.to_owned()),
            "License" if package.license.is_none() && value.len() < 60 && !value.is_empty() => {
                package.license = Some(value.to_owned());
            }
            "Classifier" if package.license.is_none() => {
                package.license = value.strip_prefix("License :: OSI Approved :: ").map(str::to_owned);
            }
            "Requires-Dist" if !value.contains("extra ==") => {
                let end = value.find(|at: char| !at.is_ascii_alphanumeric() && !"-_.".contains(at));
                let name = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
                package.requires.push(normal_name(name));
            }
            _ => {}
        }
    }
    found.packages.extend(package);
    found
}
