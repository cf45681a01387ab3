//! XML documents of others: `BUCKLER_XML_TESTS` names the folder `xmlconf` of the W3C's conformance test suite.
//!
//! Asked is only whether a document is well-formed: valid and invalid ones are taken, those that are not well-formed are refused.
use crate::Limits;
use crate::body::{Body, Processor, read};
use crate::seclang::corpus::folder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One test of a catalogue.
struct Case {
    id: String,
    kind: String,
    entities: String,
    path: PathBuf,
}

/// Documents that are not well-formed and are taken all the same.
const TAKEN: &[(&str, &[&str])] = &[
    ("no body is no error, as in ModSecurity", &["not-wf-sa-050", "o-p39fail3"]),
    (
        "the mark is followed, as libxml2 does, and the other name told as an oddity",
        &["hst-lhs-007", "hst-lhs-008"],
    ),
    (
        "the error stands in a file that is never loaded, or in a parameter entity, which is told and not expanded",
        &[
            "cond01",
            "cond02",
            "decl01",
            "dtd07",
            "encoding07",
            "ibm-not-wf-P30-ibm30n01.xml",
            "ibm-not-wf-P31-ibm31n01.xml",
            "ibm-not-wf-P61-ibm61n01.xml",
            "ibm-not-wf-P62-ibm62n01.xml",
            "ibm-not-wf-P62-ibm62n02.xml",
            "ibm-not-wf-P62-ibm62n03.xml",
            "ibm-not-wf-P62-ibm62n04.xml",
            "ibm-not-wf-P62-ibm62n05.xml",
            "ibm-not-wf-P62-ibm62n06.xml",
            "ibm-not-wf-P62-ibm62n07.xml",
            "ibm-not-wf-P62-ibm62n08.xml",
            "ibm-not-wf-P63-ibm63n01.xml",
            "ibm-not-wf-P63-ibm63n02.xml",
            "ibm-not-wf-P63-ibm63n03.xml",
            "ibm-not-wf-P63-ibm63n04.xml",
            "ibm-not-wf-P63-ibm63n05.xml",
            "ibm-not-wf-P63-ibm63n06.xml",
            "ibm-not-wf-P63-ibm63n07.xml",
            "ibm-not-wf-P64-ibm64n01.xml",
            "ibm-not-wf-P64-ibm64n02.xml",
            "ibm-not-wf-P64-ibm64n03.xml",
            "ibm-not-wf-P65-ibm65n01.xml",
            "ibm-not-wf-P65-ibm65n02.xml",
            "ibm-not-wf-P77-ibm77n01.xml",
            "ibm-not-wf-P77-ibm77n02.xml",
            "ibm-not-wf-P77-ibm77n03.xml",
            "ibm-not-wf-P77-ibm77n04.xml",
            "ibm-not-wf-P78-ibm78n01.xml",
            "ibm-not-wf-P78-ibm78n02.xml",
            "ibm-not-wf-P79-ibm79n01.xml",
            "ibm-not-wf-P79-ibm79n02.xml",
            "ibm-not-wf-p28a-ibm28an01.xml",
            "not-wf-ext-sa-001",
            "not-wf-ext-sa-002",
            "not-wf-ext-sa-003",
            "not-wf-not-sa-001",
            "not-wf-not-sa-002",
            "not-wf-not-sa-003",
            "not-wf-not-sa-004",
            "not-wf-not-sa-006",
            "not-wf-not-sa-007",
            "not-wf-not-sa-008",
            "not-wf-not-sa-009",
            "o-p09fail1",
            "o-p09fail2",
            "o-p30fail1",
            "o-p31fail1",
            "o-p61fail1",
            "o-p62fail1",
            "o-p62fail2",
            "o-p63fail1",
            "o-p63fail2",
            "o-p64fail1",
            "o-p64fail2",
            "rmt-e2e-38",
        ],
    ),
];

fn catalogues(folder: &Path, found: &mut Vec<Case>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            catalogues(&path, found);
        } else if path.extension().is_some_and(|end| end == "xml") {
            #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
            let bytes = std::fs::read(&path).expect("a catalogue");
            let text = String::from_utf8_lossy(&bytes);
            found.extend(text.split("<TEST ").skip(1).filter_map(|test| case(folder, test)));
        }
    }
}

fn case(folder: &Path, test: &str) -> Option<Case> {
    let mut rest = test;
    let mut attributes: BTreeMap<&str, &str> = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.starts_with('>') {
            break;
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next()?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        attributes.insert(name.trim(), value);
        rest = after;
    }
    let of = |name: &str| attributes.get(name).copied().unwrap_or_default();
    // XML 1.0, fifth edition; namespaces are not looked at.
    let is_ours = (of("EDITION").is_empty() || of("EDITION").contains('5'))
        && !of("RECOMMENDATION").starts_with("NS")
        && !of("RECOMMENDATION").starts_with("XML1.1")
        && of("VERSION") != "1.1";
    is_ours.then(|| Case {
        id: of("ID").to_owned(),
        kind: of("TYPE").to_owned(),
        entities: of("ENTITIES").to_owned(),
        path: folder.join(of("URI")),
    })
}

#[test]
fn documents_of_the_conformance_suite_are_told_apart() {
    let Some(folder) = folder("BUCKLER_XML_TESTS") else { return };
    let mut cases = Vec::new();
    catalogues(&folder, &mut cases);
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let is_named = |id: &str| TAKEN.iter().any(|(_, ids)| ids.contains(&id));
    let (mut wrong, mut counts) = (String::new(), BTreeMap::new());
    for case in &cases {
        #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
        let Ok(bytes) = std::fs::read(&case.path) else { continue };
        let limits = Limits { depth_max: 10_000, arguments_max: 1_000_000, ..Limits::default() };
        let mut out = Body::default();
        read(Processor::Xml, b"text/xml", &bytes, &limits, &mut out);
        *counts.entry(case.kind.as_str()).or_insert(0) += 1;
        match case.kind.as_str() {
            "valid" | "invalid" if out.error.is_some() => {
                wrong.push_str(&format!("{} {} ({}): {:?}\n", case.kind, case.id, case.entities, out.error));
            }
            "not-wf" if out.error.is_none() != is_named(&case.id) => {
                wrong.push_str(&format!("{} {} ({}): {:?}\n", case.kind, case.id, case.entities, out.error));
            }
            _ => {}
        }
    }
    println!("{counts:?}");
    assert_eq!(wrong, "");
    assert!(cases.len() > 1_500, "the suite is whole: {counts:?}");
}
