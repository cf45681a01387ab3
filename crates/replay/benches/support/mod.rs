//! The peer of the benches: libmodsecurity in a process of its own, and the exchanges as it reads them.
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use replay::message::{Request, Response};
use waf::Fields;

/// One exchange.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub request: Request,
    pub response: Option<Response>,
}

/// The folder of the Core Rule Set: `BUCKLER_CRS`, or where Debian puts it.
pub(crate) fn rules_folder() -> PathBuf {
    let named = std::env::var_os("BUCKLER_CRS").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("/usr/share/modsecurity-crs"))
}

/// Compiles the peer; nothing when libmodsecurity's headers are not installed.
pub(crate) fn build(scratch: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.c");
    let program = scratch.join("peer");
    let done =
        Command::new("cc").arg("-O2").arg("-o").arg(&program).arg(source).arg("-lmodsecurity").output();
    done.is_ok_and(|output| output.status.success()).then_some(program)
}

/// Writes the rules as the peer loads them: the same engine settings and the same set.
pub(crate) fn peer_rules(scratch: &Path, folder: &Path, paranoia: u8) -> PathBuf {
    let setup = ["crs-setup.conf", "crs-setup.conf.example"].map(|name| folder.join(name));
    let setup = setup.iter().find(|file| file.is_file()).cloned().unwrap_or_default();
    let text = format!(
        "SecRuleEngine DetectionOnly\n{}\nSecAuditEngine Off\nInclude {}\nSecAction \"id:7700000,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level={paranoia},setvar:tx.detection_paranoia_level={paranoia}\"\nInclude {}/rules/*.conf\n",
        ruleset::RECOMMENDED,
        setup.display(),
        folder.display()
    );
    let path = scratch.join("peer.conf");
    std::fs::write(&path, text).unwrap();
    path
}

/// Runs the peer over exchanges and gives the lines that it prints.
pub(crate) fn run(program: &Path, rules: &Path, arguments: &[&str], exchanges: &[Exchange]) -> Vec<String> {
    let mut child: Child = Command::new(program)
        .arg(rules)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let lines = std::thread::scope(|scope| {
        scope.spawn(move || {
            for exchange in exchanges {
                // The peer may have stopped; its exit is judged below.
                if input.write_all(&frame(exchange)).is_err() {
                    break;
                }
            }
        });
        output.lines().map_while(Result::ok).collect()
    });
    assert!(child.wait().unwrap().success(), "the peer failed");
    lines
}

fn frame(exchange: &Exchange) -> Vec<u8> {
    let mut out = Vec::new();
    let request = &exchange.request;
    let version = request.protocol.strip_prefix(b"HTTP/").unwrap_or(&request.protocol);
    for text in [request.method.as_slice(), &request.target, version, &request.body] {
        field(&mut out, text);
    }
    headers(&mut out, &request.headers);
    match &exchange.response {
        Some(response) => {
            field(&mut out, response.status.to_string().as_bytes());
            headers(&mut out, &response.headers);
            field(&mut out, &response.body);
        }
        None => {
            field(&mut out, b"");
            headers(&mut out, &Fields::default());
            field(&mut out, b"");
        }
    }
    out
}

fn headers(out: &mut Vec<u8>, fields: &Fields) {
    field(out, fields.len().to_string().as_bytes());
    for one in fields.iter() {
        field(out, one.name);
        field(out, one.value);
    }
}

fn field(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
    out.extend_from_slice(text);
}
