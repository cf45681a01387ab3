//! Programs of others that tests use: installed below `target/tools` from the package registries.
//!
//! A machine that cannot reach a registry runs everything else; the tests that miss a program say so.
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package manager's part of the tools.
struct Set {
    name: &'static str,
    /// What lists the packages, below `xtask/tools`.
    list: &'static str,
    install: fn(&Path, &Path) -> Result<(), String>,
}

const SETS: &[Set] = &[
    Set { name: "Python packages", list: "requirements.txt", install: python },
    Set { name: "npm packages", list: "package.json", install: npm },
];

/// Installs what is missing or was listed differently before.
pub(crate) fn install() -> Result<(), String> {
    let folder = crate::root().join("target/tools");
    std::fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
    for set in SETS {
        let list = crate::root().join("xtask/tools").join(set.list);
        let wanted = std::fs::read(&list).map_err(|why| format!("{}: {why}", list.display()))?;
        // Written last: a half-done installation is done again.
        let mark = folder.join(format!("{}.installed", set.list));
        if std::fs::read(&mark).is_ok_and(|installed| installed == wanted) {
            continue;
        }
        match (set.install)(&list, &folder) {
            Ok(()) => std::fs::write(&mark, wanted).map_err(|why| why.to_string())?,
            Err(why) => println!("== {} are NOT installed, tests that use them are skipped: {why}", set.name),
        }
    }
    Ok(())
}

fn python(list: &Path, folder: &Path) -> Result<(), String> {
    let home = folder.join("python");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let pip = PathBuf::from("bin/python");
    run(Command::new(home.join(pip))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(list))
}

fn npm(list: &Path, folder: &Path) -> Result<(), String> {
    std::fs::copy(list, folder.join("package.json")).map_err(|why| why.to_string())?;
    let quiet = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    run(Command::new("npm").args(quiet).current_dir(folder))
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` ended with {status}")),
        Err(why) => Err(format!("`{name}` did not start: {why}")),
    }
}
