//! System calls by name: what runtimes and ordinary programs need. Everything else is refused.
//!
//! Numbers are of the architecture that this is compiled for. Calls newer than the libraries of older systems know stand with
//! their number, which is the same on every architecture since 424.

macro_rules! table {
    ($($name:ident),* $(,)?) => {
        &[$((stringify!($name), libc::$name)),*]
    };
}

/// Allowed with any arguments.
const COMMON: &[(&str, libc::c_long)] = table![
    // files
    SYS_read, SYS_write, SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_lseek, SYS_pread64, SYS_pwrite64,
    SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_preadv2, SYS_pwritev2, SYS_dup, SYS_dup3, SYS_fcntl, SYS_flock,
    SYS_fsync, SYS_fdatasync, SYS_sync, SYS_syncfs, SYS_sync_file_range, SYS_truncate, SYS_ftruncate, SYS_fallocate,
    SYS_fadvise64, SYS_readahead, SYS_getdents64, SYS_getcwd, SYS_chdir, SYS_fchdir, SYS_renameat, SYS_renameat2,
    SYS_mkdirat, SYS_unlinkat, SYS_linkat, SYS_symlinkat, SYS_readlinkat, SYS_faccessat, SYS_fchmod, SYS_fchmodat,
    SYS_fchown, SYS_fchownat, SYS_umask, SYS_utimensat, SYS_statfs, SYS_fstatfs, SYS_sendfile, SYS_splice, SYS_tee,
    SYS_vmsplice, SYS_copy_file_range, SYS_pipe2, SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr,
    SYS_llistxattr, SYS_flistxattr, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr,
    SYS_fremovexattr, SYS_inotify_init1, SYS_inotify_add_watch, SYS_inotify_rm_watch,
    // waiting
    SYS_pselect6, SYS_ppoll, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2, SYS_signalfd4,
    SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime,
    SYS_timer_getoverrun, SYS_timer_delete, SYS_nanosleep, SYS_clock_nanosleep, SYS_getitimer, SYS_setitimer,
    SYS_io_setup, SYS_io_destroy, SYS_io_submit, SYS_io_cancel, SYS_io_getevents,
    // memory
    SYS_munmap, SYS_mprotect, SYS_brk, SYS_mmap, SYS_mremap, SYS_msync, SYS_mincore, SYS_madvise, SYS_mlock, SYS_mlock2,
    SYS_munlock, SYS_mlockall, SYS_munlockall, SYS_get_mempolicy, SYS_pkey_mprotect, SYS_pkey_alloc, SYS_pkey_free,
    SYS_membarrier, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_semget, SYS_semop, SYS_semctl, SYS_semtimedop,
    SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend, SYS_mq_timedreceive,
    SYS_mq_notify, SYS_mq_getsetattr,
    // processes, threads, signals
    SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, SYS_sigaltstack, SYS_restart_syscall, SYS_getpid, SYS_getppid, SYS_gettid, SYS_getpgid,
    SYS_setpgid, SYS_getsid, SYS_setsid, SYS_getpriority, SYS_setpriority, SYS_ioprio_get, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam, SYS_sched_setparam, SYS_sched_getscheduler,
    SYS_sched_setscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_sched_rr_get_interval,
    SYS_sched_getattr, SYS_sched_setattr, SYS_set_tid_address, SYS_set_robust_list, SYS_get_robust_list, SYS_futex,
    SYS_rseq, SYS_prctl, SYS_seccomp, SYS_pidfd_open,
    // who and what
    SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_setuid,
    SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid,
    SYS_capget, SYS_uname, SYS_sysinfo, SYS_getrlimit, SYS_setrlimit, SYS_getrusage, SYS_times, SYS_gettimeofday,
    SYS_clock_gettime, SYS_clock_getres, SYS_getcpu, SYS_getrandom,
    // sockets
    SYS_connect, SYS_accept, SYS_accept4, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_shutdown, SYS_bind, SYS_listen,
    SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
];

/// Of x86-64 alone: the older forms of the calls above.
#[cfg(target_arch = "x86_64")]
const OLDER: &[(&str, libc::c_long)] = table![
    SYS_open, SYS_creat, SYS_stat, SYS_lstat, SYS_access, SYS_poll, SYS_select, SYS_pipe, SYS_dup2, SYS_pause, SYS_alarm,
    SYS_fork, SYS_vfork, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_link, SYS_unlink, SYS_symlink, SYS_readlink, SYS_chmod,
    SYS_chown, SYS_lchown, SYS_getpgrp, SYS_utime, SYS_utimes, SYS_futimesat, SYS_time, SYS_eventfd, SYS_signalfd,
    SYS_inotify_init, SYS_epoll_create, SYS_epoll_wait, SYS_getdents,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[(&str, libc::c_long)] = &[];

/// With the same number on every architecture.
const NEWER: &[(&str, libc::c_long)] = &[
    ("SYS_close_range", 436),
    ("SYS_openat2", 437),
    ("SYS_faccessat2", 439),
    ("SYS_epoll_pwait2", 441),
    ("SYS_landlock_create_ruleset", 444),
    ("SYS_landlock_add_rule", 445),
    ("SYS_landlock_restrict_self", 446),
    ("SYS_futex_waitv", 449),
    ("SYS_cachestat", 451),
    ("SYS_fchmodat2", 452),
    ("SYS_map_shadow_stack", 453),
    ("SYS_futex_wake", 454),
    ("SYS_futex_wait", 455),
    ("SYS_futex_requeue", 456),
    ("SYS_mseal", 462),
    ("SYS_setxattrat", 463),
    ("SYS_getxattrat", 464),
    ("SYS_listxattrat", 465),
    ("SYS_removexattrat", 466),
];

/// What no function needs, by name, so that a policy can give one back (`sandbox.system_calls`).
const REFUSED: &[(&str, libc::c_long)] = table![
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kexec_load, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_unshare, SYS_bpf,
    SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_open_by_handle_at,
    SYS_name_to_handle_at, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_acct, SYS_quotactl, SYS_kcmp, SYS_lookup_dcookie,
    SYS_fanotify_init, SYS_fanotify_mark, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
    SYS_sethostname, SYS_setdomainname, SYS_syslog, SYS_vhangup, SYS_nfsservctl, SYS_capset, SYS_mbind,
    SYS_set_mempolicy, SYS_migrate_pages, SYS_move_pages, SYS_remap_file_pages, SYS_ioprio_set, SYS_execveat,
    SYS_memfd_create, SYS_socket, SYS_socketpair, SYS_clone, SYS_execve, SYS_personality, SYS_mknodat, SYS_ioctl,
    SYS_prlimit64, SYS_sendto, SYS_sendmsg, SYS_sendmmsg,
    SYS_pidfd_send_signal,
];

const REFUSED_NEWER: &[(&str, libc::c_long)] = &[
    ("SYS_io_uring_setup", 425),
    ("SYS_io_uring_enter", 426),
    ("SYS_io_uring_register", 427),
    ("SYS_open_tree", 428),
    ("SYS_move_mount", 429),
    ("SYS_fsopen", 430),
    ("SYS_fsconfig", 431),
    ("SYS_fsmount", 432),
    ("SYS_fspick", 433),
    ("SYS_pidfd_getfd", 438),
    ("SYS_process_madvise", 440),
    ("SYS_mount_setattr", 442),
    ("SYS_quotactl_fd", 443),
    ("SYS_memfd_secret", 447),
    ("SYS_process_mrelease", 448),
    ("SYS_set_mempolicy_home_node", 450),
    ("SYS_statmount", 457),
    ("SYS_listmount", 458),
    ("SYS_lsm_get_self_attr", 459),
    ("SYS_lsm_set_self_attr", 460),
    ("SYS_lsm_list_modules", 461),
    ("SYS_open_tree_attr", 467),
];

/// `clone3`: its flags are behind a pointer, where no filter can read them.
pub(super) const CLONE3: libc::c_long = 435;

/// Numbers that no kernel of this program's time has: answered as an old kernel would, so that libraries fall back.
pub(super) const UNKNOWN: std::ops::RangeInclusive<libc::c_long> = 468..=600;

/// Numbers of the calls that are allowed whatever their arguments.
pub(super) fn allowed() -> impl Iterator<Item = libc::c_long> {
    COMMON.iter().chain(OLDER).chain(NEWER).map(|(_, number)| *number)
}

/// A call by name, with or without `SYS_` before it.
pub(super) fn number(name: &str) -> Option<libc::c_long> {
    let name = name.strip_prefix("SYS_").unwrap_or(name);
    let mut all = COMMON.iter().chain(OLDER).chain(NEWER).chain(REFUSED).chain(REFUSED_NEWER);
    all.find(|(known, _)| known.strip_prefix("SYS_") == Some(name)).map(|(_, number)| *number)
}
