use super::*;

fn probed(state: State) -> Vec<Probed> {
    vec![Probed { control: Control::Seccomp, state }]
}

fn demand(degraded: bool) -> Demand {
    Demand { control: Control::Seccomp, degraded }
}

#[test]
fn a_demand_is_met_by_what_was_seen() {
    assert!(demanded(&[demand(false)], &probed(State::Enforced)).is_ok());
    assert!(demanded(&[demand(true)], &probed(State::Degraded("half".to_owned()))).is_ok());
    assert!(demanded(&[demand(false)], &probed(State::Degraded("half".to_owned()))).is_err());
    let error = demanded(&[demand(true)], &probed(State::Absent("EPERM: no".to_owned()))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy demands `seccomp`, which is absent here (EPERM: no): run on a platform that has it, or take it out of `sandbox.demands`"
    );
    assert!(demanded(&[demand(true)], &[]).is_err());
}

#[test]
fn calls_are_known_by_name() {
    assert_eq!(calls::number("ptrace"), Some(libc::SYS_ptrace));
    assert_eq!(calls::number("SYS_io_uring_setup"), Some(425));
    assert_eq!(calls::number("no_such_call"), None);
    let allowed: Vec<_> = calls::allowed().collect();
    for name in [
        "ptrace",
        "mount",
        "bpf",
        "unshare",
        "setns",
        "userfaultfd",
        "io_uring_setup",
        "keyctl",
        "kexec_load",
    ] {
        assert!(!allowed.contains(&calls::number(name).unwrap()), "{name}");
    }
}

#[test]
fn every_filter_compiles_and_fits() {
    const INSTRUCTIONS_MAX: usize = 4096;
    for udp in [false, true] {
        for watch_exec in [false, true] {
            let profile = filter::Profile { udp, watch_exec, guard: 7, ..filter::Profile::default() };
            let filters = filter::compile(&profile).unwrap();
            assert!(filters.calls.len() < INSTRUCTIONS_MAX && filters.unknown.len() < INSTRUCTIONS_MAX);
            assert_eq!(filters.watched.is_some(), watch_exec);
        }
    }
}

#[test]
fn limits_come_from_the_policy() {
    let limits = policy::Limits { processes: Some(8), open_files: Some(64), ..policy::Limits::default() };
    let found = limits::of(&limits, 3);
    let value = |resource: i32| found.iter().find(|one| one.resource == resource).map(|one| one.value);
    assert_eq!(value(libc::RLIMIT_NPROC as i32), Some(11));
    assert_eq!(value(libc::RLIMIT_NOFILE as i32), Some(64));
    assert_eq!(value(libc::RLIMIT_CORE as i32), Some(1));
    assert_eq!(value(libc::RLIMIT_FSIZE as i32), None);
}
