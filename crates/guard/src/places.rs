//! Where things stand around the process of the runtime.
use std::net::SocketAddr;
use std::path::PathBuf;

/// Folders, programs and ports that the parts of the guard agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// What the layer brought: hooks, preload library, policy. `/opt/buckler`.
    pub layer: PathBuf,
    /// The function's own code: `/var/task`.
    pub code: PathBuf,
    /// The runtime's folder: `/var/runtime`.
    pub runtime: PathBuf,
    /// The folder that the function may write: `/tmp`.
    pub temporary: PathBuf,
    /// The runtime's program, as it is started; none where it is not known.
    pub program: Option<PathBuf>,
    /// TCP port of the guard's Runtime API on 127.0.0.1.
    pub api_port: u16,
    /// The platform's own Runtime API: the runtime never reaches it, whatever the policy says.
    pub platform_api: Option<SocketAddr>,
    /// TCP port of the egress proxy on 127.0.0.1, where there is one.
    pub egress_port: Option<u16>,
    /// TCP ports on this machine that the function must reach beside: an endpoint of the local host, a debugger.
    pub ports: Vec<u16>,
    /// Folders beyond the code, the layer and the runtime that must be readable: an interpreter's own, a virtual environment.
    pub readable: Vec<PathBuf>,
    /// Invocations that the runtime has at once, at most.
    pub concurrency: usize,
}

impl Default for Places {
    /// As in AWS Lambda.
    fn default() -> Self {
        Self {
            layer: PathBuf::from("/opt/buckler"),
            code: PathBuf::from("/var/task"),
            runtime: PathBuf::from("/var/runtime"),
            temporary: PathBuf::from("/tmp"),
            program: None,
            api_port: 0,
            platform_api: None,
            egress_port: None,
            ports: Vec::new(),
            readable: Vec::new(),
            concurrency: 1,
        }
    }
}
