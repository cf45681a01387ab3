//! What the guard says is told, also when it is the last that an environment says.
use crate::support::{folder, run, start, under_guard, write};
use host::Line;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Shell: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.11, Handler: app.handler, CodeUri: ./, Timeout: 30, MemorySize: 256 } }
";
const CODE: &str = "
import os
def handler(event, context):
    return os.system('echo ' + event['name'])
";
const ATTACKS: usize = 6;

#[test]
fn every_attack_is_told_although_it_ends_its_environment() {
    run(async {
        let place = folder("told-attacks");
        write(&place, &[("template.yml", TEMPLATE), ("app.py", CODE)]);
        let running = start(&place, |settings| {
            settings.python = Some("/usr/bin/python3".into());
            under_guard(settings);
        })
        .await;
        for _ in 0..ATTACKS {
            let (answer, error) = running.invoke("Shell", r#"{"name":"x; id"}"#).await;
            assert!(error.is_some(), "{answer}");
        }
        running.host.stop().await;
        let lines = running.lines.lock().unwrap();
        let is_attack = |line: &&Line| matches!(line, Line::Guard { event, .. } if event["unmapped"]["rule"] == "hook-command");
        assert_eq!(lines.iter().filter(is_attack).count(), ATTACKS);
    });
}
