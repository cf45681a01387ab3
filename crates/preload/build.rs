//! Links the library without gaps: it is part of every cold start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for option in ["noseparate-code", "norelro"] {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,{option}");
    }
    println!("cargo::rustc-cdylib-link-arg=-Wl,--hash-style=gnu,--build-id=none");
}
