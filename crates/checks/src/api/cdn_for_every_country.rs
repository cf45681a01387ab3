//! A CDN without geographic restrictions.
use crate::prelude::*;

check! {
    /// # CDN for every country
    ///
    /// The distribution answers visitors from everywhere.
    ///
    /// ## Why it matters
    ///
    /// An application for a few countries gets little but attacks from the others. A restriction does
    /// not stop anyone who is determined, but it thins out the noise.
    ///
    /// ## What to do
    ///
    /// List the countries that are served, where that is known.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, Restrictions: { GeoRestriction: { RestrictionType: none } } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, Restrictions: { GeoRestriction: { RestrictionType: whitelist, Locations: [ CH ] } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   restrictions {
    ///     geo_restriction {
    ///       restriction_type = "none"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   restrictions {
    ///     geo_restriction {
    ///       restriction_type = "whitelist"
    ///       locations        = ["CH"]
    ///     }
    ///   }
    /// }
    /// ```
    CDN_FOR_EVERY_COUNTRY = "cdn-for-every-country" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_374"],
        run: cdn_for_every_country,
    }
}

fn cdn_for_every_country(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.when(cdn.is("geo_restriction", "none"), || {
            CDN_FOR_EVERY_COUNTRY.on(cdn, "geo_restriction", format!("`{}` answers every country", cdn.name))
        });
    }
}
