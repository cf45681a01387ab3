//! Leaves the tables of unwinding out of the program where it never unwinds: in the profile `guard`, which aborts on a panic.
fn main() {
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == *wanted);
    println!("cargo::rerun-if-changed=link.ld");
    if is("CARGO_CFG_PANIC", "abort") && is("CARGO_CFG_TARGET_OS", "linux") {
        let folder = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{}/link.ld", folder.display());
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    }
}
