//! Gathers the facts of `iam::catalogue` again, from the packages that carry them.
use std::path::Path;
use std::process::Command;

const DATA: &str = "crates/iam/src/catalogue/data";
const TEMPLATES: &str = "crates/iac/src/aws/sam/templates.rs";
const SCRIPT: &str = "xtask/src/catalogue";
const TOOLS: &str = "target/tools/catalogue";

/// Makes the tools' environment where it is missing, and writes the facts.
pub(crate) fn run() -> Result<(), String> {
    let root = crate::root();
    let tools = root.join(TOOLS);
    let python = tools.join("bin/python");
    if !python.exists() {
        start(Command::new("python3").args(["-m", "venv"]).arg(&tools))?;
    }
    let requirements = root.join(SCRIPT).join("requirements.txt");
    start(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))?;
    let arguments = [SCRIPT, DATA, TEMPLATES].map(|path| root.join(path));
    start(Command::new(&python).arg("-B").args(arguments))
}

fn start(command: &mut Command) -> Result<(), String> {
    let name = Path::new(command.get_program()).display().to_string();
    let status = command.status().map_err(|why| format!("{name} did not start: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {command:?}")) }
}
