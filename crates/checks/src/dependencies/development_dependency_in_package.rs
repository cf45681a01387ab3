//! A tool for tests or builds stands among the packages that the application needs when it runs.
use super::prelude::*;

check! {
    /// # Development tool among what is deployed
    ///
    /// A tool for tests or builds stands among the packages that the application needs when it runs.
    ///
    /// ## Why it matters
    ///
    /// It is deployed with the function: more code to watch, more weaknesses to hear of, longer cold
    /// starts. Debuggers and test servers are useful to an attacker, too.
    ///
    /// ## What to do
    ///
    /// Move it to the development dependencies (`devDependencies`, a `dev` group, `requirements-
    /// dev.txt`).
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"jest": "29.0.0"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// pytest==8.0.0
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"devDependencies": {"jest": "29.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: requirements-dev.txt
    /// pytest==8.0.0
    /// ```
    DEVELOPMENT_DEPENDENCY_IN_PACKAGE = "development-dependency-in-package" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-489"],
        also_known_as: &[],
        run: development_dependency_in_package,
    }
}

const TOOLS: &[(&str, &str)] = &[
    ("npm", "@types/node"),
    ("npm", "ava"),
    ("npm", "chai"),
    ("npm", "eslint"),
    ("npm", "grunt"),
    ("npm", "gulp"),
    ("npm", "husky"),
    ("npm", "jasmine"),
    ("npm", "jest"),
    ("npm", "karma"),
    ("npm", "mocha"),
    ("npm", "nodemon"),
    ("npm", "nyc"),
    ("npm", "prettier"),
    ("npm", "serverless"),
    ("npm", "serverless-offline"),
    ("npm", "sinon"),
    ("npm", "ts-jest"),
    ("npm", "ts-node"),
    ("npm", "vitest"),
    ("npm", "webpack"),
    ("npm", "webpack-cli"),
    ("npm", "webpack-dev-server"),
    ("npm", "cypress"),
    ("npm", "aws-sdk-client-mock"),
    ("npm", "lint-staged"),
    ("PyPI", "autopep8"),
    ("PyPI", "black"),
    ("PyPI", "coverage"),
    ("PyPI", "flake8"),
    ("PyPI", "ipdb"),
    ("PyPI", "ipython"),
    ("PyPI", "isort"),
    ("PyPI", "moto"),
    ("PyPI", "mypy"),
    ("PyPI", "nose"),
    ("PyPI", "pylint"),
    ("PyPI", "pytest"),
    ("PyPI", "pytest-cov"),
    ("PyPI", "pytest-mock"),
    ("PyPI", "ruff"),
    ("PyPI", "tox"),
    ("PyPI", "pre-commit"),
    ("PyPI", "aws-sam-cli"),
    ("PyPI", "pip-tools"),
    ("PyPI", "notebook"),
];

fn development_dependency_in_package(app: &App, findings: &mut Findings) {
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin == Origin::Manifest) {
        // A file for development may call its own content what it likes.
        let path = manifest.path.to_ascii_lowercase();
        if ["dev", "test", "lint", "ci", "docs", "build", "example"].iter().any(|word| path.contains(word)) {
            continue;
        }
        let tools: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| package.scope == Scope::Runtime)
            .filter(|package| TOOLS.contains(&(package.ecosystem, package.name.as_str())))
            .collect();
        let Some(first) = tools.first() else { continue };
        let message = format!("development tools are deployed: {}", names(&tools));
        findings.push(in_manifest(&DEVELOPMENT_DEPENDENCY_IN_PACKAGE, manifest, first, message));
    }
}
