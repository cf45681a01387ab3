//! The layer that `buckler guard layer` writes, in an environment that knows nothing of the guard: the wrapper and the extension are
//! started as Lambda starts them, from `/opt`.
use crate::hosted::Hosted;
use crate::run::Folder;
use serde_json::Value;
use std::process::Command;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Handler: app.handler, Runtime: nodejs20.x, CodeUri: app/, Timeout: 20, MemorySize: 512, Layers: [!Ref Guard] } }
Resources:
  Wrapped:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: /opt/buckler-exec } } }
  Watched:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: /opt/buckler-exec, BUCKLER_MODE: detect } } }
  Forgotten: { Type: AWS::Serverless::Function }
  Guard: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: layer.zip } }
";

/// Evaluates, and ends whoever started it, where it may.
const CODE: &str = r#"
exports.handler = async (event) => {
  if (event.guard === 'end') process.kill(process.ppid, 'SIGKILL');
  return { guard: process.ppid, said: event.code ? String(eval(event.code)) : 'hello' };
};
"#;

/// An application with the layer of this build.
fn application() -> Option<Folder> {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: `node` is not installed");
        return None;
    }
    let folder = Folder::new(&[("template.yml", TEMPLATE), ("app/app.js", CODE)]);
    let built = testkit::programs::guard();
    let preload = built.with_file_name("libbuckler_preload.so");
    // What a debugger needs is most of the program, and slow to pack.
    let program = folder.path().join("buckler-guard");
    assert!(Command::new("strip").arg("-o").arg(&program).arg(&built).status().unwrap().success());
    let arch = if cfg!(target_arch = "x86_64") { "x86_64" } else { "arm64" };
    let (program, preload) = (program.display().to_string(), preload.display().to_string());
    let mut arguments = vec!["guard", "layer", "--out", "layer.zip", "--arch", arch];
    arguments.extend(["--program", &program, "--preload", &preload]);
    let ran = folder.buckler(&arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    Some(folder)
}

/// The lines of a host that have a text in them, once there are so many.
fn lines(host: &Hosted, function: &str, part: &str, wanted: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..600 {
        let told = std::fs::read_to_string(&host.told).unwrap();
        let read = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        found = read.filter(|line| line["function"] == function && line.to_string().contains(part)).collect();
        if found.len() >= wanted {
            return found;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    panic!("`{part}` of {function}: {} of {wanted}", found.len());
}

#[test]
fn wrapper_and_extension_of_the_layer_work_as_the_platform_starts_them() {
    let Some(folder) = application() else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckler"));
    command.arg("run").arg(folder.path()).args(["--no-guard", "--no-gateway"]);
    let host = Hosted::start(command);
    let invoke = |function: &str, event: &str| {
        folder.write("event.json", event);
        let arguments = ["invoke", function, "--url", host.endpoint(), "--event", "event.json"];
        folder.buckler_with(&arguments, &[("AWS_ACCESS_KEY_ID", host.text("accessKey"))])
    };
    // The guard of the runtime protects, and its extension says how the environment ended.
    let honest = invoke("Wrapped", r#"{"name":"ana"}"#);
    assert!(honest.out.contains("hello"), "{honest:?}");
    let attack = invoke("Wrapped", r#"{"code":"[7].map(Number).concat(8).join('then')"}"#);
    assert!(!attack.out.contains("7then8"), "{attack:?}");
    lines(&host, "Wrapped", "hook-code", 1);
    lines(&host, "Wrapped", "the platform ends the environment", 1);
    lines(&host, "Wrapped", "platform.report", 1);
    // Nobody wrapped this one: the extension alone is there, and says so.
    let bare = invoke("Forgotten", "{}");
    assert!(bare.out.contains("hello"), "{bare:?}");
    lines(&host, "Forgotten", "guard-absent", 1);
    // The function cannot end its guard; somebody from outside can, and that is told.
    let kills = invoke("Watched", r#"{"guard":"end"}"#);
    assert!(kills.out.contains("EPERM"), "{kills:?}");
    let alive: Value = serde_json::from_str(&invoke("Watched", "{}").out).unwrap();
    let ended = Command::new("kill").args(["-9", &alive["guard"].to_string()]).status().unwrap();
    assert!(ended.success(), "{alive}");
    lines(&host, "Watched", "guard-ended", 1);
    let told = std::fs::read_to_string(&host.told).unwrap();
    let of_wrapped = |line: &&str| line.contains(r#""function":"Wrapped""#);
    let wrong = |line: &&str| line.contains("guard-absent") || line.contains("guard-ended");
    assert_eq!(told.lines().filter(of_wrapped).filter(wrong).count(), 0, "{told}");
}
