//! The public databases, where a copy of them lies beside the checkout.
#![expect(clippy::disallowed_methods, reason = "a test reads files")]
use model::Date;

use super::{Compiler, Database, Verdict, archive};
use crate::version::Scheme;

/// Archive, ecosystem, and a version that is known to be weak.
const COPIES: &[(&str, &str, &str, &str, &str)] = &[
    ("pypa-osv.tar.xz", "PyPI", "pyyaml", "5.1", "PYSEC-2020-96"),
    ("rustsec.tar.xz", "crates.io", "once_cell", "1.0.0", "RUSTSEC-2019-0017"),
    ("nodejs-security-wg-npm.tar.xz", "npm", "node-serialize", "0.0.4", "NSWG-ECO-311"),
];

#[test]
fn the_public_databases_are_read_whole() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/advisories");
    for (name, ecosystem, package, version, id) in COPIES {
        let Ok(bytes) = std::fs::read(format!("{folder}/{name}")) else {
            eprintln!("`{name}` is not beside the checkout: not tested");
            continue;
        };
        let mut compiler = Compiler::default();
        compiler.source(name, None);
        archive::each(&bytes, Compiler::wants, |path, text| compiler.file(path, text)).unwrap();
        let database = Database::open(compiler.finish(Date::new(2026, 11, 22))).unwrap();
        let source = &database.meta.sources[0];
        assert_eq!(source.unread, 0, "{name}: {:?}", source.unread_examples);
        assert!(source.advisories > 400, "{name}: {}", source.advisories);
        let scheme = Scheme::of(ecosystem).unwrap();
        let parsed = scheme.parse(version);
        let records = database.records(ecosystem, package);
        let found =
            records.iter().filter(|one| one.judges(scheme, version, parsed.as_ref()) == Verdict::Affected);
        let ids: Vec<&str> = found.map(|one| one.id.as_str()).collect();
        assert!(ids.contains(id), "{name}: {ids:?}");
    }
}
