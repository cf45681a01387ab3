//! The packages of all files as one graph: each package URL once.
use std::collections::{BTreeMap, BTreeSet};

use model::{Advisory, App, Exposure, Origin, Package, Project, Scope};

use super::purl;

/// One component.
#[derive(Debug)]
pub(super) struct Component<'a> {
    pub purl: String,
    pub package: &'a Package,
    /// Runtime when any file says so.
    pub scope: Scope,
    pub license: Option<&'a str>,
    pub checksum: Option<&'a str>,
    /// Package URLs of what it needs.
    pub needs: BTreeSet<String>,
    /// Files that name it.
    pub paths: BTreeSet<&'a str>,
    pub direct: bool,
    pub advisories: Vec<&'a Advisory>,
    /// Every file that names it says that nothing loads it.
    pub unreachable: bool,
}

/// Components by package URL. Packages without a version are no components: nobody knows what they are.
pub(super) fn components(project: &Project) -> BTreeMap<String, Component<'_>> {
    let mut found: BTreeMap<String, Component<'_>> = BTreeMap::new();
    for app in &project.apps {
        for manifest in &app.manifests {
            add_file(project, app, manifest.file, &mut found);
        }
    }
    found
}

fn add_file<'a>(
    project: &'a Project,
    app: &'a App,
    file: model::FileId,
    found: &mut BTreeMap<String, Component<'a>>,
) {
    let own: Vec<&Package> = app.packages.iter().filter(|package| package.at.file == file).collect();
    let url = |package: &Package| purl(package.ecosystem, &package.name, package.version.as_deref());
    let mut by_key: BTreeMap<String, String> = BTreeMap::new();
    for package in own.iter().filter(|package| package.version.is_some()) {
        by_key.entry(package.key()).or_insert_with(|| url(package));
        by_key.entry(package.name.clone()).or_insert_with(|| url(package));
    }
    let path = project.files.get(file.0 as usize).map_or("", |file| file.path.as_str());
    for package in own.into_iter().filter(|package| package.version.is_some()) {
        let unreachable = package.exposure == Exposure::NotImported;
        let entry = found.entry(url(package)).or_insert_with(|| Component {
            purl: url(package),
            package,
            scope: package.scope,
            license: None,
            checksum: None,
            needs: BTreeSet::new(),
            paths: BTreeSet::new(),
            direct: false,
            advisories: package.advisories.iter().collect(),
            unreachable,
        });
        entry.scope = entry.scope.min(package.scope);
        entry.license = entry.license.or(package.license.as_deref());
        entry.checksum = entry.checksum.or(package.checksum.as_deref());
        entry.needs.extend(package.requires.iter().filter_map(|need| by_key.get(need)).cloned());
        entry.paths.insert(path);
        entry.direct |= package.direct && package.origin != Origin::Installed;
        entry.unreachable &= unreachable;
    }
}

/// Packages that are asked for without a known version: `name requirement`.
pub(super) fn without_version(project: &Project) -> usize {
    project.apps.iter().flat_map(|app| &app.packages).filter(|package| package.version.is_none()).count()
}

/// Algorithm (as SPDX calls it) and hexadecimal digits of a checksum.
pub(super) fn hash(checksum: &str) -> Option<(&'static str, String)> {
    let (algorithm, value) = checksum.split_once([':', '-'])?;
    let (name, digits) = match algorithm.to_ascii_lowercase().as_str() {
        "sha1" => ("SHA1", 40),
        "sha256" => ("SHA256", 64),
        "sha384" => ("SHA384", 96),
        "sha512" => ("SHA512", 128),
        "md5" => ("MD5", 32),
        _ => return None,
    };
    let is_hex = value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hex = if is_hex { value.to_ascii_lowercase() } else { base64_to_hex(value)? };
    (hex.len() == digits).then_some((name, hex))
}

fn base64_to_hex(text: &str) -> Option<String> {
    let mut hex = String::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            hex.push_str(&format!("{:02x}", (bits >> count) & 0xff));
            bits &= (1 << count) - 1;
        }
    }
    Some(hex)
}
