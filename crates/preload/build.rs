//! Links the library without gaps: it is part of every cold start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for option in ["noseparate-code", "norelro"] {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,{option}");
    }
    println!("cargo::rustc-cdylib-link-arg=-Wl,--hash-style=gnu,--build-id=none");
    // What ships has no names but those that it takes over; the profile's own `strip` leaves them to a library.
    if std::env::var_os("OPT_LEVEL").is_some_and(|level| level == *"z") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--strip-all");
    }
}
