//! A public DNS zone without signatures.
use crate::prelude::*;

check! {
    /// # Unsigned DNS zone
    ///
    /// Answers of this zone can be forged.
    ///
    /// ## Why it matters
    ///
    /// Without DNSSEC a resolver cannot tell a true answer from one that was slipped in, and sends
    /// visitors elsewhere.
    ///
    /// ## What to do
    ///
    /// Sign the zone with a key-signing key, and add the DS record at the registrar.
    ///
    /// ```yaml fires
    /// Zone: { Type: AWS::Route53::HostedZone, Properties: { Name: example.com } }
    /// ```
    /// ```yaml quiet
    /// Zone: { Type: AWS::Route53::HostedZone, Properties: { Name: example.com } }
    /// Signed: { Type: AWS::Route53::DNSSEC, Properties: { HostedZoneId: !Ref Zone } }
    /// ```
    /// ```hcl fires
    /// resource "aws_route53_zone" "z" {
    ///   name = "example.com"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_route53_zone" "z" {
    ///   name = "internal"
    ///   vpc {
    ///     vpc_id = "v"
    ///   }
    /// }
    /// ```
    UNSIGNED_DNS_ZONE = "unsigned-dns-zone" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-345", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_38"],
        run: unsigned_dns_zone,
    }
}

fn unsigned_dns_zone(app: &App, findings: &mut Findings) {
    for zone in app.all(Kind::DnsZone).filter(|zone| zone.list("networks").is_empty()) {
        let signed = app
            .parts(zone, Kind::DnsRecord)
            .any(|part| part.is("type", "signature").is_true() || part.is("type", "association").is_true());
        if !signed {
            findings.push(UNSIGNED_DNS_ZONE.at(zone, format!("answers of `{}` can be forged", zone.name)));
        }
    }
}
