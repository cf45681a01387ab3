//! Version 2 of the AWS SDK for JavaScript, which does not know `AWS_ENDPOINT_URL`: nothing of it may reach the real cloud from here.
use std::path::Path;
use std::process::Command;

/// Each in a process of its own: whoever loads all of it first would tell the others.
const CASES: &[(&str, &str)] = &[
    ("commonjs", "const S3 = require('aws-sdk/clients/s3'); tell(new S3({ region }));"),
    ("commonjs", "const { SQS } = require('aws-sdk/clients/all'); tell(new SQS({ region }));"),
    (
        "commonjs",
        "require('aws-sdk/global'); const SNS = require('aws-sdk/clients/sns'); tell(new SNS({ region }));",
    ),
    (
        "commonjs",
        "const { DocumentClient } = require('aws-sdk/clients/dynamodb'); tell(new DocumentClient({ region }).service);",
    ),
    ("commonjs", "const AWS = require('aws-sdk'); tell(new AWS.Lambda({ region }));"),
    ("module", "import S3 from 'aws-sdk/clients/s3.js'; tell(new S3({ region }));"),
    ("module", "import AWS from 'aws-sdk'; tell(new AWS.SQS({ region }));"),
];
const TELL: &str = "; function tell(client) { console.log(client.endpoint.href); }";

#[test]
fn every_way_to_load_it_leads_to_the_local_endpoint() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = root.join("../../target/tools");
    if !tools.join("node_modules/aws-sdk").is_dir() {
        println!("skipped: version 2 of the SDK is not installed");
        return;
    }
    for (kind, script) in CASES {
        let script = script.replace("region", "region: 'eu-west-1'") + TELL;
        let output = Command::new("node")
            .arg("--require")
            .arg(root.join("runtimes/node/endpoint.cjs"))
            .arg(format!("--input-type={kind}"))
            .args(["-e", &script])
            .current_dir(&tools)
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
            .env("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1")
            .output()
            .unwrap();
        let address = String::from_utf8(output.stdout).unwrap();
        let problem = String::from_utf8_lossy(&output.stderr);
        assert_eq!(address.trim(), "http://127.0.0.1:4566/", "{script}: {problem}");
    }
}
