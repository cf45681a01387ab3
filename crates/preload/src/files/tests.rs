use super::*;
use crate::rules::parse;

fn fine(path: &str, what: Use) -> bool {
    judge(&parse(b"bprw;1;1;;/usr:/var/task;/tmp;"), path.as_bytes(), what, 42)
}

#[test]
fn prefixes_decide() {
    assert!(fine("/usr/lib/libc.so.6", Use::Read) && fine("/usr/lib/libc.so.6", Use::Load));
    assert!(!fine("/etc/shadow", Use::Read) && !fine("/home/ana/.ssh/id", Use::Read));
    assert!(fine("/tmp/a", Use::Write) && fine("/tmp/a", Use::Read) && !fine("/tmp/a.so", Use::Load));
    assert!(!fine("/var/task/app.py", Use::Write) && !fine("/tmpfile", Use::Write));
    assert!(fine("/dev/null", Use::Write) && !fine("/dev/mem", Use::Read));
    assert!(fine("pipe:[123]", Use::Write));
}

#[test]
fn processes_keep_to_themselves() {
    assert!(fine("/proc/42/maps", Use::Read) && fine("/proc/self/status", Use::Read));
    assert!(fine("/proc/cpuinfo", Use::Read) && fine("/proc/7/stat", Use::Read));
    assert!(!fine("/proc/42/mem", Use::Write) && !fine("/proc/self/mem", Use::Write));
    assert!(
        !fine("/proc/1/environ", Use::Read)
            && !fine("/proc/7/mem", Use::Read)
            && !fine("/proc/7/fd/3", Use::Read)
    );
    assert!(!fine("/proc/sys/kernel/core_pattern", Use::Write));
}

#[test]
fn uses_are_read_from_flags_and_modes() {
    assert_eq!(Use::of_flags(libc::O_RDONLY | libc::O_CLOEXEC), Use::Read);
    assert_eq!(Use::of_flags(libc::O_RDONLY | libc::O_TRUNC), Use::Write);
    assert_eq!(Use::of_flags(libc::O_RDWR), Use::Write);
    assert_eq!(
        (Use::of_mode(b"rb"), Use::of_mode(b"r+"), Use::of_mode(b"a")),
        (Use::Read, Use::Write, Use::Write)
    );
    assert!(plain(b"/a/b") && !plain(b"/a/../b") && !plain(b"/a/."));
}
