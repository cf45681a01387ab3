//! Requests a second of the gateway, beside bare nginx and nginx with ModSecurity, each on one processor with the same upstream.
//!
//! Needs nginx, its ModSecurity module and wrk (Debian: `nginx libnginx-mod-http-modsecurity wrk`), and two processors. Everything listens on
//! loopback and is stopped by its own process id.
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROUNDS: usize = 3;
const SECONDS: u32 = 5;
const MODULE: &str = "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so";

/// Requests that differ from each other, so that no cache of ours answers; of `repeated` only the path does, and arguments and
/// cookies are of forty clients; `same` is one request of them again and again, as wrk sends without a script. They name a host: an address in its
/// place is a find of rule 920350, and each request would be logged.
const SCRIPT: &str = r#"
local n = math.random(1000000)
local kind = os.getenv("WORKLOAD")
local names = { "q", "page", "size", "sort", "category", "from", "until", "colour", "city", "lang" }
local made = function()
  n = n + 1
  local who = kind == "repeated" and n % 40 or n
  local path = "/catalogue/items/" .. n
  if kind ~= "get" then
    local parts = {}
    for i, name in ipairs(names) do parts[i] = name .. "=blue+river+" .. (who * 7919 + i * 104729) % 10000019 end
    path = path .. "?" .. table.concat(parts, "&")
  end
  local headers = { ["Host"] = "shop.example.com", ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", ["Accept"] = "*/*" }
  if kind ~= "get" and kind ~= "arguments" then
    headers["Cookie"] = "session=" .. who * 48271 .. "; theme=dark; basket=" .. who % 997 .. "; consent=all"
  end
  return wrk.format("GET", path, headers)
end
local one = made()
request = kind == "same" and function() return one end or made
"#;

/// One server under test.
struct Server {
    name: &'static str,
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx's master stops its workers when it is told to end, not when it is killed.
        let told = Command::new("kill").arg(self.child.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) || self.child.wait().is_err() {
            drop(self.child.kill());
        }
    }
}

/// Measures, and prints a table.
pub(crate) fn run(rules: &str, soak: Option<&str>) -> Result<(), String> {
    let rules = fs::canonicalize(rules).map_err(|why| format!("`{rules}`: {why}"))?;
    build()?;
    let folder = std::env::temp_dir().join(format!("buckler-proxy-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|why| why.to_string())?;
    write(&folder, "load.lua", SCRIPT)?;
    let upstream = nginx(
        &folder,
        "upstream",
        "1",
        "",
        "location / { default_type text/html; return 200 '<p>ok</p>'; }",
    )?;
    let gateway = gateway(&folder, &rules, upstream.port)?;
    let done = match soak {
        Some(requests) => soaked(&folder, &gateway, requests),
        None => compared(&folder, &rules, &upstream, &gateway),
    };
    drop(gateway);
    drop(upstream);
    fs::remove_dir_all(&folder).map_err(|why| why.to_string())?;
    done
}

fn compared(folder: &Path, rules: &Path, upstream: &Server, gateway: &Server) -> Result<(), String> {
    let proxied = proxied(upstream.port);
    let bare = nginx(folder, "nginx", "0", "", &format!("location / {{ {proxied} }}"))?;
    let mut servers = vec![&bare];
    let inspected;
    if Path::new(MODULE).exists() {
        let text = format!(
            "SecRuleEngine On\nInclude {}\nSecAuditEngine Off\nInclude {}\nInclude {}/rules/*.conf\n",
            crate::root().join("crates/ruleset/src/recommended.conf").display(),
            setup(rules).display(),
            rules.display()
        );
        let file = write(folder, "rules.conf", &text)?;
        let body =
            format!("modsecurity on; modsecurity_rules_file {}; location / {{ {proxied} }}", file.display());
        inspected = nginx(folder, "nginx+ModSecurity", "0", &format!("load_module {MODULE};"), &body)?;
        servers.push(&inspected);
    } else {
        println!("nginx's ModSecurity module is not installed");
    }
    servers.push(gateway);
    for workload in ["get", "arguments", "cookies", "repeated", "same"] {
        let mut loads: Vec<Vec<Load>> = servers.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (server, loads) in servers.iter().zip(&mut loads) {
                loads.push(wrk(folder, server, workload, SECONDS)?);
            }
        }
        let ours = median(loads.last());
        for (server, loads) in servers.iter().zip(&loads) {
            let Load { rate, late, micros, .. } = median(Some(loads));
            println!(
                "{workload:10} {:18} {rate:>9.0} requests/s, p99 {late:>9}, {micros:>7.1} \u{b5}s of processor a request, ours/this {:.2}",
                server.name,
                ours.rate / rate
            );
        }
    }
    Ok(())
}

/// Memory over many requests and reloads.
fn soaked(folder: &Path, gateway: &Server, requests: &str) -> Result<(), String> {
    let wanted: u64 = requests.parse().map_err(|_| format!("`{requests}` is no number of requests"))?;
    let (mut sent, mut reloads) = (0, 0);
    println!("{sent:>9} requests, {reloads:>3} reloads: {} KB", resident(gateway)?);
    while sent < wanted || reloads < 100 {
        sent += wrk(folder, gateway, "cookies", SECONDS)?.requests;
        for _ in 0..5 {
            reloads += 1;
            Command::new("kill")
                .args(["-HUP", &gateway.child.id().to_string()])
                .status()
                .map_err(|why| why.to_string())?;
            std::thread::sleep(Duration::from_millis(300));
        }
        println!("{sent:>9} requests, {reloads:>3} reloads: {} KB", resident(gateway)?);
    }
    Ok(())
}

fn build() -> Result<(), String> {
    let built = Command::new("cargo")
        .args(["build", "--release", "--package", "buckler"])
        .current_dir(crate::root())
        .status();
    if built.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err("the release build failed".to_owned())
    }
}

fn proxied(upstream: u16) -> String {
    format!(
        "proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host;"
    )
}

fn nginx(
    folder: &Path,
    name: &'static str,
    processor: &str,
    first: &str,
    server: &str,
) -> Result<Server, String> {
    let port = free_port()?;
    // Connections to the upstream are kept open, as the gateway keeps them.
    let server = match server.split_once("proxy_pass http://127.0.0.1:") {
        Some((front, rest)) => {
            let upstream: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!(
                "upstream u {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000; }} server {{ listen 127.0.0.1:{port}; {front}proxy_pass http://u{rest} }}"
            )
        }
        None => format!("server {{ listen 127.0.0.1:{port}; {server} }}"),
    };
    let text = format!(
        "{first}\ndaemon off; worker_processes 1; pid {0}/{name}.pid; error_log {0}/{name}.log;\nevents {{ worker_connections 8192; }}\n\
         http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {0}/{name}.body; proxy_temp_path {0}/{name}.proxy; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; {server} }}\n",
        folder.display()
    );
    let file = write(folder, &format!("{name}.conf"), &text)?;
    let child = Command::new("taskset")
        .args(["-c", processor, "nginx", "-c"])
        .arg(file)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("nginx did not start: {why}"))?;
    started(Server { name, child, port })
}

fn gateway(folder: &Path, rules: &Path, upstream: u16) -> Result<Server, String> {
    let port = free_port()?;
    let text = format!(
        "workers = 1\n[[listen]]\naddress = \"127.0.0.1:{port}\"\n[waf]\nrules = [{:?}, {:?}]\n[upstream.web]\nkind = \"http\"\naddresses = [\"http://127.0.0.1:{upstream}\"]\n[[route]]\nname = \"all\"\nupstream = \"web\"\n",
        setup(rules),
        rules.join("rules/*.conf")
    );
    let file = write(folder, "gateway.toml", &text)?;
    let child = Command::new("taskset")
        .args(["-c", "0"])
        .arg(crate::root().join("target/release/buckler"))
        .args(["gateway", "run", "--config"])
        .arg(file)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("the gateway did not start: {why}"))?;
    started(Server { name: "gateway", child, port })
}

fn setup(rules: &Path) -> PathBuf {
    let own = rules.join("crs-setup.conf");
    if own.exists() { own } else { rules.join("crs-setup.conf.example") }
}

/// Waits until a server answers connections, for a bounded time.
fn started(server: Server) -> Result<Server, String> {
    for _ in 0..200 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).is_ok() {
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("{} does not listen", server.name))
}

fn free_port() -> Result<u16, String> {
    let socket =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(|why| why.to_string())?;
    socket.local_addr().map(|address| address.port()).map_err(|why| why.to_string())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|why| format!("`{}`: {why}", path.display()))?;
    Ok(path)
}

/// What one run of wrk found.
#[derive(Clone, Debug, Default)]
struct Load {
    requests: u64,
    /// Requests a second.
    rate: f64,
    /// The 99th percentile of latency, as wrk prints it.
    late: String,
    /// Microseconds of processor time of the server a request.
    micros: f64,
}

fn wrk(folder: &Path, server: &Server, workload: &str, seconds: u32) -> Result<Load, String> {
    let before = processor_micros(server.child.id());
    let output = Command::new("taskset")
        .args(["-c", "1", "wrk", "-t1", "-c32", "--latency", &format!("-d{seconds}s"), "-s"])
        .arg(folder.join("load.lua"))
        .arg(format!("http://127.0.0.1:{}/", server.port))
        .env("WORKLOAD", workload)
        .output()
        .map_err(|why| format!("wrk did not start: {why}"))?;
    let spent = processor_micros(server.child.id()).saturating_sub(before);
    let text = String::from_utf8_lossy(&output.stdout);
    if text.contains("Non-2xx") {
        return Err(format!("answers are not 200:\n{text}"));
    }
    let field = |name: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(name))?;
        line.split_whitespace().nth(1).map(str::to_owned)
    };
    let rate: Option<f64> = field("Requests/sec:").and_then(|text| text.parse().ok());
    let sent = text.lines().find(|line| line.contains(" requests in "));
    let requests = sent.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let (Some(rate), Some(requests)) = (rate, requests) else {
        return Err(format!("wrk printed no rate:\n{text}"));
    };
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let micros = spent as f64 / (requests as f64).max(1.0);
    Ok(Load { requests, rate, late: field("99%").unwrap_or_default(), micros })
}

/// Processor time of a process and of those below it. Linux counts it in hundredths of a second.
fn processor_micros(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    let below = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let below = below.split_whitespace().filter_map(|child| child.parse().ok());
    ticks * 10_000 + below.map(processor_micros).sum::<u64>()
}

fn median(loads: Option<&Vec<Load>>) -> Load {
    let mut loads = loads.cloned().unwrap_or_default();
    loads.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    loads.get(loads.len() / 2).cloned().unwrap_or_default()
}

fn resident(server: &Server) -> Result<String, String> {
    let status =
        fs::read_to_string(format!("/proc/{}/status", server.child.id())).map_err(|why| why.to_string())?;
    let line =
        status.lines().find(|line| line.starts_with("VmRSS")).and_then(|line| line.split_whitespace().nth(1));
    Ok(line.unwrap_or_default().to_owned())
}
