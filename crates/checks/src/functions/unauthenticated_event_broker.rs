//! A function reads from a broker without credentials.
use crate::prelude::*;

check! {
    /// # Broker without sign-in
    ///
    /// A function reads from a broker without credentials.
    ///
    /// ## Why it matters
    ///
    /// Whoever reaches the broker can write records: the function trusts them.
    ///
    /// ## What to do
    ///
    /// Switch on SASL or mutual TLS at the broker, and name the secret in `SourceAccessConfigurations`.
    ///
    /// ```yaml fires
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: f, StartingPosition: LATEST, Topics: [t], SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['k:9092'] } }, SourceAccessConfigurations: [{ Type: VPC_SUBNET, URI: 'subnet:subnet-1' }] }
    /// ```
    /// ```yaml quiet
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: f, StartingPosition: LATEST, Topics: [t], SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['k:9092'] } }, SourceAccessConfigurations: [{ Type: SASL_SCRAM_512_AUTH, URI: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:k' }] }
    /// ```
    UNAUTHENTICATED_EVENT_BROKER = "unauthenticated-event-broker" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: unauthenticated_event_broker,
    }
}

fn unauthenticated_event_broker(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger).filter(|trigger| trigger.text("event") == Some("kafka")) {
        // A cluster of the provider (it has a source) can use the function's role.
        if trigger.has("source") || trigger.unclear("authentication") {
            continue;
        }
        let signs_in = trigger.list("authentication").iter().any(|way| {
            let kind = way.get("Type").or_else(|| way.get("type")).map(Value::display).unwrap_or_default();
            kind.contains("AUTH")
        });
        if !signs_in {
            let message = format!("`{}` reads from a broker without credentials", trigger.name);
            findings.push(UNAUTHENTICATED_EVENT_BROKER.on(trigger, "authentication", message));
        }
    }
}
