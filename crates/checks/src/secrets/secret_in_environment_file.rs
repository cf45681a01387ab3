//! Environment file with secrets.
use std::collections::BTreeMap;

use super::kinds::is_present;
use crate::prelude::*;

check! {
    /// # Environment file with secrets
    ///
    /// An environment file (`.env`) in the folder holds secrets.
    ///
    /// ## Why it matters
    ///
    /// Such a file is made to stay on one machine. In the folder of the application it is packed into
    /// the function's archive, copied into images, and sooner or later committed.
    ///
    /// ## What to do
    ///
    /// Leave the file out of the repository and of the package, replace what it held, and read secrets
    /// at run time.
    ///
    /// ```file fires
    /// # file: .env
    /// STRIPE_SECRET=Kq7vEXAMPLEz9Rt2LwJq8Zr5
    /// ```
    /// ```file quiet
    /// # file: .env
    /// STAGE=dev
    /// ```
    SECRET_IN_ENVIRONMENT_FILE = "secret-in-environment-file" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-540", "CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_environment_file,
    }
}

fn secret_in_environment_file(app: &App, findings: &mut Findings) {
    let mut files: BTreeMap<&str, (usize, model::Span)> = BTreeMap::new();
    let present = app.secrets.iter().filter(|secret| is_present(secret) && is_environment_file(&secret.path));
    for secret in present {
        files.entry(&secret.path).or_insert((0, secret.at)).0 += 1;
    }
    for (path, (count, first)) in files {
        let message = if count == 1 {
            format!("`{path}` holds a secret and lies in the application's folder")
        } else {
            format!("`{path}` holds {count} secrets and lies in the application's folder")
        };
        findings.push(SECRET_IN_ENVIRONMENT_FILE.in_file(path, first, message));
    }
}

/// `.env` and `.env.production`, but not the template that people copy.
fn is_environment_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let template = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !template
}
