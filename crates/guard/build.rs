//! Leaves the tables of unwinding out of the program where it never unwinds: in the profile `guard` (the one for size), which aborts on a panic.
fn main() {
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == *wanted);
    println!("cargo::rerun-if-changed=link.ld");
    if is("OPT_LEVEL", "z") && is("CARGO_CFG_TARGET_OS", "linux") {
        let folder = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{}/link.ld", folder.display());
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    }
    // Functions of one code are one function: the same generic code is made in several crates. Only this target has its linker,
    // which can do that, with the compiler.
    if is("OPT_LEVEL", "z") && is("CARGO_CFG_TARGET_ARCH", "x86_64") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-fuse-ld=lld");
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
        // `src/unused.rs` comes first, and stands for what the C library has under the same names.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,muldefs");
    }
}
