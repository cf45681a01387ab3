use super::*;
use policy::HostRule;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

fn function(hosts: Option<&[(&str, &[u16])]>) -> Function {
    let mut function = Function::default();
    function.egress.hosts = hosts.map(|hosts| {
        let rule = |(host, ports): &(&str, &[u16])| HostRule {
            host: (*host).to_owned(),
            ports: ports.iter().copied().collect(),
            reason: String::new(),
        };
        hosts.iter().map(rule).collect()
    });
    function
}

fn judge(hosts: Option<&[(&str, &[u16])]>, host: &str, port: u16) -> &'static str {
    let platform_api = Some("127.0.0.1:9002".parse().unwrap());
    let places = Places { api_port: 9111, platform_api, ..Places::default() };
    name(&Rules::new(&function(hosts), &places).unwrap().judge(host, port))
}

fn name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Tell(_) => "tell",
        Decision::Refuse(_) => "refuse",
    }
}

#[test]
fn names_are_matched_whole() {
    let hosts: &[(&str, &[u16])] = &[("api.example.org", &[]), ("*.cdn.example.org", &[443, 8443])];
    for (host, port, expected) in [
        ("api.example.org", 443, "allow"),
        ("API.Example.Org.", 443, "allow"),
        ("api.example.org", 80, "refuse"),
        ("api.example.org.evil.test", 443, "refuse"),
        ("xapi.example.org", 443, "refuse"),
        ("a.cdn.example.org", 8443, "allow"),
        ("a.b.cdn.example.org", 443, "allow"),
        ("cdn.example.org", 443, "refuse"),
        ("evilcdn.example.org", 443, "refuse"),
        ("api.example.org\0.evil.test", 443, "refuse"),
        ("api.example.org/evil", 443, "refuse"),
        ("", 443, "refuse"),
        ("ａpi.example.org", 443, "refuse"),
    ] {
        assert_eq!(judge(Some(hosts), host, port), expected, "{host}:{port}");
    }
}

#[test]
fn metadata_is_refused_in_every_spelling_and_every_policy() {
    for host in [
        "169.254.169.254",
        "169.254.169.254.",
        "2852039166",
        "0xa9fea9fe",
        "0xA9.0xFE.0xA9.0xFE",
        "0251.0376.0251.0376",
        "0251.254.43518",
        "169.254.43518",
        "169.16689662",
        "[::ffff:169.254.169.254]",
        "::ffff:a9fe:a9fe",
        "[64:ff9b::a9fe:a9fe]",
        "2002:a9fe:a9fe::1",
        "::a9fe:a9fe",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "[fd00:0ec2:0:0::0254]",
        "169.254.170.2",
        "169.254.170.23",
        "fd00:ec2::23",
        "100.100.100.200",
        "168.63.129.16",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "instance-data.ec2.internal",
    ] {
        assert_eq!(judge(None, host, 80), "refuse", "{host}");
        assert_eq!(judge(Some(&[("*.internal", &[80])]), host, 80), "refuse", "{host}");
    }
    assert_eq!(judge(Some(&[("169.254.169.254", &[80])]), "0xa9fea9fe", 80), "allow");
    assert_eq!(judge(Some(&[("metadata.google.internal", &[80])]), "metadata.google.internal", 80), "allow");
}

#[test]
fn an_unknown_policy_tells_and_its_own_ports_stay_open() {
    assert_eq!(judge(None, "api.example.org", 443), "tell");
    assert_eq!(judge(None, "198.51.100.7", 25), "tell");
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.2"] {
        assert_eq!(judge(None, host, 9002), "refuse", "{host}");
        assert_eq!(judge(Some(&[("127.0.0.0/8", &[9002])]), host, 9002), "refuse", "{host}");
    }
    assert_eq!(judge(None, "127.0.0.1", 9111), "allow");
    assert_eq!(judge(Some(&[]), "127.0.0.1", 9111), "allow");
    assert_eq!(judge(Some(&[]), "127.1", 9001), "refuse");
    assert_eq!(judge(Some(&[]), "localhost", 9001), "refuse");
    assert_eq!(judge(Some(&[]), "0.0.0.0", 9001), "refuse");
    assert_eq!(judge(Some(&[("10.0.0.0/8", &[5432])]), "10.1.2.3", 5432), "allow");
    assert_eq!(judge(Some(&[("10.0.0.0/8", &[5432])]), "11.1.2.3", 5432), "refuse");
    assert_eq!(judge(Some(&[("2001:db8::/32", &[])]), "2001:db8:1::1", 443), "allow");
}

#[test]
fn services_of_aws_have_many_names() {
    let hosts: &[(&str, &[u16])] = &[("aws:s3", &[]), ("aws:dynamodb", &[])];
    for (host, expected) in [
        ("s3.us-east-1.amazonaws.com", "allow"),
        ("bucket.s3.eu-west-1.amazonaws.com", "allow"),
        ("bucket.s3-accelerate.amazonaws.com", "allow"),
        ("dynamodb.us-east-1.amazonaws.com", "allow"),
        ("123456789012.ddb.us-east-1.amazonaws.com", "allow"),
        ("dynamodb-fips.us-east-1.amazonaws.com", "allow"),
        ("sts.amazonaws.com", "refuse"),
        ("s3.amazonaws.com.evil.test", "refuse"),
        ("s3.evilamazonaws.com", "refuse"),
    ] {
        assert_eq!(judge(Some(hosts), host, 443), expected, "{host}");
    }
}

#[test]
fn a_name_must_not_lead_inside() {
    let function = function(Some(&[("*.example.org", &[]), ("10.9.0.0/16", &[443])]));
    let rules = Rules::new(&function, &Places::default()).unwrap();
    let answer = |host: &str, address: &str| name(&rules.answer(host, address.parse().unwrap(), 443));
    assert_eq!(answer("a.example.org", "198.51.100.1"), "allow");
    assert_eq!(answer("a.example.org", "10.1.1.1"), "refuse");
    assert_eq!(answer("a.example.org", "10.9.1.1"), "allow");
    assert_eq!(answer("a.example.org", "127.0.0.1"), "refuse");
    assert_eq!(answer("a.example.org", "::ffff:127.0.0.1"), "refuse");
    assert_eq!(answer("a.example.org", "169.254.169.254"), "refuse");
    assert_eq!(answer("a.example.org", "0.0.0.0"), "refuse");
    assert_eq!(answer("s3.us-east-1.amazonaws.com", "10.1.1.1"), "allow");
}

#[test]
fn a_host_that_can_match_nothing_is_an_error() {
    for host in ["", "*", "http://example.org", "10.0.0.0/33", "exa mple.org", "*.*.org"] {
        assert!(Rules::new(&function(Some(&[(host, &[])])), &Places::default()).is_err(), "{host}");
    }
}

#[derive(Default)]
struct Told(Mutex<Vec<Occurrence>>);

impl Report for Told {
    fn report(&self, occurrence: Occurrence) {
        self.0.lock().unwrap().push(occurrence);
    }
}

fn proxied(function: &Function) -> (Egress, u16, Arc<Told>) {
    let told = Arc::new(Told::default());
    let (egress, _) =
        Egress::new(function, &Places::default(), Arc::clone(&told) as Arc<dyn Report>).unwrap();
    let port = egress.port().unwrap();
    (egress, port, told)
}

fn ask(port: u16, text: &[u8]) -> String {
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(text).unwrap();
    let mut answer = Vec::new();
    drop(client.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Answers one connection with what it got.
fn echo() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut bytes = [0; 4096];
            let read = client.read(&mut bytes).unwrap_or(0);
            drop(client.write_all(b"HTTP/1.1 200 OK\r\n\r\nseen: "));
            drop(client.write_all(&bytes[..read]));
        }
    });
    port
}

#[test]
fn plain_requests_go_to_declared_hosts_alone() {
    let server = echo();
    let (_egress, port, told) = proxied(&function(Some(&[("127.0.0.1", &[server])])));
    let seen = ask(
        port,
        format!("GET http://127.0.0.1:{server}/a?b HTTP/1.1\r\nHost: evil.test\r\nProxy-Connection: keep-alive\r\nX: 1\r\n\r\n")
            .as_bytes(),
    );
    assert!(
        seen.contains(&format!(
            "seen: GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:{server}\r\nConnection: close\r\nX: 1\r\n"
        )),
        "{seen}"
    );
    assert!(ask(port, b"GET http://evil.test/ HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 403"));
    assert!(ask(port, b"CONNECT 169.254.169.254:80 HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 403"));
    assert!(ask(port, b"GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
    assert!(ask(port, b"CONNECT user@127.0.0.1:80 HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
    let told = told.0.lock().unwrap();
    let rules: Vec<_> = told.iter().filter_map(|one| one.rule.clone()).collect();
    assert_eq!(rules, ["evil.test:80", "169.254.169.254:80"]);
    assert!(told.iter().all(|one| one.action == Action::Blocked && one.hostile));
}

#[test]
fn a_tunnel_carries_bytes_both_ways() {
    let server = echo();
    let (_egress, port, _told) = proxied(&function(Some(&[("localhost", &[server])])));
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(format!("CONNECT localhost:{server} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let mut head = [0; 39];
    client.read_exact(&mut head).unwrap();
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
    client.write_all(b"ping").unwrap();
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("seen: ping"), "{rest}");
}

fn both(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap().to_be_bytes()
}

/// A list of names, each with its kind, as an extension.
fn server_names(names: &[(u8, &str)]) -> Vec<u8> {
    let entry = |(kind, name): &(u8, &str)| [&[*kind], &both(name.len())[..], name.as_bytes()].concat();
    let list: Vec<u8> = names.iter().flat_map(entry).collect();
    [&[0, 0], &both(list.len() + 2)[..], &both(list.len()), &list].concat()
}

/// The least ClientHello with a name.
fn client_hello(name: &str) -> Vec<u8> {
    client_hello_of(&server_names(&[(0, name)]))
}

fn client_hello_of(extension: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
    body.extend(both(extension.len()));
    body.extend(extension);
    let mut record = vec![22, 3, 1];
    record.extend(both(body.len() + 4));
    record.extend([1, 0]);
    record.extend(both(body.len()));
    record.extend(body);
    record
}

#[test]
fn a_name_that_a_server_could_read_otherwise_is_refused() {
    let (allowed, other) = ("api.example.org", "evil.example.net");
    let twice = [server_names(&[(0, allowed)]), server_names(&[(0, other)])].concat();
    let mut long = server_names(&[(0, allowed)]);
    long[5] -= 1;
    for extension in [
        server_names(&[(0, allowed), (0, other)]),
        server_names(&[(1, allowed), (0, other)]),
        server_names(&[(1, allowed)]),
        server_names(&[(0, "")]),
        server_names(&[]),
        twice,
        long,
    ] {
        assert_eq!(hello::read(&client_hello_of(&extension)), hello::Hello::Other, "{extension:?}");
    }
}

#[test]
fn a_record_that_is_too_long_is_none_however_it_comes() {
    let mut filled = server_names(&[(0, "api.example.org")]);
    filled.extend([0, 21]);
    filled.extend(both(16_384));
    filled.extend([0; 16_384]);
    let whole = client_hello_of(&filled);
    assert_eq!(hello::read(&whole), hello::Hello::Other);
    assert_eq!(hello::read(&whole[..100]), hello::Hello::Other);
}

#[test]
fn the_name_inside_of_tls_is_read_from_every_prefix() {
    let whole = client_hello("api.example.org");
    for end in 0..whole.len() {
        assert_eq!(hello::read(&whole[..end]), hello::Hello::Partial, "{end}");
    }
    assert_eq!(hello::read(&whole), hello::Hello::Client(Some("api.example.org".to_owned())));
    assert_eq!(hello::read(b"GET / HTTP/1.1"), hello::Hello::Other);
    for at in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut broken = whole.clone();
            broken[at] = byte;
            hello::read(&broken);
        }
    }
}
