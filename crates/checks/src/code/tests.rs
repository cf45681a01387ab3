//! How findings about code are told, weighed and repaired.
use model::{Finding, Patch, Project, Severity};

use super::AREA;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.14
      Handler: app.handler
      CodeUri: .
";
const WEB: &str = "      Events:\n        Web: { Type: HttpApi, Properties: { Path: /, Method: post } }\n";

fn found(template: &str, code: &str) -> (Project, Vec<Finding>) {
    let project = testkit::project([("template.yaml", template), ("app.py", code)]);
    let findings = crate::run(&project, AREA, testkit::TODAY).found;
    (project, findings)
}

fn of<'f>(findings: &'f [Finding], id: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.check.id == id).collect()
}

/// The code with the repair of its only finding of a check.
fn repaired(code: &str, id: &str) -> String {
    let (project, findings) = found(TEMPLATE, code);
    let findings = of(&findings, id);
    let [finding] = findings.as_slice() else { panic!("{} findings of {id}", findings.len()) };
    let fix = finding.fix.as_ref().unwrap();
    let mut fixed = code.to_owned();
    let mut patches: Vec<_> = fix.patches.iter().collect();
    patches.sort_by_key(|patch| match patch {
        Patch::Replace { at, .. } => std::cmp::Reverse(at.start),
        _ => panic!("{fix:?}"),
    });
    for patch in patches {
        let Patch::Replace { at, text } = patch else { continue };
        assert_eq!(&*project.file(*at).unwrap().text, code);
        fixed.replace_range(at.start as usize..at.end as usize, text);
    }
    fixed
}
const INJECTION: &str = "import os

def handler(event, context):
    os.system('ls ' + event['queryStringParameters']['folder'])
";

#[test]
fn a_flow_is_told_from_its_source_through_its_trigger() {
    let (_, findings) = found(&format!("{TEMPLATE}{WEB}"), INJECTION);
    let findings = of(&findings, "command-injection");
    assert_eq!(findings.len(), 1);
    let finding = findings[0];
    assert!(finding.message.starts_with("`event.queryStringParameters.folder` becomes part of a command in `os.system`; anyone can send it through `"), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Critical);
    assert!(finding.path.len() >= 2, "{:?}", finding.path);
}

#[test]
fn a_flow_that_no_trigger_carries_matters_less() {
    let (_, findings) = found(TEMPLATE, INJECTION);
    let findings = of(&findings, "command-injection");
    assert_eq!(findings[0].severity, Severity::Medium);
    assert!(findings[0].message.ends_with("no trigger of the function is in the template"));
}

#[test]
fn several_ways_to_one_call_are_one_finding() {
    let two = format!("{TEMPLATE}  Other:{}{WEB}", TEMPLATE.split("Shop:").nth(1).unwrap());
    let (_, findings) = found(&two, INJECTION);
    let findings = of(&findings, "command-injection");
    assert_eq!(findings.len(), 1);
    let message = &findings[0].message;
    assert!(
        message.contains("anyone can send it") && message.ends_with("and one more way leads here"),
        "{message}"
    );
}

#[test]
fn code_that_two_functions_share_is_told_once() {
    let two = format!("{TEMPLATE}  Other:{}", TEMPLATE.split("Shop:").nth(1).unwrap());
    let code = "import hashlib\n\ndef handler(event, context):\n    return hashlib.md5(b'x').hexdigest()\n";
    let (_, findings) = found(&two, code);
    assert_eq!(of(&findings, "weak-hash").len(), 1);
}

#[test]
fn code_that_nothing_calls_matters_less() {
    let code = "import requests

def unused():
    return requests.get('https://a.example', verify=False, timeout=1)

def handler(event, context):
    return 1
";
    let (_, findings) = found(TEMPLATE, code);
    for finding in of(&findings, "unchecked-certificate") {
        assert_eq!(finding.severity, Severity::Low);
    }
}

#[test]
fn yaml_is_read_safely_whatever_the_module_is_called() {
    let code = "import yaml as y\n\ndef handler(event, context):\n    return y.load(open('/opt/a'))\n";
    assert!(repaired(code, "unsafe-yaml-load").contains("y.safe_load(open"));
}

#[test]
fn values_stand_beside_the_statement() {
    let code = "import sqlite3

def handler(event, context):
    name = event['queryStringParameters']['name']
    return sqlite3.connect('/opt/a').execute(f\"SELECT * FROM t WHERE a = '{name}'\").fetchall()
";
    let fixed = repaired(code, "sql-injection");
    assert!(fixed.contains(".execute(\"SELECT * FROM t WHERE a = ?\", (name,)).fetchall()"), "{fixed}");
}

#[test]
fn programs_start_without_a_shell() {
    let code = "import subprocess

def handler(event, context):
    folder = event['queryStringParameters']['folder']
    subprocess.run(f'ls -l {folder}', shell=True)
";
    let fixed = repaired(code, "command-injection");
    assert!(fixed.contains("subprocess.run([\"ls\", \"-l\", folder], shell=False)"), "{fixed}");
}

#[test]
fn a_name_of_its_own_is_not_replaced() {
    let code = "from yaml import load\n\ndef handler(event, context):\n    return load(open('/opt/a'))\n";
    let (_, findings) = found(TEMPLATE, code);
    assert!(of(&findings, "unsafe-yaml-load")[0].fix.is_none());
}

#[test]
fn certificates_are_checked_again() {
    let code = "import requests

def handler(event, context):
    return requests.get('https://a.example', verify=False, timeout=1)
";
    let fixed = repaired(code, "unchecked-certificate");
    assert!(fixed.contains("requests.get('https://a.example', verify=True, timeout=1)"), "{fixed}");
}

#[test]
fn a_switch_in_a_dictionary_is_not_rewritten() {
    let code = "import requests

def handler(event, context):
    options = {'verify': False, 'timeout': 1}
    return requests.get('https://a.example', **options)
";
    let (_, findings) = found(TEMPLATE, code);
    assert!(of(&findings, "unchecked-certificate").iter().all(|finding| finding.fix.is_none()));
}

#[test]
fn a_timeout_stands_behind_the_last_argument() {
    let code = "import requests

def handler(event, context):
    return requests.get('https://a.example', params={'a': 1})
";
    let fixed = repaired(code, "missing-timeout");
    assert!(fixed.contains("params={'a': 1}, timeout=10)"), "{fixed}");
}

#[test]
fn passwords_from_the_environment_are_not_in_the_code() {
    let code = "import os
import psycopg2

def handler(event, context):
    return psycopg2.connect(host='db', password=os.environ['DB_PASSWORD'])
";
    let (_, findings) = found(TEMPLATE, code);
    assert!(of(&findings, "hard-coded-credential-argument").is_empty());
}

#[test]
fn a_hash_that_protects_nothing_says_so() {
    let code = "import hashlib

def handler(event, context):
    return hashlib.md5(b'x', usedforsecurity=False).hexdigest()
";
    let (_, findings) = found(TEMPLATE, code);
    assert!(of(&findings, "weak-hash").is_empty());
}
