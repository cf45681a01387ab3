use super::*;
use crate::rules::parse;
use std::ffi::{CStr, CString};

fn filled(variables: &[&str], hide: bool) -> Vec<String> {
    let owned: Vec<CString> = variables.iter().map(|one| CString::new(*one).unwrap()).collect();
    let mut list: Vec<*const libc::c_char> = owned.iter().map(|one| one.as_ptr()).collect();
    list.push(core::ptr::null());
    let mut memory = Memory::new();
    let rules = parse(b"b;1;1;;;;AWS_SECRET_ACCESS_KEY");
    let mut found = Vec::new();
    // SAFETY: `list` ends with a null, its strings with zeroes, and both outlive the memory's use.
    unsafe {
        let mut at = memory.fill(&rules, (b"/opt/l.so", b"b;1"), list.as_ptr(), hide).unwrap();
        while let Some(one) = next(&mut at) {
            found.push(CStr::from_ptr(one).to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn the_library_stays_and_secrets_go() {
    let before = ["A=1", "AWS_SECRET_ACCESS_KEY=x", "LD_PRELOAD=", "BUCKLER_PRELOAD=nothing"];
    assert_eq!(filled(&before, true), ["A=1", "LD_PRELOAD=/opt/l.so", "BUCKLER_PRELOAD=b;1"]);
    assert_eq!(filled(&["AWS_SECRET_ACCESS_KEY=x"], false).len(), 3);
    assert_eq!(filled(&["LD_PRELOAD=/a.so"], true)[0], "LD_PRELOAD=/opt/l.so:/a.so");
    assert_eq!(filled(&["LD_PRELOAD=/opt/l.so"], true)[0], "LD_PRELOAD=/opt/l.so");
}
