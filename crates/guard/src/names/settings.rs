//! `/etc/hosts` and `/etc/resolv.conf` (hosts(5), resolv.conf(5)).
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Bytes of either file.
const FILE_BYTES_MAX: u64 = 1 << 20;
const SERVERS_MAX: usize = 3;
const SEARCH_MAX: usize = 6;
const PORT: u16 = 53;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The text of `/etc/hosts`.
    pub(super) hosts: String,
    pub(super) servers: Vec<SocketAddr>,
    /// What is put behind a name that has few dots.
    pub(super) search: Vec<String>,
    /// A name with so many dots is first asked for as it is.
    pub(super) dots: usize,
    pub(super) timeout: Duration,
    pub(super) attempts: u32,
}

fn file(path: &str) -> String {
    let mut text = Vec::new();
    // What is not there says nothing.
    if let Ok(file) = std::fs::File::open(path) {
        drop(file.take(FILE_BYTES_MAX).read_to_end(&mut text));
    }
    String::from_utf8_lossy(&text).into_owned()
}

impl Settings {
    /// Read each time: the files may change, and a function seldom asks.
    pub(super) fn of_system() -> Self {
        Self::read(&file("/etc/resolv.conf"), file("/etc/hosts"))
    }

    pub(super) fn read(resolv: &str, hosts: String) -> Self {
        let mut settings = Self {
            hosts,
            servers: Vec::new(),
            search: Vec::new(),
            dots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
        };
        for line in resolv.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => settings.servers.extend(words.next().and_then(server)),
                // The last of these lines counts.
                Some("search" | "domain") => {
                    settings.search = words.take(SEARCH_MAX).map(str::to_owned).collect();
                }
                Some("options") => words.for_each(|word| settings.option(word)),
                _ => {}
            }
        }
        settings.servers.truncate(SERVERS_MAX);
        if settings.servers.is_empty() {
            settings.servers.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT));
        }
        settings
    }

    fn option(&mut self, word: &str) {
        let Some((name, number)) = word.split_once(':') else { return };
        let Ok(number) = number.parse::<u32>() else { return };
        match name {
            "ndots" => self.dots = number.min(15) as usize,
            "timeout" => self.timeout = Duration::from_secs(u64::from(number.clamp(1, 30))),
            "attempts" => self.attempts = number.clamp(1, 5),
            _ => {}
        }
    }

    /// What a line of `/etc/hosts` says of a name.
    pub(super) fn of_hosts(&self, name: &str) -> Vec<IpAddr> {
        let lines = self.hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
        let address = |line: &str| {
            let mut words = line.split_whitespace();
            let address = words.next()?.parse().ok()?;
            words.any(|known| known.eq_ignore_ascii_case(name)).then_some(address)
        };
        lines.filter_map(address).collect()
    }

    /// The names that a name may mean, in their order.
    pub(super) fn candidates(&self, host: &str) -> Vec<String> {
        if let Some(whole) = host.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let longer = self.search.iter().map(|domain| format!("{host}.{}", domain.trim_matches('.')));
        let mut names: Vec<String> = longer.collect();
        let is_first = host.matches('.').count() >= self.dots;
        names.insert(if is_first { 0 } else { names.len() }, host.to_owned());
        names
    }
}

/// An address; one of a single link (`fe80::1%eth0`) is not known here.
fn server(word: &str) -> Option<SocketAddr> {
    word.parse().ok().map(|address: IpAddr| SocketAddr::new(address, PORT))
}
