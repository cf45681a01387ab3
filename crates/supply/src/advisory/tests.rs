//! Databases, from files to verdicts.
use model::{Date, MemorySource, Project};

use super::{Compiler, Database, DatabaseError, Verdict, archive};
use crate::lookup::{Freshness, look_up};
use crate::version::Scheme;

const TODAY: Date = Date::new(2026, 11, 22);

const OSV: &str = r#"{"id": "GHSA-aaaa", "modified": "2026-11-20T00:00:00Z", "aliases": ["CVE-2026-1"], "summary": "Bad thing",
 "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
 "affected": [{"package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"fixed": "2.1.3"}, {"introduced": "0"}, {"fixed": "1.5.0"}]}, {"type": "GIT", "events": [{"introduced": "0"}]}]}]}"#;
const PYPA: &str = "id: PYSEC-1\nmodified: '2026-11-21T00:00:00Z'\naliases: [CVE-2026-1]\ndetails: First sentence. Second.\naffected:\n- package: {name: Py_Yaml, ecosystem: PyPI}\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: '5.1'\n    - last_affected: '5.3'\n  versions: ['4.2b1']\n";
const RUSTSEC: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2026-0001\"\npackage = \"thing\"\ndate = \"2026-11-19\"\ncvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\"\n[versions]\npatched = [\"^0.9.3\", \">= 1.0.1\"]\nunaffected = [\"< 0.2.5\"]\n```\n\n# Panic during drop\n\nText.\n";
const NODE: &str = r#"{"id": 7, "title": "Regex", "module_name": "slow", "cves": ["CVE-2026-2"], "vulnerable_versions": "<1.2.0 || >=2.0.0 <2.0.5", "cvss_score": 5.3, "updated_at": "2026-11-18"}"#;
const MALWARE: &str = r#"{"id": "MAL-2026-1", "modified": "2026-11-20T00:00:00Z", "summary": "Malicious code in evil", "affected": [{"package": {"ecosystem": "npm", "name": "evil"}, "versions": ["1.0.0"]}]}"#;

fn database() -> Database {
    let mut compiler = Compiler::default();
    compiler.source("small", None);
    for (path, text) in [
        ("a.json", OSV),
        ("b.yaml", PYPA),
        ("crates/thing/RUSTSEC-2026-0001.md", RUSTSEC),
        ("vuln/npm/7.json", NODE),
        ("m.json", MALWARE),
        ("x.json", "{}"),
        ("y.json", r#"{"module_name": "x", "id": 1}"#),
    ] {
        compiler.file(path, text);
    }
    Database::open(compiler.finish(TODAY)).unwrap()
}

fn affected(database: &Database, ecosystem: &str, name: &str, version: &str) -> bool {
    let scheme = Scheme::of(ecosystem).unwrap();
    let parsed = scheme.parse(version);
    let mut records = database.records(ecosystem, name).into_iter();
    records.any(|record| record.judges(scheme, version, parsed.as_ref()) == Verdict::Affected)
}

#[test]
fn every_format_says_which_versions() {
    let database = database();
    let cases: &[(&str, &str, &str, &str)] = &[
        ("npm", "left", "0.0.1 1.4.9 2.0.0 2.1.2", "1.5.0 1.9.0 2.1.3 3.0.0"),
        ("PyPI", "py-yaml", "5.1 5.2.1 5.3 4.2b1 4.2.beta1", "5.0 5.3.1 4.2"),
        ("crates.io", "thing", "0.2.5 0.9.2 0.10.0 1.0.0 1.0.1-alpha", "0.2.4 0.9.3 0.9.9 1.0.1 2.0.0"),
        ("npm", "slow", "0.1.0 2.0.4", "1.2.0 2.0.5"),
        ("npm", "evil", "1.0.0", "1.0.1"),
    ];
    for (ecosystem, name, yes, no) in cases {
        yes.split(' ')
            .for_each(|version| assert!(affected(&database, ecosystem, name, version), "{name} {version}"));
        no.split(' ')
            .for_each(|version| assert!(!affected(&database, ecosystem, name, version), "{name} {version}"));
    }
    let source = &database.meta.sources[0];
    assert_eq!((source.advisories, source.unread, source.git_ranges), (5, 1, 1));
    assert_eq!(database.meta.ecosystems["npm"].newest, "2026-11-20");
}

#[test]
fn a_database_that_was_cut_or_changed_is_refused() {
    let mut compiler = Compiler::default();
    compiler.source("small", None);
    compiler.file("a.json", OSV);
    let bytes = compiler.finish(TODAY);
    for end in 0..bytes.len() {
        assert!(Database::open(bytes[..end].to_vec()).is_err(), "cut at {end}");
    }
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(Database::open(changed).is_err(), "changed at {at}");
    }
    assert_eq!(Database::open(b"{}".to_vec()).err(), Some(DatabaseError::Format));
}

fn scan(files: &[(&str, &str)], today: Date) -> Project {
    let mut project = Project::default();
    crate::read(&MemorySource::new(files.iter().copied()), &mut project);
    look_up(&mut project, &database(), Freshness { today, age_days_max: 7 });
    project
}

#[test]
fn packages_get_their_advisories_and_the_smallest_way_out() {
    let mut project = scan(
        &[
            ("package.json", r#"{"dependencies": {"left": "^1.2.0", "slow": "2.0.1", "evil": "1.0.0"}}"#),
            ("requirements.txt", "Py.Yaml==5.1\n"),
        ],
        TODAY,
    );
    let shown: Vec<String> = project
        .files_app()
        .packages
        .iter()
        .map(|package| {
            let ids: Vec<String> = package
                .advisories
                .iter()
                .map(|one| format!("{} {:?} {:?}", one.id, one.severity, one.score))
                .collect();
            let upgrade = package
                .upgrade
                .as_ref()
                .map(|upgrade| format!("{} {:?} {}", upgrade.version, upgrade.text, upgrade.compatible));
            format!("{} {} -> {upgrade:?}", package.name, ids.join(","))
        })
        .collect();
    expect_test::expect![[r#"
        left GHSA-aaaa Critical Some(9.8) -> Some("1.5.0 Some(\"^1.5.0\") true")
        slow NSWG-ECO-7 Medium Some(5.3) -> Some("2.0.5 Some(\"2.0.5\") true")
        evil MAL-2026-1 Critical None -> None
        py-yaml PYSEC-1 Medium None -> None"#]]
    .assert_eq(&shown.join("\n"));
    let messages: Vec<&str> = project.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["1 advisories of the database's sources could not be read"]);
}

#[test]
fn what_cannot_be_told_is_a_problem() {
    let message = |files: &[(&str, &str)], today| {
        scan(files, today)
            .problems
            .iter()
            .map(|problem| problem.message.clone())
            .filter(|text| !text.contains("could not be read"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let gem = "GEM\n  specs:\n    rack (1.0)\n";
    assert!(message(&[("Gemfile.lock", gem)], TODAY).contains("holds nothing about RubyGems"));
    let old = message(&[("requirements.txt", "a==1\n")], Date::new(2027, 1, 1));
    assert!(old.contains("end on 2026-11-21, 41 days ago"), "{old}");
    let odd = message(
        &[("package-lock.json", r#"{"packages": {"node_modules/left": {"version": "odd"}}}"#)],
        TODAY,
    );
    assert_eq!(odd, "`left` odd cannot be compared with GHSA-aaaa");
}

#[test]
fn archives_are_read_in_memory_and_bounded() {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, text) in [("db/a.json", OSV), ("db/skip.bin", "no")] {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let bytes = tar.into_inner().unwrap();
    let mut seen = Vec::new();
    archive::each(&bytes, Compiler::wants, |path, text| seen.push((path.to_owned(), text.len()))).unwrap();
    assert_eq!(seen, [("db/a.json".to_owned(), OSV.len())]);
    assert!(archive::each(b"PK nothing", |_| true, |_, _| {}).is_err());
    assert!(archive::each(b"GIF89a", |_| true, |_, _| {}).is_err());
}

#[test]
fn a_bomb_in_an_archive_is_left_out() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("bomb.json", options).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..20 {
        zip.write_all(&zeros).unwrap();
    }
    zip.start_file("good.json", options).unwrap();
    zip.write_all(OSV.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    let mut seen = Vec::new();
    archive::each(&bytes, |_| true, |path, _| seen.push(path.to_owned())).unwrap();
    assert_eq!(seen, ["good.json"]);
}
