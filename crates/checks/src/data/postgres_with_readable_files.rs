//! This version of PostgreSQL lets users read files of the host through the `log_fdw` extension.
use crate::prelude::*;

check! {
    /// # PostgreSQL version that shows its files
    ///
    /// This version of PostgreSQL lets users read files of the host through the `log_fdw` extension.
    ///
    /// ## Why it matters
    ///
    /// An account with the right to create extensions could read credentials of the service (security
    /// bulletin AWS-2022-004).
    ///
    /// ## What to do
    ///
    /// Upgrade to a version that is supported today.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, EngineVersion: '13.2' }
    /// ```
    /// ```hcl fires
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-postgresql"
    ///   engine_version = "11.8"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, EngineVersion: '16.3' }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-postgresql"
    ///   engine_version = "15.4"
    /// }
    /// ```
    POSTGRES_WITH_READABLE_FILES = "postgres-with-readable-files" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_250"],
        run: postgres_with_readable_files,
    }
}

fn postgres_with_readable_files(app: &App, findings: &mut Findings) {
    for node in app.any(&[Kind::Database, Kind::DatabaseCluster]) {
        let (Some(engine), Some(version)) = (node.text("engine"), node.text("engine_version")) else {
            continue;
        };
        if is_vulnerable(engine, version) {
            let message = format!("`{}` runs {engine} {version}", node.name);
            findings.push(POSTGRES_WITH_READABLE_FILES.on(node, "engine_version", message).fix_if(
                repaired(engine, version).map(|first| {
                    Fix::risky("run a version that is repaired", node.set("engine_version", first))
                }),
            ));
        }
    }
}

/// First minor version with the fix, for each major version.
const POSTGRES: &[(u32, u32)] = &[(13, 3), (12, 7), (11, 12), (10, 17)];
const AURORA: &[(u32, u32)] = &[(11, 9), (10, 14)];

/// The first version with the fix of the same major one.
fn repaired(engine: &str, version: &str) -> Option<String> {
    let major: u32 = version.split('.').next()?.parse().ok()?;
    let fixed = if engine == "postgres" { POSTGRES } else { AURORA };
    let (_, minor) = fixed.iter().find(|(of, _)| *of == major)?;
    Some(format!("{major}.{minor}"))
}

fn is_vulnerable(engine: &str, version: &str) -> bool {
    let parts: Vec<Option<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    let [Some(major), Some(minor), ref rest @ ..] = parts[..] else { return false };
    let below = |fixed: &[(u32, u32)], newest: u32| {
        let known = fixed.iter().find(|(of, _)| *of == major);
        major < newest && known.is_none_or(|(_, first)| minor < *first)
    };
    match (engine, rest) {
        ("postgres", [Some(patch)]) if (major, minor) == (9, 6) => *patch < 22,
        ("postgres", []) if (major, minor) == (9, 6) => false,
        ("postgres", [] | [_]) => below(POSTGRES, 14),
        ("aurora-postgresql", []) => below(AURORA, 12),
        _ => false,
    }
}
