//! Libraries that call the cloud on behalf of their caller, and requests that are signed by hand.
use model::{Aws, Data, Span};

use super::Interpreter;
use super::record::Site;
use crate::models::aws::{Wrapper, wrapper};
use crate::value::{Extern, Passed, Value};

/// What signs requests: the last part of its name, where the service's name stands, and the service that it takes else.
const SIGNERS: &[(&str, &[&str], &str)] = &[
    ("requests_aws4auth.AWS4Auth", &["service", "3"], ""),
    ("aws_requests_auth.aws_auth.AWSRequestsAuth", &["aws_service", "5"], ""),
    ("aws_requests_auth.boto_utils.BotoAWSRequestsAuth", &["aws_service", "2"], ""),
    ("botocore.auth.SigV4Auth", &["service_name", "1"], ""),
    ("botocore.auth.SigV4QueryAuth", &["service_name", "1"], ""),
    ("opensearchpy.AWSV4SignerAuth", &["service", "2"], "es"),
    ("opensearchpy.RequestsAWSV4SignerAuth", &["service", "2"], "es"),
    ("opensearchpy.Urllib3AWSV4SignerAuth", &["service", "2"], "es"),
    ("opensearchpy.AWSV4SignerAsyncAuth", &["service", "2"], "es"),
    ("@opensearch-project/opensearch/aws.AwsSigv4Signer", &["service"], "es"),
    ("@opensearch-project/opensearch/aws-v3.AwsSigv4Signer", &["service"], "es"),
    ("aws4.sign", &["service"], ""),
    ("aws4-axios.aws4Interceptor", &["service"], ""),
    ("aws-sdk.Signers.V4", &["1"], ""),
    ("@aws-sdk/signature-v4.SignatureV4().sign", &["service"], ""),
    ("@aws-sdk/signature-v4.SignatureV4().presign", &["service"], ""),
    ("@smithy/signature-v4.SignatureV4().sign", &["service"], ""),
    ("@smithy/signature-v4.SignatureV4().presign", &["service"], ""),
];

/// Where the address of a signed request stands.
const ADDRESSES: &[&str] = &["url", "hostname", "host", "endpoint", "node", "hosts", "aws_host"];

impl Interpreter<'_> {
    /// What a call of a library does in the cloud.
    pub(super) fn note_wrapped(&mut self, known: &Extern, arguments: &[Passed], site: Site) {
        if let Some(wrapper) = wrapper(&known.path) {
            self.note_wrapper(wrapper, known, arguments, site);
        }
        self.note_signed(known, arguments, site);
    }

    fn note_wrapper(&mut self, wrapper: &Wrapper, known: &Extern, arguments: &[Passed], site: Site) {
        let mut found: Vec<Passed> = Vec::new();
        for (name, places) in &wrapper.parameters {
            let value = places.iter().find_map(|place| self.option_of_chain(known, arguments, place));
            found.extend(value.map(|value| named(name, value, site.callee)));
        }
        for aws in &wrapper.operations {
            // Each operation is a call of its own.
            let api = format!("{}: {}.{}", known.path, aws.service, aws.operation);
            self.note_call(&api, Some(aws.clone()), &found, site);
        }
    }

    /// A setting of a call, or of the calls that made what it is a method of.
    fn option_of_chain(&self, known: &Extern, arguments: &[Passed], place: &str) -> Option<Value> {
        let own = self.option(arguments, place);
        let is_position = place.parse::<usize>().is_ok();
        own.or_else(|| self.option(&known.arguments, place).filter(|_| !is_position))
    }

    /// A request that is signed by hand: for which service, and where it goes.
    fn note_signed(&mut self, known: &Extern, arguments: &[Passed], site: Site) {
        let Some((_, places, usual)) = SIGNERS.iter().find(|(path, ..)| *path == &*known.path) else {
            return;
        };
        let service = places.iter().find_map(|place| self.option_of_chain(known, arguments, place));
        let service = match service {
            Some(service) => match self.data_of(&service, 0) {
                Data::Text(text) => text,
                _ => return,
            },
            None => (*usual).to_owned(),
        };
        let address = ADDRESSES.iter().find_map(|place| self.option_of_chain(known, arguments, place));
        let address = address.map(|value| self.origin_of(&value));
        let found: Vec<Passed> =
            address.map(|value| named("Endpoint", value, site.callee)).into_iter().collect();
        for aws in signed(&service) {
            let api = format!("{}: {}.{}", known.path, aws.service, aws.operation);
            self.note_call(&api, Some(aws), &found, site);
        }
    }

    /// What an address was made from: `new URL(process.env.ENDPOINT).hostname`.
    fn origin_of(&self, value: &Value) -> Value {
        let maker = value.as_extern().and_then(|known| known.before.as_deref().or(Some(known)));
        let made_from = maker.and_then(|maker| maker.arguments.first()).map(|first| first.value.clone());
        made_from.unwrap_or_else(|| value.clone())
    }
}

fn named(name: &str, value: Value, at: Span) -> Passed {
    Passed { name: Some(name.into()), value, at, is_spread: false }
}

/// What signed requests to a service ask for.
fn signed(service: &str) -> Vec<Aws> {
    let all: &[(&str, &str)] = match service {
        "appsync" => &[("appsync", "GraphQL")],
        "execute-api" => &[("execute-api", "Invoke")],
        "es" => &[
            ("es", "ESHttpGet"),
            ("es", "ESHttpHead"),
            ("es", "ESHttpPost"),
            ("es", "ESHttpPut"),
            ("es", "ESHttpDelete"),
        ],
        "aoss" => &[("aoss", "APIAccessAll")],
        "lambda" => &[("lambda", "InvokeFunctionUrl")],
        "vpc-lattice-svcs" => &[("vpc-lattice-svcs", "Invoke")],
        "neptune-db" => &[("neptune-db", "ReadDataViaQuery"), ("neptune-db", "WriteDataViaQuery")],
        "bedrock-agentcore" => &[("bedrock-agentcore", "InvokeGateway")],
        "iotdevicegateway" => &[("iot", "Connect")],
        "aps" => &[("aps", "RemoteWrite")],
        _ => &[],
    };
    let aws = |(service, operation): &(&str, &str)| Aws {
        service: (*service).to_owned(),
        operation: (*operation).to_owned(),
    };
    all.iter().map(aws).collect()
}
