//! The program and the preload library of the guard's layer, built small and for the functions' architecture.
use std::path::{Path, PathBuf};
use std::process::Command;

/// Without tables for unwinding: a panic ends the process. Cryptography without the copies for newer vector units: every algorithm
/// is there, constant in time, and AES and SHA keep their own instructions.
const C_FLAGS: &str = "-Os -DMY_ASSEMBLER_IS_TOO_OLD_FOR_AVX -DMY_ASSEMBLER_IS_TOO_OLD_FOR_ADX_AVX2 \
                       -fno-asynchronous-unwind-tables -fno-unwind-tables";
const RUST_FLAGS: &str =
    "-C target-feature=+crt-static -C force-unwind-tables=no -C link-arg=-Wl,-z,pack-relative-relocs";

/// Bytes of the preload library at most: with the hooks (`guard`'s tests hold them to 62,000 bytes) less than 100,000.
const PRELOAD_BYTES_MAX: u64 = 36_000;

/// Bytes of the program at most, without further features: a layer is fetched in every cold start.
const PROGRAM_BYTES_MAX: u64 = 6_000_000;

/// An architecture of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Machine {
    /// As `buckler guard layer --arch` calls it.
    name: &'static str,
    /// As Rust's targets begin.
    target: &'static str,
}

const MACHINES: [Machine; 2] =
    [Machine { name: "x86_64", target: "x86_64" }, Machine { name: "arm64", target: "aarch64" }];

/// Builds both for one architecture, into `target/guard/ARCHITECTURE`; the program with these features.
pub(crate) fn run(name: &str, features: &[&str]) -> Result<(), String> {
    let machine = MACHINES.into_iter().find(|machine| machine.name == name);
    let machine = machine.ok_or_else(|| format!("`{name}` is neither `x86_64` nor `arm64`"))?;
    let installed = installed()?;
    let is_own = machine.target == std::env::consts::ARCH;
    let has = |target: &String| installed.contains(target);
    let gnu = format!("{}-unknown-linux-gnu", machine.target);
    let musl = format!("{}-unknown-linux-musl", machine.target);
    if !(has(&musl) || is_own) {
        return Err(format!("`rustup target add {musl} {gnu}` first, and its C compiler"));
    }
    let folder = crate::root().join("target/guard").join(machine.name);
    std::fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
    let build = crate::root().join("target/guard/build");
    let program = if has(&musl) { &musl } else { &gnu };
    let features = features.join(",");
    let wanted = ["-p", "guard", "--bin", "buckler-guard", "--target", program, "--features", &features];
    cargo(&build, &wanted, RUST_FLAGS)?;
    let bytes = take(&build, program, "buckler-guard", &folder)?;
    if features.is_empty() && bytes > PROGRAM_BYTES_MAX {
        return Err(format!("the program has {bytes} bytes; {PROGRAM_BYTES_MAX} are the most"));
    }
    if is_own || has(&gnu) {
        // Loaded into programs of the GNU C library, so it is no static one.
        cargo(&build, &["-p", "preload", "--features", "bare", "--target", &gnu], "")?;
        let bytes = take(&build, &gnu, "libbuckler_preload.so", &folder)?;
        if bytes > PRELOAD_BYTES_MAX {
            return Err(format!("the preload library has {bytes} bytes; {PRELOAD_BYTES_MAX} are the most"));
        }
    } else {
        println!("no preload library: `rustup target add {gnu}` and a linker for it");
    }
    println!(
        "buckler guard layer --arch {} --program {} --out layer.zip",
        machine.name,
        folder.join("buckler-guard").display()
    );
    Ok(())
}

/// The targets that this tool chain can build for.
fn installed() -> Result<Vec<String>, String> {
    let output =
        Command::new("rustc").args(["--print", "sysroot"]).output().map_err(|why| why.to_string())?;
    let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("lib/rustlib");
    let entries = std::fs::read_dir(&root).map_err(|why| format!("{}: {why}", root.display()))?;
    let names = entries.flatten().filter(|entry| entry.path().join("lib").is_dir());
    Ok(names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

fn cargo(build: &Path, arguments: &[&str], flags: &str) -> Result<(), String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "guard"]).args(arguments).current_dir(crate::root());
    cargo.env("CARGO_TARGET_DIR", build).env("AWS_LC_SYS_CFLAGS", C_FLAGS).env("RUSTFLAGS", flags);
    let status = cargo.status().map_err(|why| why.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("cargo build {} failed", arguments.join(" "))) }
}

fn take(build: &Path, target: &str, name: &str, folder: &Path) -> Result<u64, String> {
    let from = build.join(target).join("guard").join(name);
    let to = folder.join(name);
    let bytes = std::fs::copy(&from, &to).map_err(|why| format!("{}: {why}", from.display()))?;
    println!("{}: {bytes} bytes", to.display());
    Ok(bytes)
}
