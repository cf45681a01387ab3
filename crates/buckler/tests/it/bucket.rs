//! CloudTrail records in a bucket, on a real S3 endpoint on loopback.
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::run::Folder;

/// Serves S3 until its input ends: one bucket with a packed file of records and a digest.
const SERVE: &str = "
import gzip, json, sys, boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
client = boto3.client('s3', endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1', aws_access_key_id='k', aws_secret_access_key='s')
client.create_bucket(Bucket='trail')
role = {'type': 'AssumedRole', 'arn': 'arn:aws:sts::123456789012:assumed-role/r/shop-F-1AB2CD3EF4GH', 'sessionContext': {'sessionIssuer': {'type': 'Role', 'arn': 'arn:aws:iam::123456789012:role/r', 'userName': 'r'}}}
record = {'eventTime': '2026-07-03T10:00:00Z', 'eventSource': 'sqs.amazonaws.com', 'eventName': 'SendMessage', 'userIdentity': role}
layout = 'AWSLogs/123456789012/CloudTrail/us-east-1/2026/07/03/a.json.gz'
client.put_object(Bucket='trail', Key=layout, Body=gzip.compress(json.dumps({'Records': [record]}).encode()))
client.put_object(Bucket='trail', Key=layout.replace('/CloudTrail/', '/CloudTrail-Digest/'), Body=b'{}')
print(port, flush=True)
sys.stdin.read()
server.stop()
";

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: python3.13, CodeUri: ., Policies: [AmazonSQSFullAccess] }
";

#[test]
fn records_are_read_from_a_bucket() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python/bin/python");
    if !python.exists() {
        println!("skipped: {} is not installed (`cargo xtask tools`)", python.display());
        return;
    }
    let mut server = Command::new(python)
        .args(["-c", SERVE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let endpoint = format!("http://127.0.0.1:{}", port.trim());
    let folder =
        Folder::new(&[("template.yaml", TEMPLATE), ("app.py", "def handler(event, context):\n    pass\n")]);
    let with = [
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_REGION", "us-east-1"),
    ];
    let used = folder.buckler_with(&["privileges", "--used", "s3://trail/AWSLogs/"], &with);
    let nothing = folder.buckler_with(&["privileges", "--used", "s3://nowhere"], &with);
    let nobody = folder.buckler_with(&["privileges", "--used", "s3://trail"], &with[..1]);
    drop(server.stdin.take());
    server.wait().unwrap();
    assert_eq!(used.code, 0, "{used:?}");
    assert!(used.out.contains("used once, last on 2026-07-03"), "{}", used.out);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("404 NoSuchBucket"), "{}", nothing.err);
    assert_eq!(nobody.code, 2);
    assert!(nobody.err.contains("AWS_ACCESS_KEY_ID"), "{}", nobody.err);
}
