//! The maintainers of a package, or of this line of its versions, said that they repair nothing any more.
use super::prelude::*;

check! {
    /// # Package that nobody maintains any more
    ///
    /// The maintainers of a package, or of this line of its versions, said that they repair nothing any
    /// more.
    ///
    /// ## Why it matters
    ///
    /// Weaknesses that are found from now on stay. Several of these have known ones already.
    ///
    /// ## What to do
    ///
    /// Move to the successor that the finding names.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"request": "2.88.2"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// pycrypto==2.6.1
    /// ```
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"aws-sdk": "^2.1000.0"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"@aws-sdk/client-s3": "^3.500.0"}}
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// pycryptodome==3.20.0
    /// ```
    END_OF_LIFE_PACKAGE = "end-of-life-package" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-1104", "CWE-477", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: end_of_life_package,
    }
}

/// Ecosystem, name, first major version that is maintained (0: none), and what to use instead.
const ENDED: &[(&str, &str, u64, &str)] = &[
    ("npm", "aws-sdk", 0, "`@aws-sdk/client-…` of version 3; support ended in September 2025"),
    ("npm", "bower", 0, "npm itself"),
    ("npm", "crypto", 0, "Node's own `crypto`"),
    ("npm", "formidable", 2, "version 2 or later"),
    ("npm", "gulp-util", 0, "its single parts"),
    ("npm", "istanbul", 0, "`nyc` or `c8`"),
    ("npm", "jade", 0, "`pug`"),
    ("npm", "mkdirp", 1, "version 1 or later, or `fs.mkdir` with `recursive`"),
    ("npm", "node-sass", 0, "`sass`"),
    ("npm", "node-uuid", 0, "`uuid`"),
    ("npm", "node-serialize", 0, "`JSON`: it runs code that is hidden in data"),
    ("npm", "phantomjs", 0, "`puppeteer` or `playwright`"),
    ("npm", "phantomjs-prebuilt", 0, "`puppeteer` or `playwright`"),
    ("npm", "querystring", 0, "`URLSearchParams`"),
    ("npm", "request", 0, "`fetch`; nothing is repaired since February 2020"),
    ("npm", "request-promise", 0, "`fetch`"),
    ("npm", "request-promise-native", 0, "`fetch`"),
    ("npm", "tslint", 0, "`typescript-eslint`"),
    ("npm", "xmldom", 0, "`@xmldom/xmldom`"),
    ("PyPI", "pycrypto", 0, "`pycryptodome` or `cryptography`; nothing is repaired since 2013"),
    ("PyPI", "boto", 0, "`boto3`"),
    ("PyPI", "bs4", 0, "`beautifulsoup4`"),
    ("PyPI", "distribute", 0, "`setuptools`"),
    ("PyPI", "futures", 0, "`concurrent.futures` of the language"),
    ("PyPI", "nose", 0, "`pytest`"),
    ("PyPI", "oauth2client", 0, "`google-auth`"),
    ("PyPI", "pep8", 0, "`pycodestyle`"),
    ("PyPI", "pypdf2", 0, "`pypdf`"),
    ("PyPI", "raven", 0, "`sentry-sdk`"),
    ("PyPI", "sklearn", 0, "`scikit-learn`"),
    ("Go", "github.com/aws/aws-sdk-go", 0, "`aws-sdk-go-v2`; support ended in July 2025"),
    ("Go", "github.com/dgrijalva/jwt-go", 0, "`github.com/golang-jwt/jwt/v5`"),
    ("Go", "github.com/satori/go.uuid", 0, "`github.com/google/uuid`"),
    ("Maven", "log4j:log4j", 0, "`org.apache.logging.log4j:log4j-core`; nothing is repaired since 2015"),
    ("Maven", "com.amazonaws:aws-java-sdk", 0, "`software.amazon.awssdk`; support ended in December 2025"),
    ("Maven", "commons-httpclient:commons-httpclient", 0, "`org.apache.httpcomponents.client5`"),
    ("Maven", "org.codehaus.jackson:jackson-mapper-asl", 0, "`com.fasterxml.jackson.core:jackson-databind`"),
    ("crates.io", "rusoto_core", 0, "`aws-sdk-…`"),
    ("crates.io", "failure", 0, "`thiserror` or `anyhow`"),
    ("crates.io", "tempdir", 0, "`tempfile`"),
];

fn end_of_life_package(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.direct) {
        let ended = ENDED
            .iter()
            .find(|(ecosystem, name, ..)| *ecosystem == package.ecosystem && *name == package.name);
        let Some((_, _, first, instead)) = ended else { continue };
        let written = package.version.as_deref().or(package.requirement.as_deref()).unwrap_or_default();
        let digits = written.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let major = digits
            .split(|letter: char| !letter.is_ascii_digit())
            .next()
            .and_then(|text| text.parse::<u64>().ok());
        let is_maintained = *first > 0 && major.is_none_or(|major| major >= *first);
        if is_maintained {
            continue;
        }
        let message = format!("{} is not maintained any more; use {instead}", named(package));
        let mut finding = about(&END_OF_LIFE_PACKAGE, package, message);
        if package.scope == Scope::Development {
            finding.severity = Severity::Low;
        }
        findings.push(finding);
    }
}
