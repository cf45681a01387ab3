//! From a policy to what the kernel is told.
use super::apply::Ready;
use super::files::{self, Rules};
use super::filter::{self, Profile};
use super::{SandboxError, calls, limits, usable, watch};
use crate::preload::Connects;
use crate::probe::{Probed, State};
use crate::{Places, Report};
use policy::{Control, Function, Mode};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod programs;

pub(super) use programs::is_script;
pub(crate) use programs::{ASKING, find, interpreters, only_asks};

/// Folders of the system that every runtime reads: libraries, certificates, name service.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/sbin",
    "/opt",
    "/var/lang",
    "/var/rapid",
    "/proc",
    "/sys/fs/cgroup",
    "/sys/devices/system",
    "/sys/kernel/mm/transparent_hugepage",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/python3",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/nsswitch.conf",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/group",
    "/etc/services",
    "/etc/protocols",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/system-release",
    "/etc/inputrc",
    "/etc/terminfo",
    "/run/systemd/resolve",
];
/// Device files that every runtime may read and write.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];
/// What a platform lets a function write beside its temporary folder: file systems that its owner attached.
const ATTACHED: &str = "/mnt";
const DNS_PORT: u16 = 53;
const HTTPS_PORT: u16 = 443;
/// A port that the system chooses.
const ANY_PORT: u16 = 0;

/// What will be applied.
#[derive(Debug)]
pub(super) struct Plan {
    profile: Profile,
    rules: Rules,
    version: i32,
    seccomp: bool,
    privileges: bool,
    restricting: bool,
    /// The number of processes is limited: who runs already counts.
    counting: bool,
    connects: Option<Arc<Connects>>,
}

impl Plan {
    pub(super) fn new(function: &Function, places: &Places, probed: &[Probed]) -> Result<Self, SandboxError> {
        let unknown = |name: &String| SandboxError::UnknownCall(name.clone());
        let names = function.sandbox.system_calls.iter();
        let extra = names
            .map(|name| calls::number(name).ok_or_else(|| unknown(name)))
            .collect::<Result<Vec<_>, _>>()?;
        // What is only told about is not refused; what nobody needs is refused all the same.
        let restricting = function.mode == Mode::Block;
        let seccomp = usable(probed, Control::Seccomp);
        let profile = Profile {
            extra,
            udp: !restricting || needs_udp(function, probed),
            watch_exec: restricting && function.programs.allowed.is_some(),
            watch_connect: false,
            guard: std::process::id(),
        };
        let version =
            if usable(probed, Control::LandlockFiles) { files::version().unwrap_or_default() } else { 0 };
        let rules = if restricting { rules(function, places) } else { Rules::default() };
        let privileges = usable(probed, Control::NoNewPrivileges);
        let is_limiting =
            |one: &Probed| one.control == Control::ResourceLimits && one.state == State::Enforced;
        let counting = probed.iter().any(is_limiting);
        Ok(Self { profile, rules, version, seccomp, privileges, restricting, counting, connects: None })
    }

    /// Connections are asked about, too.
    pub(super) fn judging(mut self, connects: Option<Arc<Connects>>) -> Self {
        self.connects = connects.filter(|_| self.restricting);
        self.profile.watch_connect = self.connects.is_some();
        self
    }

    /// What the mode leaves of what the platform gives.
    pub(super) fn restate(&self, probed: &mut [Probed]) {
        const DETECT: &str = "the policy's mode tells and does not refuse";
        for one in probed.iter_mut().filter(|_| !self.restricting) {
            let restricts = matches!(one.control, Control::LandlockFiles | Control::LandlockPorts);
            if restricts && !matches!(one.state, State::Absent(_)) {
                one.state = State::Degraded(DETECT.to_owned());
            }
        }
    }

    /// Compiles everything, so that the child only makes system calls.
    pub(super) fn ready(
        self,
        function: &Function,
        places: &Places,
        report: &Arc<dyn Report>,
    ) -> Result<Ready, SandboxError> {
        let landlock = if self.version > 0 { files::make(&self.rules, self.version)? } else { None };
        let filters = if self.seccomp { Some(filter::compile(&self.profile)?) } else { None };
        let watched = filters.as_ref().is_some_and(|filters| filters.watched.is_some());
        let listener = if watched {
            let programs = crate::preload::allowed(function, places).unwrap_or_default();
            let rules = watch::Rules::new(places, programs, self.connects.clone());
            Some(watch::start(rules, Arc::clone(report))?)
        } else {
            None
        };
        let limits = limits::of(&function.limits, if self.counting { limits::running() } else { 0 });
        Ok(Ready { limits, privileges: self.privileges, landlock, filters, listener })
    }
}

/// Names are resolved by the guard where the policy knows hosts and the runtime loads the preload library; UDP is then only for
/// those who declare DNS.
fn needs_udp(function: &Function, probed: &[Probed]) -> bool {
    let declares = |host: &policy::HostRule| host.ports.contains(&DNS_PORT);
    let hosts = function.egress.hosts.as_ref();
    !usable(probed, Control::Preload) || hosts.is_none_or(|hosts| hosts.iter().any(declares))
}

/// Folders and files that may be read, and written, where the policy knows them; those to write may be read too.
pub(crate) fn folders(function: &Function, places: &Places) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let own = [&places.code, &places.runtime, &places.layer, &places.temporary];
    let mut read: BTreeSet<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    read.extend(own.iter().map(|path| (*path).clone()));
    read.extend(places.readable.iter().cloned());
    read.extend(places.program.as_deref().and_then(home));
    read.extend(function.files.read.iter().flatten().map(|path| prefix(path)));
    let mut write: BTreeSet<PathBuf> = [places.temporary.clone()].into();
    match &function.files.write {
        Some(declared) => write.extend(declared.iter().map(|path| prefix(path))),
        // A platform's own files cannot be written; what an owner attached can.
        None => write.extend([PathBuf::from(ATTACHED)]),
    }
    read.extend(write.iter().cloned());
    (read.into_iter().collect(), write.into_iter().collect())
}

/// What Landlock gets to know.
fn rules(function: &Function, places: &Places) -> Rules {
    let (read, write) = folders(function, places);
    let read = function.files.read.is_some().then(|| read.into_iter().collect());
    let write: BTreeSet<PathBuf> = write.into_iter().collect();
    let execute = function.programs.allowed.as_ref().map(|declared| {
        let found = declared.iter().filter_map(|name| find(name, places));
        let mut programs: BTreeSet<PathBuf> = found.chain(places.program.clone()).collect();
        let more: Vec<PathBuf> = programs.iter().flat_map(|program| interpreters(program)).collect();
        programs.extend(more);
        programs
    });
    let connect = function.egress.hosts.as_ref().map(|hosts| {
        let mut ports: BTreeSet<u16> = [places.api_port, DNS_PORT].into();
        ports.extend(places.egress_port);
        ports.extend(places.ports.iter().copied());
        ports.extend(function.sandbox.ports.iter().copied());
        for host in hosts {
            if host.ports.is_empty() {
                ports.insert(HTTPS_PORT);
            }
            ports.extend(host.ports.iter().copied());
        }
        ports
    });
    let bind = connect.is_some().then(|| {
        let mut ports: BTreeSet<u16> = [ANY_PORT].into();
        ports.extend(function.sandbox.ports.iter().copied());
        ports
    });
    let devices = DEVICES.iter().map(PathBuf::from).collect();
    Rules { read, write: Some(write), execute, devices, connect, bind, scopes: true }
}

/// The folder that a program's own libraries are under: `/opt/python` of `/opt/python/bin/python3`.
fn home(program: &Path) -> Option<PathBuf> {
    let real = program.canonicalize().ok()?;
    let folder = real.parent()?;
    let folder = if folder.file_name().is_some_and(|name| name == "bin") { folder.parent()? } else { folder };
    Some(folder.to_path_buf())
}

/// `/mnt/data/*` and `/mnt/data/` mean everything below `/mnt/data`.
fn prefix(path: &str) -> PathBuf {
    let end = path.find('*').unwrap_or(path.len());
    let plain = path.get(..end).unwrap_or(path);
    if end == path.len() || plain.ends_with('/') {
        return PathBuf::from(plain);
    }
    // `/data/a*`: the folder, which is more than was said, since the kernel knows no patterns.
    Path::new(plain).parent().map_or_else(|| PathBuf::from(plain), Path::to_path_buf)
}
