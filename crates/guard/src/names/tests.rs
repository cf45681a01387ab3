//! Names against servers of this test.
use super::message::{Kind, Query, Reply};
use super::settings::Settings;
use super::*;
use std::net::TcpListener;

fn settings(servers: &[SocketAddr]) -> Settings {
    let hosts = "# a line\n10.0.0.9 Box box.test # more\n::9 box\nnonsense box\n".to_owned();
    let resolv = "search one.test two.test.\noptions ndots:2 timeout:1 attempts:1\n";
    Settings { servers: servers.to_vec(), ..Settings::read(resolv, hosts) }
}

/// The header and the question of an answer to a query, with flags and a number of answers.
fn head(query: &[u8], flags: [u8; 2], answers: u8) -> Vec<u8> {
    let mut out = query[..2].to_vec();
    out.extend_from_slice(&flags);
    out.extend_from_slice(&[0, 1, 0, answers, 0, 0, 0, 0]);
    out.extend_from_slice(&query[12..]);
    out
}

/// A record of the name that stands at a place in the message.
fn record(out: &mut Vec<u8>, owner: u16, kind: u16, data: &[u8]) {
    out.extend_from_slice(&(0xC000 | owner).to_be_bytes());
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
    out.extend_from_slice(&(data.len() as u16).to_be_bytes());
    out.extend_from_slice(data);
}

fn asked(query: &[u8]) -> (String, u8) {
    let (mut name, mut at) = (String::new(), 12);
    while query[at] != 0 {
        let length = query[at] as usize;
        name.push_str(std::str::from_utf8(&query[at + 1..=at + length]).unwrap());
        name.push('.');
        at += length + 1;
    }
    (name, query[at + 2])
}

/// A server that answers with what a function says of a query, by UDP or TCP.
fn serve(answer: fn(&[u8], bool) -> Option<Vec<u8>>) -> SocketAddr {
    // The number that UDP gets may be taken for TCP.
    let both = || {
        let socket = UdpSocket::bind("127.0.0.1:0").ok()?;
        let listener = TcpListener::bind(socket.local_addr().ok()?).ok()?;
        Some((socket, listener))
    };
    let (socket, listener) = std::iter::repeat_with(both).take(100).find_map(|found| found).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 600];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            if let Some(answer) = answer(&buffer[..length], false) {
                socket.send_to(&answer, from).unwrap();
            }
        }
    });
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut query = vec![0; u16::from_be_bytes(length) as usize];
            stream.read_exact(&mut query).unwrap();
            let answer = answer(&query, true).unwrap();
            stream.write_all(&(answer.len() as u16).to_be_bytes()).unwrap();
            stream.write_all(&answer).unwrap();
        }
    });
    address
}

fn found(server: SocketAddr, host: &str) -> Result<Vec<String>, io::ErrorKind> {
    let found = settings(&[server]).addresses(host, Deadline::after(WITHIN));
    let mut found: Vec<String> =
        found.map_err(|error| error.kind())?.iter().map(ToString::to_string).collect();
    found.sort();
    Ok(found)
}

fn usual(query: &[u8], by_stream: bool) -> Option<Vec<u8>> {
    let (name, kind) = asked(query);
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let mut out = match (name.as_str(), kind) {
        ("a.b.c.", 1) => {
            let mut out = head(query, [0x81, 0x80], 2);
            record(&mut out, 12, 1, &[192, 0, 2, 1]);
            record(&mut out, 12, 1, &[192, 0, 2, 2]);
            out
        }
        ("a.b.c.", _) => {
            let mut out = head(query, [0x81, 0x80], 1);
            record(&mut out, 12, 28, &v6);
            out
        }
        // `x.one.test` stands for `q`, and that for `r`; another name's address is beside them.
        ("x.one.test.", 1) => {
            let mut out = head(query, [0x81, 0x80], 4);
            let first = out.len() as u16 + 12;
            record(&mut out, 12, 5, b"\x01q\0");
            let second = out.len() as u16 + 12;
            record(&mut out, first, 5, b"\x01r\0");
            record(&mut out, second, 1, &[192, 0, 2, 7]);
            record(&mut out, 14, 1, &[192, 0, 2, 8]);
            out
        }
        ("x.one.test.", _) => head(query, [0x81, 0x80], 0),
        ("long.b.c.", 1) if by_stream => {
            let mut out = head(query, [0x81, 0x80], 1);
            record(&mut out, 12, 1, &[192, 0, 2, 3]);
            out
        }
        ("long.b.c.", 1) => head(query, [0x83, 0x80], 0),
        ("broken.b.c.", _) => head(query, [0x81, 0x80], 9),
        ("busy.b.c.", _) => head(query, [0x81, 0x82], 0),
        ("silent.b.c.", _) => return None,
        _ => head(query, [0x81, 0x83], 0),
    };
    // Names may come back in other letters.
    out[12..].iter_mut().take(3).for_each(|byte| *byte = byte.to_ascii_uppercase());
    Some(out)
}

#[test]
fn names_have_the_addresses_that_servers_say() {
    let server = serve(usual);
    let ok = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(found(server, "a.b.c"), ok(&["192.0.2.1", "192.0.2.2", "2001:db8::1"]));
    assert_eq!(found(server, "a.b.c."), ok(&["192.0.2.1", "192.0.2.2", "2001:db8::1"]));
    assert_eq!(found(server, "x"), ok(&["192.0.2.7"]), "by the search list, over two aliases");
    assert_eq!(found(server, "long.b.c"), ok(&["192.0.2.3"]), "by TCP");
    assert_eq!(found(server, "none.b.c"), Err(io::ErrorKind::NotFound));
    assert_eq!(found(server, "x."), Err(io::ErrorKind::NotFound), "a whole name is not searched for");
    assert_eq!(found(server, "broken.b.c"), Err(io::ErrorKind::TimedOut));
    assert_eq!(found(server, "busy.b.c"), Err(io::ErrorKind::TimedOut));
    for wrong in ["", "a..b", "a b.c", "\u{e9}.b.c", &"a".repeat(64), &"a.".repeat(200)] {
        assert_eq!(found(server, wrong), Err(io::ErrorKind::NotFound), "{wrong}");
    }
}

#[test]
fn a_server_that_is_silent_or_fails_is_followed_by_the_next() {
    let servers = [serve(|_, _| None), serve(|query, _| Some(head(query, [0x81, 0x85], 0))), serve(usual)];
    let found = settings(&servers).addresses("a.b.c", Deadline::after(WITHIN)).unwrap();
    assert_eq!(found.len(), 3);
    let within = Duration::from_millis(50);
    let late = settings(&[servers[0]]).addresses("silent.b.c", Deadline::after(within));
    assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn what_does_not_answer_the_question_is_passed_over() {
    let query = Query::new("a.b", Kind::V4).unwrap();
    let mut good = head(query.bytes(), [0x81, 0x80], 1);
    record(&mut good, 12, 1, &[192, 0, 2, 1]);
    let expected = Reply::Addresses(vec!["192.0.2.1".parse().unwrap()]);
    assert_eq!(query.reply(&good), Some(expected));
    // Its number, that it is an answer, how many questions, and the question itself.
    for place in [0, 1, 2, 5, 13, 17, 19] {
        let mut other = good.clone();
        other[place] ^= 0x80;
        assert_eq!(query.reply(&other), None, "{place}");
    }
    for length in 0..good.len() {
        let reply = query.reply(&good[..length]);
        assert!(reply.is_none() || reply == Some(Reply::Failed), "{length}");
    }
    // A name that points at itself.
    let mut circle = head(query.bytes(), [0x81, 0x80], 1);
    let here = circle.len() as u16;
    record(&mut circle, here, 1, &[192, 0, 2, 1]);
    assert_eq!(query.reply(&circle), Some(Reply::Failed));
}

#[test]
fn files_of_the_machine_are_read() {
    let hosts = settings(&[]);
    let texts = |name: &str| hosts.of_hosts(name).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (texts("BOX"), texts("box.test"), texts("more")),
        (vec!["10.0.0.9".into(), "::9".into()], vec!["10.0.0.9".into()], vec![])
    );
    assert_eq!(hosts.addresses("box.test.", Deadline::after(WITHIN)).unwrap().len(), 1);
    assert_eq!(hosts.addresses("a.localhost", Deadline::after(WITHIN)).unwrap().len(), 2);
    assert_eq!(hosts.candidates("a.b"), ["a.b.one.test", "a.b.two.test", "a.b"]);
    assert_eq!(hosts.candidates("a.b.c"), ["a.b.c", "a.b.c.one.test", "a.b.c.two.test"]);
    let read = Settings::read(
        "nameserver 1.1.1.1\n;nameserver 2.2.2.2\nnameserver ::1\nnameserver x\noptions rotate timeout:99",
        String::new(),
    );
    assert_eq!(
        (read.servers.len(), read.timeout, read.attempts, read.dots),
        (2, Duration::from_secs(30), 2, 1)
    );
    assert_eq!(Settings::read("", String::new()).servers, ["127.0.0.1:53".parse().unwrap()]);
}

#[test]
fn addresses_need_no_server() {
    assert_eq!(addresses("192.0.2.1", WITHIN).unwrap(), ["192.0.2.1".parse::<IpAddr>().unwrap()]);
    assert_eq!(sockets("[::1]:80", WITHIN).unwrap(), ["[::1]:80".parse().unwrap()]);
    assert_eq!(sockets("localhost:9001", WITHIN).unwrap()[0].port(), 9001);
    assert!(sockets("localhost", WITHIN).is_err() && sockets("localhost:x", WITHIN).is_err());
}
