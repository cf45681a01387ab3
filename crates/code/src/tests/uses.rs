//! Uses that code shows: hosts, files, programs, state, secrets in logs.
use expect_test::{Expect, expect};
use model::{MemorySource, Use, UseKind};

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Run:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: RUNTIME
      Environment: { Variables: { API: api.example.com } }
      Events:
        Post: { Type: TRIGGER }
"#;

fn uses(file: &str, text: &str, trigger: &str) -> Vec<(String, String, u32, Use)> {
    let runtime = if file.ends_with(".py") { "python3.13" } else { "nodejs22.x" };
    let template = TEMPLATE.replace("RUNTIME", runtime).replace("TRIGGER", trigger);
    let source = MemorySource::new([("template.yaml", template.as_str()), (file, text)]);
    let mut project = iac::read(&source, &iac::Options::default());
    crate::attach(&mut project, &source, &crate::Limits::default());
    let uses = project.apps.iter().flat_map(|app| &app.code).flat_map(|code| &code.uses);
    uses.map(|one| {
        let source = project.file(one.at).unwrap();
        let shown = crate::testing::slice(&source.text, one.at).to_owned();
        (one.name.clone(), shown, source.place(one.at.start).line, one.clone())
    })
    .collect()
}

/// Every use of one kind: name, and the place as line and text.
fn check(kind: UseKind, file: &str, text: &str, expected: Expect) {
    let found = uses(file, text, "HttpApi, Properties: { Path: /, Method: post }");
    let found = found.iter().filter(|(.., one)| one.kind == kind);
    let shown: String = found.map(|(name, at, line, _)| format!("{name} at {line} {at}\n")).collect();
    expected.assert_eq(&shown);
}

#[test]
fn hosts_are_known_in_whole_or_in_part() {
    check(
        UseKind::Host,
        "app.py",
        r#"
import os, requests, boto3, pymysql, redis
db = pymysql.connect(host=os.environ["DB_HOST"], password="x")
cache = redis.Redis.from_url("rediss://cache.internal:6380/0")
local = boto3.client("s3", endpoint_url="http://localhost:4566")
s3 = boto3.client("s3")
def handler(event, context):
    requests.get("https://user:word@one.example.com:8443/a?b#c")
    requests.post(f"https://{os.environ['API']}/x", json=event)
    requests.get(f"https://{event['body']}.shop.example.com/")
    requests.get(event["url"])
    requests.get("https://two.example.com/" + event["path"])
"#,
        expect![[r#"
            ${DB_HOST} at 3 pymysql.connect(host=os.environ["DB_HOST"], password="x")
            cache.internal at 4 "rediss://cache.internal:6380/0"
            localhost at 5 endpoint_url="http://localhost:4566"
            one.example.com at 8 "https://user:word@one.example.com:8443/a?b#c"
            api.example.com at 9 f"https://{os.environ['API']}/x"
            *.shop.example.com at 10 f"https://{event['body']}.shop.example.com/"
            two.example.com at 12 "https://two.example.com/" + event["path"]
        "#]],
    );
    check(
        UseKind::Host,
        "app.js",
        r#"
const axios = require('axios');
const https = require('https');
const { Pool } = require('pg');
const mongoose = require('mongoose');
const pool = new Pool({ host: 'db.internal', port: 5432 });
exports.handler = async (event) => {
  await mongoose.connect('mongodb+srv://u:p@cluster.example.net/shop');
  await axios.post('https://api.example.com/orders', event);
  https.request({ hostname: 'legacy.example.org', path: '/' });
  await fetch(`https://${event.tenant}.example.com/`);
};
"#,
        expect![[r#"
            db.internal at 6 new Pool({ host: 'db.internal', port: 5432 })
            cluster.example.net at 8 'mongodb+srv://u:p@cluster.example.net/shop'
            api.example.com at 9 'https://api.example.com/orders'
            legacy.example.org at 10 { hostname: 'legacy.example.org', path: '/' }
            *.example.com at 11 `https://${event.tenant}.example.com/`
        "#]],
    );
}

#[test]
fn files_are_told_as_far_as_they_are_known() {
    check(
        UseKind::File,
        "app.py",
        r#"
import os, tempfile
def handler(event, context):
    with open("/tmp/cache.json") as file:
        file.read()
    with open(f"/tmp/{event['name']}", "w") as file:
        file.write("x")
    with open(event["name"]) as file:
        file.read()
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
    os.remove(os.path.join("/mnt/data", event["name"]))
"#,
        expect![[r#"
            /tmp/cache.json at 4 "/tmp/cache.json"
            /tmp/ at 6 f"/tmp/{event['name']}"
            /tmp at 10 tempfile.NamedTemporaryFile()
            /mnt/data at 12 os.path.join("/mnt/data", event["name"])
        "#]],
    );
    check(
        UseKind::File,
        "app.js",
        r#"
const fs = require('fs');
const path = require('path');
const os = require('os');
exports.handler = async (event) => {
  fs.writeFileSync('/tmp/out.txt', event.body);
  fs.readFileSync(path.join('/mnt/files', event.name));
  fs.mkdtempSync(os.tmpdir());
};
"#,
        expect![[r#"
            /tmp/out.txt at 6 '/tmp/out.txt'
            /mnt/files at 7 path.join('/mnt/files', event.name)
            /tmp at 8 os.tmpdir()
        "#]],
    );
}

#[test]
fn programs_are_the_first_word_of_a_command() {
    check(
        UseKind::Program,
        "app.py",
        r#"
import os, subprocess
def handler(event, context):
    os.system("LANG=C convert -resize 10 " + event["name"])
    subprocess.run(["/opt/bin/ffmpeg", "-i", event["name"]])
    subprocess.check_output(f"git clone {event['url']}", shell=True)
    subprocess.run(event["command"], shell=True)
"#,
        expect![[r#"
            convert at 4 "LANG=C convert -resize 10 " + event["name"]
            /opt/bin/ffmpeg at 5 ["/opt/bin/ffmpeg", "-i", event["name"]]
            git at 6 f"git clone {event['url']}"
        "#]],
    );
    check(
        UseKind::Program,
        "app.js",
        r#"
const { exec, spawn } = require('child_process');
exports.handler = async (event) => {
  exec(`pdftotext ${event.file}`);
  spawn('tar', ['-xf', event.file]);
};
"#,
        expect![[r#"
            pdftotext at 4 `pdftotext ${event.file}`
            tar at 5 'tar'
        "#]],
    );
}

#[test]
fn secrets_and_whole_events_in_logs_are_told() {
    check(
        UseKind::SensitiveLog,
        "app.py",
        r#"
import json, logging, os, boto3, pymysql
from aws_lambda_powertools import Logger
logger = Logger()
secrets = boto3.client("secretsmanager")
@logger.inject_lambda_context(log_event=True)
def handler(event, context):
    print(event)
    logging.info("got %s", json.dumps(event))
    logger.info({"headers": event["headers"]})
    print("token " + event["headers"]["Authorization"])
    print(event["body"], event["requestContext"]["requestId"])
    secret = json.loads(secrets.get_secret_value(SecretId="shop/db")["SecretString"])
    logging.debug(secret["password"])
    print(os.environ["DB_PASSWORD"])
    db = pymysql.connect(host="db", password=secret["password"])
    print(db.cursor().fetchall())
    print(len(event["body"]))
    return {"statusCode": 200, "body": json.dumps({"key": os.environ["API_KEY"]})}
"#,
        expect![[r#"
            event at 6 logger.inject_lambda_context(log_event=True)
            event at 8 print(event)
            event at 9 logging.info("got %s", json.dumps(event))
            event.headers at 10 logger.info({"headers": event["headers"]})
            event.headers.Authorization at 11 print("token " + event["headers"]["Authorization"])
            the secret shop/db at 14 logging.debug(secret["password"])
            the secret DB_PASSWORD at 15 print(os.environ["DB_PASSWORD"])
            a secret in the answer at 19 os.environ["API_KEY"]
        "#]],
    );
    check(
        UseKind::SensitiveLog,
        "app.js",
        r#"
const { Logger, injectLambdaContext } = require('@aws-lambda-powertools/logger');
const logger = new Logger();
exports.handler = async (event) => {
  console.log('event', JSON.stringify(event, null, 2));
  console.log(event.headers.cookie);
  logger.info('x', { password: process.env.DB_PASSWORD });
  const order = await store(event);
  console.log(order);
};
async function store(event) {
  const total = compute(event.body);
  return { total };
}
function compute(body) { return JSON.parse(body).items.length; }
"#,
        expect![[r#"
            event at 5 console.log('event', JSON.stringify(event, null, 2))
            event.headers.cookie at 6 console.log(event.headers.cookie)
            the secret DB_PASSWORD at 7 logger.info('x', { password: process.env.DB_PASSWORD })
        "#]],
    );
}

#[test]
fn an_event_that_nobody_signs_in_with_may_be_logged() {
    let text = "def handler(event, context):\n    print(event)\n";
    let logged = |trigger: &str| {
        uses("app.py", text, trigger).iter().filter(|(.., one)| one.kind == UseKind::SensitiveLog).count()
    };
    assert_eq!(logged("HttpApi, Properties: { Path: /, Method: post }"), 1);
    assert_eq!(logged("Schedule, Properties: { Schedule: rate(1 day) }"), 0);
}

#[test]
fn what_outlives_an_invocation_is_told() {
    check(
        UseKind::Survives,
        "app.py",
        r#"
import boto3
last = None
users = {}
names = []
clients = {}
seen = set()
count = 0
class Session:
    user = None
    def __init__(self):
        self.items = []
session = Session()
def handler(event, context):
    global last, count
    last = event["body"]
    count += 1
    users[event["id"]] = event["name"]
    users["name"] = event["name"]
    users.update({"other": event["name"]})
    users.update(event["body"])
    users.setdefault("x", event["name"])
    names.append(event["name"])
    names.extend(event["names"])
    seen.add(event["id"])
    session.user = event["user"]
    session.items.append(event["item"])
    Session.user = event["user"]
    own = {}
    own["name"] = event["name"]
    region = event["region"]
    if region not in clients:
        clients[region] = boto3.client("s3", region_name=region)
    clients["fixed"] = boto3.client("sqs")
    fresh = Session()
    fresh.items.append(event["item"])
"#,
        expect![[r#"
            last at 16 last = event["body"]
            users at 18 users[event["id"]]
            users at 19 users["name"]
            users at 20 users.update({"other": event["name"]})
            users at 21 users.update(event["body"])
            users at 22 users.setdefault("x", event["name"])
            names at 23 names.append(event["name"])
            names at 24 names.extend(event["names"])
            seen at 25 seen.add(event["id"])
            session.user at 26 session.user
            session.items at 27 session.items.append(event["item"])
            Session.user at 28 Session.user
        "#]],
    );
}

#[test]
fn what_outlives_an_invocation_is_told_of_javascript() {
    check(
        UseKind::Survives,
        "app.js",
        r#"
const { S3Client } = require('@aws-sdk/client-s3');
let last;
let client;
let count = 0;
const cache = {};
const seen = new Map();
const list = [];
exports.handler = async (event) => {
  last = event.body;
  count += 1;
  cache[event.id] = event.name;
  cache.user = event.user;
  seen.set(event.id, event.name);
  list.push(event.name);
  Object.assign(cache, event.body);
  client = client || new S3Client({ region: event.region });
  global.user = event.user;
  globalThis.other = event.user;
  module.exports.current = event.user;
  const own = {};
  own.user = event.user;
};
"#,
        expect![[r#"
            last at 10 last = event.body
            cache at 12 cache[event.id]
            cache at 13 cache.user
            seen at 14 seen.set(event.id, event.name)
            list at 15 list.push(event.name)
            cache at 16 Object.assign(cache, event.body)
            global.user at 18 global.user
            globalThis.other at 19 globalThis.other
            exports at 20 module.exports.current
        "#]],
    );
}
