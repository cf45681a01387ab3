//! The documentation pages of checks.
use expect_test::expect;
use report::Colour;

use crate::fixture::{NO_TRACING, OPEN_URL, PLAIN_SECRET};

#[test]
fn a_page_has_facts_text_and_examples() {
    expect![[r##"
        # Public function URL

        Anyone on the internet can call this function.

        | Fact | Value |
        | --- | --- |
        | Check | `public-function-url` |
        | Severity | high |
        | Confidence | certain |
        | Controls | [CWE-306](https://cwe.mitre.org/data/definitions/306.html)<br>[OWASP-SLS:S2](https://owasp.org/www-project-serverless-top-10/) Broken Authentication<br>[OWASP-API-2023:API2](https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/) Broken Authentication<br>[CSA:SAS-2](https://cloudsecurityalliance.org/artifacts/the-12-most-critical-risks-for-serverless-applications) Broken Authentication |
        | Also known as | `CKV_AWS_258` |
        | Since | 0.1.0 |

        ## Why it matters

        `AuthType: NONE` skips IAM, so the
        handler is the only guard left. Scanners find it.

        ## What to do

        Require IAM, or put an API in front. Or do not.

        - one
        - `two`

        ## Examples

        ### Fires

        CloudFormation:

        ```yaml
        Api: { Type: AWS::Lambda::Url }
        ```

        ### Quiet

        Terraform:

        ```hcl
        resource "x" "y" {}
        ```
    "##]].assert_eq(&report::check_page(&OPEN_URL));
}

#[test]
fn the_index_lists_every_check_by_area() {
    expect![[r#"
        # Checks

        3 checks. Each has a page that says why it matters and what to do; `buckler explain CHECK` shows the same page, and accepts the names that other tools use.

        ## Api

        | Check | Problem | Severity | Fix | Also known as |
        | --- | --- | --- | --- | --- |
        | [`public-function-url`](public-function-url.md) | Public function URL | high |  | `CKV_AWS_258` |

        ## Logging

        | Check | Problem | Severity | Fix | Also known as |
        | --- | --- | --- | --- | --- |
        | [`untraced-function`](untraced-function.md) | Function without tracing | low |  | `CKV_AWS_50` |

        ## Supply

        | Check | Problem | Severity | Fix | Also known as |
        | --- | --- | --- | --- | --- |
        | [`plain-text-secret`](plain-text-secret.md) | Secret in plain text | critical |  |  |
    "#]].assert_eq(&report::checks_index(&[&OPEN_URL, &PLAIN_SECRET, &NO_TRACING]));
}

#[test]
fn a_terminal_shows_the_same_page() {
    expect![[r#"
        high[public-function-url]: Public function URL

        Anyone on the internet can call this function.

        confidence     certain
        control        CWE-306
                       OWASP-SLS:S2 Broken Authentication
                       OWASP-API-2023:API2 Broken Authentication
                       CSA:SAS-2 Broken Authentication
        also known as  CKV_AWS_258
        since          0.1.0

        Why it matters

        `AuthType: NONE` skips IAM, so the handler is the only guard left. Scanners find it.

        What to do

        Require IAM, or put an API in front. Or do not.

        - one
        - `two`

        Fires (CloudFormation)

            Api: { Type: AWS::Lambda::Url }

        Quiet (Terraform)

            resource "x" "y" {}
    "#]]
    .assert_eq(&report::explain(&OPEN_URL, Colour::Never));
}
