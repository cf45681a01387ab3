//! Version 2 of the AWS SDK for JavaScript, which does not know `AWS_ENDPOINT_URL`: nothing of it may reach the real cloud from here.
use std::path::Path;
use std::process::Command;

const COMMON: &str = "
const S3 = require('aws-sdk/clients/s3');
const { SQS } = require('aws-sdk/clients/all');
require('aws-sdk/global');
const DynamoDB = require('aws-sdk/clients/dynamodb');
const AWS = require('aws-sdk');
const region = 'eu-west-1';
const clients = [new S3({ region }), new SQS({ region }), new DynamoDB({ region }), new DynamoDB.DocumentClient({ region }).service, new AWS.SNS({ region })];
console.log(clients.map((client) => client.endpoint.href).join(' '));
";
const MODULE: &str = "
import S3 from 'aws-sdk/clients/s3.js';
import AWS from 'aws-sdk';
console.log([new S3({ region: 'eu-west-1' }), new AWS.SQS({ region: 'eu-west-1' })].map((client) => client.endpoint.href).join(' '));
";

#[test]
fn every_way_to_load_it_leads_to_the_local_endpoint() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = root.join("../../target/tools");
    if !tools.join("node_modules/aws-sdk").is_dir() {
        println!("skipped: version 2 of the SDK is not installed");
        return;
    }
    for (kind, script, count) in [("commonjs", COMMON, 5), ("module", MODULE, 2)] {
        let output = Command::new("node")
            .arg("--require")
            .arg(root.join("runtimes/node/endpoint.cjs"))
            .arg(format!("--input-type={kind}"))
            .args(["-e", script])
            .current_dir(&tools)
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
            .env("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1")
            .output()
            .unwrap();
        let addresses = String::from_utf8(output.stdout).unwrap();
        let expected = vec!["http://127.0.0.1:4566/"; count].join(" ");
        assert_eq!(addresses.trim(), expected, "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
