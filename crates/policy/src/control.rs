//! The controls of a sandbox, by name.
use serde::{Deserialize, Serialize};

/// One thing that keeps a function from doing what its policy does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// The runtime reaches the platform only through the guard.
    Proxy,
    /// Hooks of the language inside the runtime.
    Hooks,
    /// The library loaded into every process before its own code.
    Preload,
    /// `prctl(PR_SET_NO_NEW_PRIVS)`.
    NoNewPrivileges,
    /// A seccomp filter of system calls.
    Seccomp,
    /// Landlock rules for files.
    LandlockFiles,
    /// Landlock rules for TCP ports (ABI 4).
    LandlockPorts,
    /// Limits of processes, files and memory (`setrlimit`).
    ResourceLimits,
    /// No core dumps, and no memory readable by others (`PR_SET_DUMPABLE`).
    NoCoreDumps,
    /// Connections leave only to declared hosts.
    Egress,
    /// Leftover processes are ended between invocations.
    ProcessCleaning,
    /// `/tmp` is empty between invocations.
    FileCleaning,
}

impl Control {
    pub const ALL: &'static [Self] = &[
        Self::Proxy,
        Self::Hooks,
        Self::Preload,
        Self::NoNewPrivileges,
        Self::Seccomp,
        Self::LandlockFiles,
        Self::LandlockPorts,
        Self::ResourceLimits,
        Self::NoCoreDumps,
        Self::Egress,
        Self::ProcessCleaning,
        Self::FileCleaning,
    ];

    /// The name in every output: `landlock-files`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Hooks => "hooks",
            Self::Preload => "preload",
            Self::NoNewPrivileges => "no-new-privileges",
            Self::Seccomp => "seccomp",
            Self::LandlockFiles => "landlock-files",
            Self::LandlockPorts => "landlock-ports",
            Self::ResourceLimits => "resource-limits",
            Self::NoCoreDumps => "no-core-dumps",
            Self::Egress => "egress",
            Self::ProcessCleaning => "process-cleaning",
            Self::FileCleaning => "file-cleaning",
        }
    }
}

/// A control that a bundle insists on: a function does not start where the platform does not give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    pub control: Control,
    /// A weaker form of it is enough.
    #[serde(default)]
    pub degraded: bool,
}
