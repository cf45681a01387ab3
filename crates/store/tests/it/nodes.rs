//! NATS nodes on loopback: three, their network, and their ends.
use super::folder::Folder;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

/// The server, when `cargo xtask tools` installed it; says that the test is skipped when not.
pub(crate) fn server() -> Option<PathBuf> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python/bin/nats-server");
    if tool.exists() {
        return Some(tool);
    }
    println!("skipped: {} is not installed (`cargo xtask tools`)", tool.display());
    None
}

/// Ports that nobody listens on, below those that the kernel gives to others meanwhile.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 20_000).unwrap();
    let mut tried =
        std::iter::repeat_with(|| 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000);
    let free = tried.by_ref().take(1_000).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    let ports: Vec<u16> = free.take(count).collect();
    assert_eq!(ports.len(), count, "no free port");
    ports
}

/// A wire between two nodes that can be cut.
struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::<TcpStream>::new())));
        let (is_cut, open) = (Arc::clone(&cut), Arc::clone(&ends));
        // The thread ends with the test's process.
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || pump(from, to));
                }
                open.lock().unwrap().extend([near, far]);
            }
        });
        Self { port, cut, ends }
    }

    fn set(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
        if cut {
            for end in self.ends.lock().unwrap().drain(..) {
                end.shutdown(std::net::Shutdown::Both).ok();
            }
        }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    from.shutdown(std::net::Shutdown::Both).ok();
    to.shutdown(std::net::Shutdown::Both).ok();
}

/// Three nodes that form a cluster. Killed, each by its own process id, when dropped; their folder goes, too.
pub(crate) struct Nodes {
    server: PathBuf,
    folder: Folder,
    ports: Vec<u16>,
    running: Vec<Option<Child>>,
    /// From each node to each other one: who calls, who is called.
    wires: Vec<(usize, usize, Wire)>,
}

impl Nodes {
    /// Starts three nodes and waits for nothing: clients do.
    pub(crate) fn start(server: PathBuf, name: &str) -> Self {
        let folder = Folder::new(name);
        std::fs::create_dir_all(folder.path()).unwrap();
        let ports = free_ports(7);
        let (clients, routes) = (ports[..3].to_vec(), &ports[3..6]);
        let mut wires = Vec::new();
        for (caller, called) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
            wires.push((caller, called, Wire::to(routes[called])));
        }
        for node in 0..3 {
            let from_here = wires.iter().filter(|(caller, ..)| *caller == node);
            let solicited: Vec<_> =
                from_here.map(|(.., wire)| format!("nats://127.0.0.1:{}", wire.port)).collect();
            // Nodes advertise an address where nobody listens: they know each other by the wires only.
            let text = format!(
                "server_name: n{node}\nlisten: 127.0.0.1:{client}\n\
                 jetstream {{ store_dir: \"{store}\", max_mem: 64M, max_file: 2G }}\n\
                 cluster {{ name: test, listen: 127.0.0.1:{route}, cluster_advertise: \"127.0.0.1:{nobody}\", \
                 no_advertise: true, pool_size: -1, routes: [{routes}] }}\n",
                client = clients[node],
                store = folder.path().join(format!("n{node}")).display(),
                route = routes[node],
                nobody = ports[6],
                routes = solicited.join(", "),
            );
            std::fs::write(folder.path().join(format!("n{node}.conf")), text).unwrap();
        }
        let mut nodes = Self { server, folder, ports: clients, running: vec![None, None, None], wires };
        for node in 0..3 {
            nodes.restart(node);
        }
        nodes
    }

    pub(crate) fn addresses(&self) -> Vec<String> {
        self.ports.iter().map(|port| format!("127.0.0.1:{port}")).collect()
    }

    pub(crate) fn restart(&mut self, node: usize) {
        let log = std::fs::File::create(self.folder.path().join(format!("n{node}.log"))).unwrap();
        let child = Command::new(&self.server)
            .arg("-c")
            .arg(self.folder.path().join(format!("n{node}.conf")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.running[node] = Some(child);
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, node: usize) {
        if let Some(mut child) = self.running[node].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGSTOP: connections stay, nobody answers.
    pub(crate) fn freeze(&self, node: usize) {
        self.signal(node, "-STOP");
    }

    /// SIGCONT.
    pub(crate) fn thaw(&self, node: usize) {
        self.signal(node, "-CONT");
    }

    fn signal(&self, node: usize, signal: &str) {
        let process = self.running[node].as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    /// Cuts a node off from the other two; clients reach it still.
    pub(crate) fn isolate(&self, node: usize) {
        for (caller, called, wire) in &self.wires {
            wire.set([caller, called].contains(&&node));
        }
    }

    /// Undoes whatever happened to a node.
    pub(crate) fn heal(&mut self, node: usize) {
        for (.., wire) in &self.wires {
            wire.set(false);
        }
        if self.running[node].is_some() {
            self.thaw(node);
        } else {
            self.restart(node);
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in 0..3 {
            self.kill(node);
        }
    }
}

/// Does somebody listen there? A bounded number of tries.
pub(crate) fn wait_for(port: u16) {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..200 {
        if TcpStream::connect_timeout(&address, std::time::Duration::from_millis(100)).is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("nobody listens on {port}");
}
