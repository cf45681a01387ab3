//! Out and in again.
use expect_test::expect;
use model::{Advisory, Exposure, MemorySource, Project, Severity};

use super::{About, apply_vex, cyclonedx, openvex, read_vex, spdx};

const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"@s/a": "1"}},
 "node_modules/@s/a": {"version": "1.0.0+b", "integrity": "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "license": "(MIT OR GPL-3.0)", "dependencies": {"b": "1"}},
 "node_modules/b": {"version": "2.0.0", "license": "MIT", "dev": true}}}"#;
const ABOUT: About<'_> = About { name: "shop", tool_version: "0.1.0", seconds: 1_795_305_600 };

fn project(exposure: Exposure) -> Project {
    let mut project = Project::default();
    crate::read(&MemorySource::new([("package-lock.json", LOCK)]), &mut project);
    for package in project.files_app().packages.iter_mut().filter(|package| package.name == "b") {
        package.exposure = exposure.clone();
        package.advisories.push(Advisory {
            id: "GHSA-x".into(),
            aliases: vec!["CVE-2026-1".into()],
            summary: "Bad".into(),
            severity: Severity::High,
            score: Some(7.5),
            fixed: Some("2.0.1".into()),
            vex: None,
            malicious: false,
        });
    }
    project
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn the_same_project_gives_the_same_bill() {
    let text = cyclonedx(&project(Exposure::Unknown), &ABOUT, true);
    assert_eq!(text, cyclonedx(&project(Exposure::Unknown), &ABOUT, true));
    expect![[r#"
        {
          "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "version": 1,
          "metadata": {
            "timestamp": "2026-11-22T00:00:00Z",
            "tools": {
              "components": [
                {
                  "type": "application",
                  "name": "buckler",
                  "version": "0.1.0"
                }
              ]
            },
            "component": {
              "type": "application",
              "bom-ref": "application",
              "name": "shop"
            }
          },
          "components": [
            {
              "type": "library",
              "bom-ref": "pkg:npm/%40s/a@1.0.0%2Bb",
              "name": "a",
              "version": "1.0.0+b",
              "scope": "required",
              "purl": "pkg:npm/%40s/a@1.0.0%2Bb",
              "evidence": {
                "occurrences": [
                  {
                    "location": "package-lock.json"
                  }
                ]
              },
              "group": "@s",
              "hashes": [
                {
                  "alg": "SHA-1",
                  "content": "a9993e364706816aba3e25717850c26c9cd0d89d"
                }
              ],
              "licenses": [
                {
                  "expression": "(MIT OR GPL-3.0)"
                }
              ]
            },
            {
              "type": "library",
              "bom-ref": "pkg:npm/b@2.0.0",
              "name": "b",
              "version": "2.0.0",
              "scope": "excluded",
              "purl": "pkg:npm/b@2.0.0",
              "evidence": {
                "occurrences": [
                  {
                    "location": "package-lock.json"
                  }
                ]
              },
              "licenses": [
                {
                  "license": {
                    "id": "MIT"
                  }
                }
              ]
            }
          ],
          "dependencies": [
            {
              "ref": "application",
              "dependsOn": [
                "pkg:npm/%40s/a@1.0.0%2Bb"
              ]
            },
            {
              "ref": "pkg:npm/%40s/a@1.0.0%2Bb",
              "dependsOn": [
                "pkg:npm/b@2.0.0"
              ]
            },
            {
              "ref": "pkg:npm/b@2.0.0",
              "dependsOn": []
            }
          ],
          "vulnerabilities": [
            {
              "id": "GHSA-x",
              "source": {
                "name": "OSV",
                "url": "https://osv.dev/vulnerability/GHSA-x"
              },
              "references": [
                {
                  "id": "CVE-2026-1",
                  "source": {
                    "name": "OSV",
                    "url": "https://osv.dev/vulnerability/CVE-2026-1"
                  }
                }
              ],
              "ratings": [
                {
                  "severity": "high",
                  "score": 7.5
                }
              ],
              "description": "Bad",
              "recommendation": "upgrade to 2.0.1",
              "affects": [
                {
                  "ref": "pkg:npm/b@2.0.0"
                }
              ]
            }
          ],
          "serialNumber": "urn:uuid:c3d6015c-7336-85c9-a099-ecda8da03b2d"
        }
    "#]]
    .assert_eq(&text);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn spdx_names_packages_and_who_needs_whom() {
    expect![[r#"
        {
          "spdxVersion": "SPDX-2.3",
          "dataLicense": "CC0-1.0",
          "SPDXID": "SPDXRef-DOCUMENT",
          "name": "shop",
          "documentNamespace": "urn:uuid:3e57000f-1cea-8921-a73d-dc24c387c49a",
          "creationInfo": {
            "created": "2026-11-22T00:00:00Z",
            "creators": [
              "Tool: buckler-0.1.0"
            ]
          },
          "packages": [
            {
              "SPDXID": "SPDXRef-Application",
              "name": "shop",
              "downloadLocation": "NOASSERTION",
              "filesAnalyzed": false,
              "primaryPackagePurpose": "APPLICATION"
            },
            {
              "SPDXID": "SPDXRef-Package-1",
              "name": "@s/a",
              "versionInfo": "1.0.0+b",
              "downloadLocation": "NOASSERTION",
              "filesAnalyzed": false,
              "licenseConcluded": "NOASSERTION",
              "licenseDeclared": "(MIT OR GPL-3.0)",
              "copyrightText": "NOASSERTION",
              "externalRefs": [
                {
                  "referenceCategory": "PACKAGE-MANAGER",
                  "referenceType": "purl",
                  "referenceLocator": "pkg:npm/%40s/a@1.0.0%2Bb"
                }
              ],
              "checksums": [
                {
                  "algorithm": "SHA1",
                  "checksumValue": "a9993e364706816aba3e25717850c26c9cd0d89d"
                }
              ]
            },
            {
              "SPDXID": "SPDXRef-Package-2",
              "name": "b",
              "versionInfo": "2.0.0",
              "downloadLocation": "NOASSERTION",
              "filesAnalyzed": false,
              "licenseConcluded": "NOASSERTION",
              "licenseDeclared": "MIT",
              "copyrightText": "NOASSERTION",
              "externalRefs": [
                {
                  "referenceCategory": "PACKAGE-MANAGER",
                  "referenceType": "purl",
                  "referenceLocator": "pkg:npm/b@2.0.0"
                }
              ]
            }
          ],
          "relationships": [
            {
              "spdxElementId": "SPDXRef-DOCUMENT",
              "relationshipType": "DESCRIBES",
              "relatedSpdxElement": "SPDXRef-Application"
            },
            {
              "spdxElementId": "SPDXRef-Application",
              "relationshipType": "DEPENDS_ON",
              "relatedSpdxElement": "SPDXRef-Package-1"
            },
            {
              "spdxElementId": "SPDXRef-Package-1",
              "relationshipType": "DEPENDS_ON",
              "relatedSpdxElement": "SPDXRef-Package-2"
            }
          ]
        }
    "#]]
    .assert_eq(&spdx(&project(Exposure::Unknown), &ABOUT));
}

/// A bill that is read again names the same packages, with the same chains.
#[test]
fn bills_are_read_as_they_were_written() {
    let mut first = project(Exposure::Unknown);
    let packages = |project: &mut Project| -> Vec<String> {
        let all = project.files_app().packages.iter();
        let mut all: Vec<String> = all
            .map(|one| format!("{} {} {:?} {:?}", one.ecosystem, one.key(), one.chain, one.license))
            .collect();
        all.sort();
        all
    };
    for (path, text) in
        [("x.cdx.json", cyclonedx(&first, &ABOUT, true)), ("x.spdx.json", spdx(&first, &ABOUT))]
    {
        let mut again = Project::default();
        crate::read(&MemorySource::new([(path, text.as_str())]), &mut again);
        assert_eq!(packages(&mut again), packages(&mut first), "{path}: {:?}", again.problems);
    }
}

#[test]
fn a_reason_is_given_only_when_it_is_known() {
    for (exposure, is_said) in [(Exposure::Unknown, false), (Exposure::NotImported, true)] {
        let project = project(exposure);
        let said = |text: &str| text.contains("not_affected");
        assert_eq!(said(&cyclonedx(&project, &ABOUT, true)), is_said);
        assert_eq!(said(&openvex(&project, &ABOUT)), is_said);
    }
}

/// Statements that this program wrote are understood by it.
#[test]
fn statements_are_taken_back_in_every_format() {
    let known = project(Exposure::NotImported);
    let csaf = r#"{"document": {"csaf_version": "2.0"}, "product_tree": {"branches": [{"branches": [{"product": {"product_id": "p", "product_identification_helper": {"purl": "pkg:npm/b@2.0.0"}}}]}]},
 "vulnerabilities": [{"cve": "CVE-2026-1", "product_status": {"known_not_affected": ["p"]}, "flags": [{"label": "component_not_present", "product_ids": ["p"]}]}]}"#;
    for text in [cyclonedx(&known, &ABOUT, true), openvex(&known, &ABOUT), csaf.to_owned()] {
        let statements = read_vex(&text).unwrap();
        let mut target = project(Exposure::Unknown);
        assert_eq!(apply_vex(&mut target, &statements), 0, "{text}");
        assert!(
            target
                .files_app()
                .packages
                .iter()
                .any(|one| one.advisories.iter().any(|advisory| advisory.vex.is_some()))
        );
    }
    let other = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": "CVE-2026-1", "products": ["pkg:npm/b@3.0.0"], "status": "not_affected"},
 {"vulnerability": "CVE-2026-1", "products": ["pkg:npm/b@2.0.0"], "status": "affected"}]}"#;
    assert_eq!(apply_vex(&mut project(Exposure::Unknown), &read_vex(other).unwrap()), 1);
    assert!(read_vex("{").is_err());
    assert!(read_vex("{}").is_err());
}
