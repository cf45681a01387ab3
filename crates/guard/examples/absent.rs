//! Starts a program as inside of standard AWS Lambda: seccomp, ptrace and user namespaces refused, Landlock absent.
//!
//! `absent [--user UID] -- PROGRAM ARGUMENTS…`. For tests and the table in `docs/sandbox.md`; never part of the layer. It installs
//! a filter of its own, so the program below it sees the errors that the platform would give.
#![expect(unsafe_code, reason = "installs a filter of system calls")]
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;
use std::error::Error;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

#[cfg(target_arch = "x86_64")]
const ARCH: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCH: TargetArch = TargetArch::aarch64;
const CLONE3: i64 = 435;
const LANDLOCK: std::ops::RangeInclusive<i64> = 444..=446;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let mut user = None;
    if arguments.next_if(|argument| argument == "--user").is_some() {
        let number = arguments.next().ok_or("`--user` wants a number")?;
        user = Some(number.to_string_lossy().parse::<u32>()?);
    }
    arguments.next_if(|argument| argument == "--");
    let program = arguments.next().ok_or("absent [--user UID] -- PROGRAM ARGUMENTS…")?;
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(user) = user {
        // SAFETY: changes who this process is, for good; no memory is passed but a null list of length 0.
        let failed = unsafe {
            libc::setgroups(0, std::ptr::null()) != 0 || libc::setgid(user) != 0 || libc::setuid(user) != 0
        };
        if failed {
            return Err(std::io::Error::last_os_error().into());
        }
    }
    let namespace = |argument: u8| -> Result<SeccompRule, Box<dyn Error>> {
        let flag = libc::CLONE_NEWUSER as u64;
        Ok(SeccompRule::new(vec![SeccompCondition::new(argument, Len::Qword, Op::MaskedEq(flag), flag)?])?)
    };
    // The kernel of the platform has these; nobody may use them.
    let refused: BTreeMap<i64, Vec<SeccompRule>> = [
        (libc::SYS_ptrace, vec![]),
        (libc::SYS_unshare, vec![namespace(0)?]),
        (libc::SYS_clone, vec![namespace(0)?]),
        (libc::SYS_seccomp, vec![]),
        (
            libc::SYS_prctl,
            vec![SeccompRule::new(vec![SeccompCondition::new(
                0,
                Len::Dword,
                Op::Eq,
                libc::PR_SET_SECCOMP as u64,
            )?])?],
        ),
    ]
    .into();
    // The kernel of the platform does not know these.
    // `clone3` has its flags behind a pointer: without it, namespaces are asked for in a way that is refused above.
    let missing: BTreeMap<i64, Vec<SeccompRule>> =
        LANDLOCK.chain([CLONE3]).map(|number| (number, vec![])).collect();
    let compile = |rules, errno: i32| -> Result<BpfProgram, Box<dyn Error>> {
        let action = SeccompAction::Errno(u32::try_from(errno)?);
        Ok(SeccompFilter::new(rules, SeccompAction::Allow, action, ARCH)?.try_into()?)
    };
    let (missing, refused) = (compile(missing, libc::ENOSYS)?, compile(refused, libc::EPERM)?);
    apply_filter(&missing)?;
    apply_filter(&refused)?;
    Err(command.exec().into())
}
