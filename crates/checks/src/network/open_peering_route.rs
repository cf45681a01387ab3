//! A route that sends all traffic to a peered network.
use crate::prelude::*;

check! {
    /// # Peering route for all traffic
    ///
    /// Everything that leaves this network goes to a peered one.
    ///
    /// ## Why it matters
    ///
    /// A route for all addresses hands every connection to another network, where others decide what
    /// happens to it.
    ///
    /// ## What to do
    ///
    /// Route the peered network's own range only.
    ///
    /// ```yaml fires
    /// Route: { Type: AWS::EC2::Route, Properties: { RouteTableId: t, DestinationCidrBlock: 0.0.0.0/0, VpcPeeringConnectionId: pcx-1 } }
    /// ```
    /// ```yaml quiet
    /// Route: { Type: AWS::EC2::Route, Properties: { RouteTableId: t, DestinationCidrBlock: 10.1.0.0/16, VpcPeeringConnectionId: pcx-1 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_route" "r" {
    ///   route_table_id            = "t"
    ///   destination_cidr_block    = "0.0.0.0/0"
    ///   vpc_peering_connection_id = "pcx-1"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_route" "r" {
    ///   route_table_id            = "t"
    ///   destination_cidr_block    = "10.1.0.0/16"
    ///   vpc_peering_connection_id = "pcx-1"
    /// }
    /// ```
    OPEN_PEERING_ROUTE = "open-peering-route" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_44"],
        run: open_peering_route,
    }
}

fn open_peering_route(app: &App, findings: &mut Findings) {
    for route in app.all(Kind::Route) {
        let own = route.has("peering") && is_all(route.get("cidr"), route.get("cidr6"));
        let mut inline = route.list("routes").iter();
        let listed = inline.any(|entry| {
            let peering = entry.get("peering").is_some_and(|value| value.as_str() != Some(""));
            peering && is_all(entry.get("cidr"), entry.get("cidr6"))
        });
        if own || listed {
            findings.push(
                OPEN_PEERING_ROUTE
                    .at(route, format!("`{}` sends all traffic to a peered network", route.name)),
            );
        }
    }
}

fn is_all(cidr: Option<&Value>, cidr6: Option<&Value>) -> bool {
    cidr.and_then(Value::as_str) == Some("0.0.0.0/0") || cidr6.and_then(Value::as_str) == Some("::/0")
}
