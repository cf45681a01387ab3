//! A security group that lets everyone reach a database's port.
use super::rules::{ranked, rules};
use crate::prelude::*;

check! {
    /// # Public database port
    ///
    /// Every address of the internet may connect to the port of a database, cache or search engine.
    ///
    /// ## Why it matters
    ///
    /// Open database ports are scanned for all the time; data is copied out and held to ransom within
    /// hours. Redis, Memcached and Elasticsearch often ask for no password at all.
    ///
    /// ## What to do
    ///
    /// Let only the security group of the functions or services that use the store reach its port.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: sg-1 } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 6379
    ///     to_port     = 6379
    ///     cidr_blocks = ["0.0.0.0/0"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 443
    ///     to_port     = 443
    ///     cidr_blocks = ["0.0.0.0/0"]
    ///   }
    /// }
    /// ```
    PUBLIC_DATABASE_PORT = "public-database-port" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: public_database_port,
    }
}

fn public_database_port(app: &App, findings: &mut Findings) {
    for rule in rules(app, "ingress") {
        // A rule for every port is told by a check of its own.
        if rule.opens_everything().is_true() {
            continue;
        }
        // One finding for a rule, whatever it opens.
        let opened = PORTS.iter().map(|(port, store)| (rule.opens(*port), port, store));
        let mut opened = opened.filter(|(open, ..)| !open.is_false());
        let Some((open, port, store)) = opened.next() else { continue };
        let more = match opened.count() {
            0 => String::new(),
            count => format!(" and ports of {count} more stores"),
        };
        findings.when(open, || {
            let text = format!("`{}` lets everyone reach {store} (port {port}){more}", rule.node.name);
            ranked(
                app,
                rule.node,
                PUBLIC_DATABASE_PORT.at(rule.node, text).at(rule.at()).fix_if(rule.only_private()),
            )
        });
    }
}

const PORTS: &[(i64, &str)] = &[
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (6379, "Redis"),
    (9200, "Elasticsearch"),
    (11_211, "Memcached"),
    (27_017, "MongoDB"),
];
