//! The filter of system calls: compiled before `fork`, installed in the child.
//!
//! Three programs, since one of `seccompiler` knows two actions:
//! 1. `unknown`: `clone3` and numbers of the future get ENOSYS, so that libraries fall back to what can be judged.
//! 2. `calls`: what is not listed gets EPERM; calls of the x32 form are not listed; the 32-bit form ends the process.
//! 3. `watched`: starting a program, and connecting, wait for the guard's answer (`SECCOMP_RET_USER_NOTIF`).
//!
//! The kernel takes the strictest answer of all programs, and asks the guard only when no program refuses.
use super::{SandboxError, calls};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// What differs from function to function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    /// Calls beside those of the profile.
    pub extra: Vec<libc::c_long>,
    /// UDP sockets may be opened.
    pub udp: bool,
    /// Starting programs is asked for.
    pub watch_exec: bool,
    /// Connecting is asked for.
    pub watch_connect: bool,
    /// The guard's process: signals, and changes of its scheduling, are refused.
    pub guard: u32,
}

/// Compiled filters.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    pub unknown: BpfProgram,
    pub calls: BpfProgram,
    pub watched: Option<BpfProgram>,
}

const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u64;
/// `MFD_NOEXEC_SEAL` (6.3): memory that can never become a program.
const NOEXEC_SEAL: u64 = 8;
/// `MSG_FASTOPEN` connects without asking Landlock.
const FASTOPEN: u64 = libc::MSG_FASTOPEN as u64;
/// The low bits of a socket's type; the others are flags.
const TYPE_MASK: u64 = 0xf;
const IPPROTO_UDP: u64 = libc::IPPROTO_UDP as u64;
const IPPROTO_TCP: u64 = libc::IPPROTO_TCP as u64;
const RET_USER_NOTIF: u32 = 0x7fc0_0000;
/// Stands in a compiled program where the action that `seccompiler` does not know must come.
const PLACEHOLDER: u32 = 0x1b0c;
const RET_TRACE: u32 = 0x7ff0_0000;
const BPF_RET_K: u16 = 0x06;

#[cfg(target_arch = "x86_64")]
const ARCH: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCH: TargetArch = TargetArch::aarch64;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Compiles the filters of a profile.
pub(crate) fn compile(profile: &Profile) -> Result<Filters, SandboxError> {
    let broken = |error: seccompiler::BackendError| SandboxError::Filter(error.to_string());
    let mut unknown: Rules = calls::UNKNOWN.map(|number| (number, Vec::new())).collect();
    unknown.insert(calls::CLONE3, Vec::new());
    let unknown =
        program(unknown, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32)).map_err(broken)?;
    let rules = allowed(profile).map_err(broken)?;
    let calls =
        program(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow).map_err(broken)?;
    let watched = watched(profile).map_err(broken)?;
    Ok(Filters { unknown, calls, watched })
}

/// The least filters that show whether the kernel takes and keeps filters: compiled and installed in a fraction of the time.
pub(crate) fn trial() -> Result<Filters, SandboxError> {
    let broken = |error: seccompiler::BackendError| SandboxError::Filter(error.to_string());
    let errno = |number: i32| SeccompAction::Errno(number as u32);
    let one = |call: i64| Rules::from([(call, Vec::new())]);
    let unknown = program(one(calls::CLONE3), SeccompAction::Allow, errno(libc::ENOSYS)).map_err(broken)?;
    let calls =
        program(one(libc::SYS_personality), SeccompAction::Allow, errno(libc::EPERM)).map_err(broken)?;
    let watched = watched(&Profile { watch_exec: true, ..Profile::default() }).map_err(broken)?;
    Ok(Filters { unknown, calls, watched })
}

/// What the guard is asked for.
fn watched(profile: &Profile) -> Result<Option<BpfProgram>, seccompiler::BackendError> {
    let mut rules = Rules::new();
    if profile.watch_exec {
        rules.insert(libc::SYS_execve, Vec::new());
        rules.insert(libc::SYS_execveat, Vec::new());
    }
    if profile.watch_connect {
        rules.insert(libc::SYS_connect, Vec::new());
    }
    if rules.is_empty() {
        return Ok(None);
    }
    let mut program = program(rules, SeccompAction::Allow, SeccompAction::Trace(PLACEHOLDER))?;
    for step in &mut program {
        if step.code == BPF_RET_K && step.k == RET_TRACE | PLACEHOLDER {
            step.k = RET_USER_NOTIF;
        }
    }
    Ok(Some(program))
}

fn program(
    rules: Rules,
    otherwise: SeccompAction,
    matching: SeccompAction,
) -> Result<BpfProgram, seccompiler::BackendError> {
    BpfProgram::try_from(SeccompFilter::new(rules, otherwise, matching, ARCH)?)
}

fn allowed(profile: &Profile) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = calls::allowed().map(|number| (number, Vec::new())).collect();
    // Refused by `unknown`; here it must not become EPERM, which libraries do not take for "not there".
    for number in calls::UNKNOWN.chain([calls::CLONE3]) {
        rules.insert(number, Vec::new());
    }
    conditions(&mut rules, profile)?;
    sockets(&mut rules, profile)?;
    guard(&mut rules, profile.guard)?;
    for number in &profile.extra {
        rules.insert(*number, Vec::new());
    }
    Ok(rules)
}

/// Calls that depend on their arguments; each rule is one way to be allowed.
fn conditions(rules: &mut Rules, profile: &Profile) -> Result<(), seccompiler::BackendError> {
    // Threads and processes, but no namespaces.
    rules.insert(libc::SYS_clone, vec![rule(&[(0, masked(NAMESPACES), 0)])?]);
    rules.insert(libc::SYS_execve, Vec::new());
    if !profile.watch_exec {
        // A program by name relative to a folder; never a descriptor alone (`fexecve` of memory).
        rules.insert(libc::SYS_execveat, vec![rule(&[(4, masked(libc::AT_EMPTY_PATH as u64), 0)])?]);
    }
    rules.insert(libc::SYS_memfd_create, vec![rule(&[(1, masked(NOEXEC_SEAL), NOEXEC_SEAL)])?]);
    // The limits of the process itself, not of the guard.
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(0, Op::Eq, 0)])?]);
    rules.insert(libc::SYS_personality, vec![rule(&[(0, Op::Eq, 0)])?, rule(&[(0, Op::Eq, 0xffff_ffff)])?]);
    // No characters typed into a terminal, no change of a terminal's discipline.
    rules.insert(
        libc::SYS_ioctl,
        vec![rule(&[(1, Op::Ne, 0x5412), (1, Op::Ne, 0x541c), (1, Op::Ne, 0x5423)])?],
    );
    let kinds = [0, libc::S_IFREG, libc::S_IFIFO, libc::S_IFSOCK];
    let node = |at: u8| -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
        kinds.iter().map(|kind| rule(&[(at, masked(u64::from(libc::S_IFMT)), u64::from(*kind))])).collect()
    };
    rules.insert(libc::SYS_mknodat, node(2)?);
    #[cfg(target_arch = "x86_64")]
    {
        rules.insert(libc::SYS_mknod, node(1)?);
        // All but a second copy of the kernel's own page at an address of one's choice (0x2000 to 0x2fff).
        rules
            .insert(libc::SYS_arch_prctl, vec![rule(&[(0, Op::Lt, 0x2000)])?, rule(&[(0, Op::Ge, 0x3000)])?]);
    }
    for (call, flags) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        rules.insert(call, vec![rule(&[(flags, masked(FASTOPEN), 0)])?]);
    }
    Ok(())
}

/// Calls that name another process do not name the guard, its group or everybody. Landlock's scopes say the same of signals,
/// and know threads too; this stands where they are not there.
fn guard(rules: &mut Rules, guard: u32) -> Result<(), seccompiler::BackendError> {
    let (guard, all) = (u64::from(guard), u64::from(u32::MAX));
    let group = u64::from((guard as u32).wrapping_neg());
    rules.insert(libc::SYS_kill, vec![rule(&[(0, Op::Ne, guard), (0, Op::Ne, group), (0, Op::Ne, all)])?]);
    for call in [
        libc::SYS_tkill,
        libc::SYS_tgkill,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_pidfd_open,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setattr,
    ] {
        rules.insert(call, vec![rule(&[(0, Op::Ne, guard)])?]);
    }
    // Of the process itself alone.
    rules.insert(libc::SYS_setpriority, vec![rule(&[(0, Op::Eq, 0), (1, Op::Ne, guard)])?]);
    Ok(())
}

/// Unix, TCP, and UDP where the policy leaves it; the routing table by netlink, which `getaddrinfo` asks.
fn sockets(rules: &mut Rules, profile: &Profile) -> Result<(), seccompiler::BackendError> {
    let (stream, datagram) = (libc::SOCK_STREAM as u64, libc::SOCK_DGRAM as u64);
    let mut ways = vec![
        rule(&[(0, Op::Eq, libc::AF_UNIX as u64)])?,
        rule(&[(0, Op::Eq, libc::AF_NETLINK as u64), (2, Op::Eq, 0)])?,
    ];
    for family in [libc::AF_INET as u64, libc::AF_INET6 as u64] {
        // Plain TCP alone: MPTCP (262) is not seen by Landlock.
        for protocol in [0, IPPROTO_TCP] {
            ways.push(rule(&[(0, Op::Eq, family), (1, masked(TYPE_MASK), stream), (2, Op::Eq, protocol)])?);
        }
        if profile.udp {
            for protocol in [0, IPPROTO_UDP] {
                ways.push(rule(&[
                    (0, Op::Eq, family),
                    (1, masked(TYPE_MASK), datagram),
                    (2, Op::Eq, protocol),
                ])?);
            }
        }
    }
    rules.insert(libc::SYS_socket, ways);
    rules.insert(libc::SYS_socketpair, vec![rule(&[(0, Op::Eq, libc::AF_UNIX as u64)])?]);
    Ok(())
}

fn masked(mask: u64) -> Op {
    Op::MaskedEq(mask)
}

fn rule(conditions: &[(u8, Op, u64)]) -> Result<SeccompRule, seccompiler::BackendError> {
    let conditions = conditions.iter().map(|(argument, operator, value)| {
        SeccompCondition::new(*argument, Len::Dword, operator.clone(), *value)
    });
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}
