//! Landlock rules: files, programs, TCP ports, signals and abstract sockets. Made before `fork`, applied in the child.
#![expect(unsafe_code, reason = "system calls that the standard library does not have")]
use super::SandboxError;
use landlock::{
    ABI, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, Scope,
};
use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What a function may touch. `None`: that kind of access is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub read: Option<BTreeSet<PathBuf>>,
    pub write: Option<BTreeSet<PathBuf>>,
    pub execute: Option<BTreeSet<PathBuf>>,
    /// Device files that may be read and written.
    pub devices: BTreeSet<PathBuf>,
    pub connect: Option<BTreeSet<u16>>,
    pub bind: Option<BTreeSet<u16>>,
    /// No signals to processes outside, no abstract sockets of others.
    pub scopes: bool,
}

/// The version that the kernel speaks; 0: none.
///
/// # Errors
/// The errno: ENOSYS where the kernel has none, EOPNOTSUPP where it is switched off, EPERM where a filter forbids.
pub(crate) fn version() -> Result<i32, i32> {
    const CREATE_RULESET_VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no memory and answers with a number.
    let found = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0_usize,
            CREATE_RULESET_VERSION,
        )
    };
    if found < 0 {
        return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOSYS));
    }
    i32::try_from(found).map_err(|_| libc::EINVAL)
}

/// The newest version that this program uses, at most what the kernel speaks.
pub(crate) fn abi(version: i32) -> ABI {
    match version {
        ..=0 => ABI::Unsupported,
        1 => ABI::V1,
        2 => ABI::V2,
        3 => ABI::V3,
        4 => ABI::V4,
        5 => ABI::V5,
        _ => ABI::V6,
    }
}

/// Makes the rule set; `None` where nothing is restricted.
///
/// # Errors
/// The kernel refuses what it said that it has. Every access is asked for as a requirement: nothing is left out in silence.
pub(crate) fn make(rules: &Rules, version: i32) -> Result<Option<OwnedFd>, SandboxError> {
    let abi = abi(version);
    let (files, net) = (handled(rules, abi), ports_handled(rules, version));
    let scopes = rules.scopes && version >= 6;
    if files.is_empty() && net.is_empty() && !scopes {
        return Ok(None);
    }
    let failed = |error: landlock::RulesetError| SandboxError::Landlock(error.to_string());
    let mut set = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    if !files.is_empty() {
        set = set.handle_access(files).map_err(failed)?;
    }
    if !net.is_empty() {
        set = set.handle_access(net).map_err(failed)?;
    }
    if scopes {
        set = set.scope(Scope::AbstractUnixSocket | Scope::Signal).map_err(failed)?;
    }
    let mut made = set.create().map_err(failed)?;
    let (read, write) = (AccessFs::from_read(abi) & !AccessFs::Execute, AccessFs::from_write(abi));
    let devices = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    let kinds = [
        (rules.read.as_ref(), read),
        (
            rules.write.as_ref(),
            read | (write & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)),
        ),
        (rules.execute.as_ref(), AccessFs::Execute.into()),
        (Some(&rules.devices), devices),
    ];
    for (paths, access) in kinds {
        for path in paths.into_iter().flatten() {
            // What is not there cannot be reached either.
            let Ok(place) = PathFd::new(path) else { continue };
            let mut access = access & files;
            if !path.is_dir() {
                access &= AccessFs::from_file(abi);
            }
            if access.is_empty() {
                continue;
            }
            made = made.add_rule(PathBeneath::new(place, access)).map_err(failed)?;
        }
    }
    for (ports, access) in [(&rules.connect, AccessNet::ConnectTcp), (&rules.bind, AccessNet::BindTcp)] {
        for port in ports.iter().flatten().filter(|_| net.contains(access)) {
            made = made.add_rule(NetPort::new(*port, access)).map_err(failed)?;
        }
    }
    Ok(made.into())
}

fn handled(rules: &Rules, abi: ABI) -> BitFlags<AccessFs> {
    let mut found = BitFlags::<AccessFs>::empty();
    if rules.read.is_some() {
        found |= AccessFs::from_read(abi) & !AccessFs::Execute;
    }
    if rules.write.is_some() {
        found |= AccessFs::from_write(abi);
    }
    if rules.execute.is_some() {
        found |= AccessFs::Execute;
    }
    found
}

fn ports_handled(rules: &Rules, version: i32) -> BitFlags<AccessNet> {
    let mut found = BitFlags::<AccessNet>::empty();
    if version < 4 {
        return found;
    }
    if rules.connect.is_some() {
        found |= AccessNet::ConnectTcp;
    }
    if rules.bind.is_some() {
        found |= AccessNet::BindTcp;
    }
    found
}
