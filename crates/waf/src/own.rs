//! The rules of ours, embedded: written for serverless, with or without the Core Rule Set.
//!
//! Ids 7,700,100 to 7,799,999. Scores add up with the Core Rule Set's where that is loaded before.
use crate::seclang::MemoryFiles;

/// Name and text of each file, in the order in which they are to be loaded.
pub const FILES: &[(&str, &str)] = &[
    ("00-setup.conf", include_str!("../rules/00-setup.conf")),
    ("10-injection.conf", include_str!("../rules/10-injection.conf")),
    ("20-nosql.conf", include_str!("../rules/20-nosql.conf")),
    ("30-ssrf.conf", include_str!("../rules/30-ssrf.conf")),
    ("40-objects.conf", include_str!("../rules/40-objects.conf")),
    ("50-graphql.conf", include_str!("../rules/50-graphql.conf")),
    ("60-prompts.conf", include_str!("../rules/60-prompts.conf")),
    ("70-paths.conf", include_str!("../rules/70-paths.conf")),
    ("80-leaks.conf", include_str!("../rules/80-leaks.conf")),
    ("90-decide.conf", include_str!("../rules/90-decide.conf")),
];

/// The file that includes all the others, in [`files`].
pub const ENTRY: &str = "buckler.conf";

/// The rules of ours as files for [`seclang::load`](crate::seclang::load), with [`ENTRY`].
#[must_use]
pub fn files() -> MemoryFiles {
    let entry: String = FILES.iter().map(|(name, _)| format!("Include {name}\n")).collect();
    MemoryFiles::new(FILES.iter().copied().chain([(ENTRY, entry.as_str())]))
}

/// Name and text of each file of rule tests (go-ftw format).
pub const TESTS: &[(&str, &str)] = &[
    ("7710010.yaml", include_str!("../rules/tests/7710010.yaml")),
    ("7710011.yaml", include_str!("../rules/tests/7710011.yaml")),
    ("7710020.yaml", include_str!("../rules/tests/7710020.yaml")),
    ("7710030.yaml", include_str!("../rules/tests/7710030.yaml")),
    ("7710031.yaml", include_str!("../rules/tests/7710031.yaml")),
    ("7710032.yaml", include_str!("../rules/tests/7710032.yaml")),
    ("7710040.yaml", include_str!("../rules/tests/7710040.yaml")),
    ("7710050.yaml", include_str!("../rules/tests/7710050.yaml")),
    ("7710060.yaml", include_str!("../rules/tests/7710060.yaml")),
    ("7710070.yaml", include_str!("../rules/tests/7710070.yaml")),
    ("7710071.yaml", include_str!("../rules/tests/7710071.yaml")),
    ("7710080.yaml", include_str!("../rules/tests/7710080.yaml")),
    ("7710090.yaml", include_str!("../rules/tests/7710090.yaml")),
    ("7720010.yaml", include_str!("../rules/tests/7720010.yaml")),
    ("7720020.yaml", include_str!("../rules/tests/7720020.yaml")),
    ("7720030.yaml", include_str!("../rules/tests/7720030.yaml")),
    ("7720040.yaml", include_str!("../rules/tests/7720040.yaml")),
    ("7730010.yaml", include_str!("../rules/tests/7730010.yaml")),
    ("7730011.yaml", include_str!("../rules/tests/7730011.yaml")),
    ("7730020.yaml", include_str!("../rules/tests/7730020.yaml")),
    ("7730021.yaml", include_str!("../rules/tests/7730021.yaml")),
    ("7730022.yaml", include_str!("../rules/tests/7730022.yaml")),
    ("7730030.yaml", include_str!("../rules/tests/7730030.yaml")),
    ("7730040.yaml", include_str!("../rules/tests/7730040.yaml")),
    ("7730050.yaml", include_str!("../rules/tests/7730050.yaml")),
    ("7730060.yaml", include_str!("../rules/tests/7730060.yaml")),
    ("7730070.yaml", include_str!("../rules/tests/7730070.yaml")),
    ("7730071.yaml", include_str!("../rules/tests/7730071.yaml")),
    ("7740010.yaml", include_str!("../rules/tests/7740010.yaml")),
    ("7740020.yaml", include_str!("../rules/tests/7740020.yaml")),
    ("7740030.yaml", include_str!("../rules/tests/7740030.yaml")),
    ("7740040.yaml", include_str!("../rules/tests/7740040.yaml")),
    ("7740050.yaml", include_str!("../rules/tests/7740050.yaml")),
    ("7740060.yaml", include_str!("../rules/tests/7740060.yaml")),
    ("7740070.yaml", include_str!("../rules/tests/7740070.yaml")),
    ("7740080.yaml", include_str!("../rules/tests/7740080.yaml")),
    ("7740081.yaml", include_str!("../rules/tests/7740081.yaml")),
    ("7740090.yaml", include_str!("../rules/tests/7740090.yaml")),
    ("7750010.yaml", include_str!("../rules/tests/7750010.yaml")),
    ("7750020.yaml", include_str!("../rules/tests/7750020.yaml")),
    ("7750030.yaml", include_str!("../rules/tests/7750030.yaml")),
    ("7750040.yaml", include_str!("../rules/tests/7750040.yaml")),
    ("7760010.yaml", include_str!("../rules/tests/7760010.yaml")),
    ("7760011.yaml", include_str!("../rules/tests/7760011.yaml")),
    ("7760020.yaml", include_str!("../rules/tests/7760020.yaml")),
    ("7760030.yaml", include_str!("../rules/tests/7760030.yaml")),
    ("7770010.yaml", include_str!("../rules/tests/7770010.yaml")),
    ("7770020.yaml", include_str!("../rules/tests/7770020.yaml")),
    ("7770030.yaml", include_str!("../rules/tests/7770030.yaml")),
    ("7770040.yaml", include_str!("../rules/tests/7770040.yaml")),
    ("7770041.yaml", include_str!("../rules/tests/7770041.yaml")),
    ("7780010.yaml", include_str!("../rules/tests/7780010.yaml")),
    ("7780020.yaml", include_str!("../rules/tests/7780020.yaml")),
    ("7790010.yaml", include_str!("../rules/tests/7790010.yaml")),
    ("7790011.yaml", include_str!("../rules/tests/7790011.yaml")),
    ("7790020.yaml", include_str!("../rules/tests/7790020.yaml")),
    ("7790030.yaml", include_str!("../rules/tests/7790030.yaml")),
    ("7790040.yaml", include_str!("../rules/tests/7790040.yaml")),
    ("7790050.yaml", include_str!("../rules/tests/7790050.yaml")),
    ("7790060.yaml", include_str!("../rules/tests/7790060.yaml")),
    ("7790070.yaml", include_str!("../rules/tests/7790070.yaml")),
];

#[cfg(test)]
mod tests;
