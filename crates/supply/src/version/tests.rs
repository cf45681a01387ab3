//! Orders and requirements, by the examples of each ecosystem's own specification.
use std::cmp::Ordering;

use super::{Requirement, Scheme};

/// Each version is before the next one.
fn ascending(scheme: Scheme, versions: &[&str]) {
    let parsed: Vec<_> =
        versions.iter().map(|text| scheme.parse(text).unwrap_or_else(|| panic!("{text}"))).collect();
    for (at, a) in parsed.iter().enumerate() {
        for (to, b) in parsed.iter().enumerate() {
            assert_eq!(a.cmp(b), at.cmp(&to), "{} against {}", versions[at], versions[to]);
        }
    }
}

fn equal(scheme: Scheme, a: &str, b: &str) {
    assert_eq!(scheme.parse(a).unwrap().cmp(&scheme.parse(b).unwrap()), Ordering::Equal, "{a} {b}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn each_ecosystem_orders_as_its_specification_says() {
    let semver = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.10.0",
    ];
    ascending(Scheme::Npm, &semver);
    ascending(Scheme::Cargo, &semver);
    equal(Scheme::Npm, "v1.2.3+build", "1.2.3");
    let go = [
        "v0.0.0-20190308221718-c2843e01d9a2",
        "v0.0.0-20200622213623-75b288015ac9",
        "v0.1.0",
        "v2.0.0+incompatible",
    ];
    ascending(Scheme::Go, &go);
    let python = [
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.1.dev1",
        "1!0.1",
    ];
    ascending(Scheme::Pypi, &python);
    for (a, b) in [
        ("1.0", "1.0.0"),
        ("1.0-1", "1.0.post1"),
        ("1.0alpha", "1.0a0"),
        ("v1.0c1", "1.0rc1"),
        ("1.0.RC-1", "1.0rc1"),
    ] {
        equal(Scheme::Pypi, a, b);
    }
    let maven = [
        "1-alpha2snapshot",
        "1-alpha2",
        "1-alpha-123",
        "1-beta-2",
        "1-beta123",
        "1-m2",
        "1-rc",
        "1-cr2",
        "1-snapshot",
        "1",
        "1-sp",
        "1-abc",
        "1-1",
        "1-2",
        "1.1",
        "1.2",
        "2",
    ];
    ascending(Scheme::Maven, &maven);
    for (a, b) in [
        ("1", "1.0.0"),
        ("1-ga", "1"),
        ("1.final", "1"),
        ("1-a1", "1-alpha-1"),
        ("1.0-cr1", "1.0-rc-1"),
        ("1.0.RELEASE", "1"),
    ] {
        equal(Scheme::Maven, a, b);
    }
    ascending(Scheme::Gem, &["1.0.a10", "1.0.b1", "1.0", "1.0.1.rc2", "1.0.1", "1.10"]);
    equal(Scheme::Gem, "1.0", "1");
    ascending(Scheme::Nuget, &["1.0.0-Alpha", "1.0.0-beta", "1.0.0", "1.0.0.1", "1.0.1"]);
    ascending(
        Scheme::Composer,
        &["1.0.0-dev", "1.0.0-alpha1", "1.0.0-beta2", "1.0.0-RC3", "1.0.0", "1.0.0-p1", "1.0.1"],
    );
}

#[test]
fn requirements_allow_what_the_package_manager_would() {
    use Scheme::{Cargo, Composer, Gem, Maven, Npm, Nuget, Pypi};
    let cases: &[(Scheme, &str, &str, &str)] = &[
        (Npm, "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-rc.1"),
        (Npm, "^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0"),
        (Npm, "^0.0.3", "0.0.3", "0.0.4 0.1.0"),
        (Npm, "~1.2", "1.2.0 1.2.9", "1.3.0"),
        (Npm, "1.x || >=2.5.0 || 5.0.0 - 7.2", "1.2.3 2.5.0 6.0.0", "0.1.0 2.4.9"),
        (Npm, "> 1.2 <= 1.4", "1.3.0 1.4.9", "1.2.9 1.5.0"),
        (Npm, "*", "0.0.1 9.0.0", ""),
        (Npm, "=1.2.3-beta", "1.2.3-beta", "1.2.3"),
        (Cargo, "1.2", "1.2.0 1.9.9", "1.1.0 2.0.0"),
        (Cargo, ">= 0.2.5, < 1.0.1", "0.2.5 1.0.0", "0.2.4 1.0.1"),
        (Cargo, "1.*", "1.0.0 1.9.0", "2.0.0"),
        (Cargo, "=1.2.3", "1.2.3", "1.2.4"),
        (Pypi, "~=1.4.2", "1.4.2 1.4.9", "1.5 1.4.1"),
        (Pypi, ">=1.0,!=1.5.*,<2", "1.0 1.4 1.9", "1.5.3 2.0 2.0rc1 0.9"),
        (Pypi, "==1.2.*", "1.2 1.2.7", "1.3"),
        (Pypi, "^1.2", "1.2 1.9", "2.0 1.1"),
        (Pypi, "", "1.0", ""),
        (Maven, "[1.0,2.0)", "1.0 1.5", "2.0 0.9"),
        (Maven, "(,1.0],[1.2,)", "1.0 1.2 3", "1.1"),
        (Nuget, "1.0", "1.0.0 2.0.0", "0.9.0"),
        (Nuget, "1.*", "1.0.0 1.9.0", "2.0.0"),
        (Gem, "~> 2.2.1", "2.2.1 2.2.9", "2.3.0 2.3.0.a"),
        (Gem, ">= 1, != 1.5", "1.0 2", "1.5 0.9"),
        (Composer, "~1.2", "1.2.0 1.9.0", "2.0.0"),
        (Composer, "^1.2 | 3.*", "1.3.0 3.1.0", "2.0.0"),
    ];
    for (scheme, requirement, yes, no) in cases {
        let parsed = Requirement::parse(*scheme, requirement).unwrap_or_else(|| panic!("{requirement}"));
        let allows = |text: &str| parsed.allows(*scheme, &scheme.parse(text).unwrap());
        yes.split_whitespace()
            .for_each(|text| assert!(allows(text), "{requirement} allows {text}: {parsed:?}"));
        no.split_whitespace()
            .for_each(|text| assert!(!allows(text), "{requirement} refuses {text}: {parsed:?}"));
    }
    for (scheme, none) in
        [(Npm, "latest"), (Npm, "github:a/b"), (Pypi, "@ file:x"), (Cargo, "abc"), (Maven, "${v}")]
    {
        assert_eq!(Requirement::parse(scheme, none), None, "{none}");
    }
}

/// A small generator with a seed: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn text(&mut self) -> String {
        let pieces = [
            "0",
            "1",
            "2",
            "10",
            ".",
            ".",
            "-",
            "+",
            "a",
            "b",
            "rc",
            "dev",
            "post",
            "beta",
            "!",
            "v",
            "x",
            "é",
            "99999999999999999999999999999999999999999",
            "_",
            " ",
        ];
        (0..self.below(9))
            .map(|_| pieces[usize::try_from(self.below(pieces.len() as u64)).unwrap()])
            .collect()
    }
}

const SCHEMES: [Scheme; 8] = [
    Scheme::Npm,
    Scheme::Pypi,
    Scheme::Cargo,
    Scheme::Go,
    Scheme::Maven,
    Scheme::Gem,
    Scheme::Nuget,
    Scheme::Composer,
];

#[test]
fn every_order_is_total_whatever_the_text() {
    let mut numbers = Numbers(7);
    for scheme in SCHEMES {
        let versions: Vec<_> = (0..2_000).filter_map(|_| scheme.parse(&numbers.text())).take(60).collect();
        assert!(versions.len() == 60, "{scheme:?} {}", versions.len());
        for a in &versions {
            for b in &versions {
                assert_eq!(a.cmp(b), b.cmp(a).reverse(), "{a:?} {b:?}");
                // Maven's own order of words against padding is not transitive for texts that nobody releases.
                if scheme == Scheme::Maven {
                    continue;
                }
                let later = versions.iter().filter(|c| a <= b && b <= *c);
                later.for_each(|c| assert!(a <= c, "{a:?} {b:?} {c:?}"));
            }
        }
    }
}

#[test]
fn no_requirement_panics_and_exact_ones_hold() {
    let mut numbers = Numbers(11);
    for _ in 0..20_000 {
        let (operator, text) = (
            ["", "^", "~", ">=", "<", "==", "~=", "[", "~>"][usize::try_from(numbers.below(9)).unwrap()],
            numbers.text(),
        );
        for scheme in SCHEMES {
            if let Some(found) = Requirement::parse(scheme, &format!("{operator}{text}"))
                && let Some(only) = found.only()
            {
                let version = scheme.parse(only);
                assert!(
                    version.is_none_or(|version| found.allows(scheme, &version)),
                    "{scheme:?} {operator}{text}"
                );
            }
        }
    }
}
