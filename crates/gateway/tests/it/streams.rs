//! What is inspected, what streams, and what becomes an event.
use crate::support::{NEVER, PLAIN, Stage, get, read_until, status};
use crate::who::Folder;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const RULES: &str = r#"
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecRule ARGS "@contains attack" "id:1001,phase:2,deny,status:403,log,msg:'found'"
SecRule REQUEST_HEADERS:X-Marker "@rx ^.+$" "id:1002,phase:1,pass,log,msg:'%{MATCHED_VAR}'"
SecRule RESPONSE_BODY "@contains leaked" "id:1003,phase:4,deny,status:502,log,msg:'leak'"
"#;

#[tokio::test]
async fn rules_block_and_their_matches_are_on_disk_before_the_answer() {
    let folder = Folder::new("rules");
    let rules = folder.put("rules.conf", RULES);
    let log = folder.put("matches.jsonl", "");
    let settings = PLAIN.replace("mode = \"off\"\n", "");
    let settings = format!("[waf]\nrules = [\"{rules}\"]\n[log]\nmatches = \"{log}\"\n{settings}");
    let stage = Stage::new(&settings).await;
    let lines = || {
        #[expect(clippy::disallowed_methods, reason = "a test reads what the gateway wrote")]
        let text = std::fs::read_to_string(&log).unwrap();
        text
    };
    assert_eq!(stage.get("/?q=fine").await.0, 200);
    assert_eq!(stage.get("/?q=an%20attack").await.0, 403);
    assert!(lines().contains("\"id\":1001"), "{}", lines());
    let form = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\nConnection: close\r\n\r\nq=attack";
    assert_eq!(status(&stage.raw(form, NEVER).await), 403);
    let marker = "GET / HTTP/1.1\r\nHost: a\r\nX-Marker: 123e4567\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&stage.raw(marker, NEVER).await), 200);
    assert!(lines().contains("123e4567"), "{}", lines());
    let leak = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nleaked";
    let answer = stage.raw(leak, NEVER).await;
    assert!(status(&answer) == 502 && !answer.contains("leaked"), "{answer}");
    let brotli = form.replace("Connection: close", "Content-Encoding: br\r\nConnection: close");
    assert_eq!(status(&stage.raw(brotli, NEVER).await), 415);
    stage.is_alive().await;
}

/// An upstream that reads a head and then does what it is told to with the socket.
pub(crate) async fn upstream<F, W>(then: F) -> std::net::SocketAddr
where
    F: Fn(TcpStream, String) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let head = read_until(&mut stream, "\r\n\r\n").await;
            tokio::spawn(then(stream, head));
        }
    });
    address
}

#[tokio::test]
async fn events_stream_through() {
    let (go, gone) = tokio::sync::oneshot::channel::<()>();
    let gone = std::sync::Arc::new(tokio::sync::Mutex::new(Some(gone)));
    let address = upstream(move |mut stream, _| {
        let gone = std::sync::Arc::clone(&gone);
        async move {
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
            stream.write_all(format!("{head}9\r\ndata: 1\n\n\r\n").as_bytes()).await.unwrap();
            if let Some(gone) = gone.lock().await.take() {
                drop(gone.await);
            }
            stream.write_all(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let stage = Stage::before(address, &PLAIN.replace("mode = \"off\"\n", ""));
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(get("/events").as_bytes()).await.unwrap();
    let first = read_until(&mut client, "data: 1").await;
    assert!(!first.contains("data: 2"), "{first}");
    go.send(()).unwrap();
    assert!(read_until(&mut client, NEVER).await.contains("data: 2"));
}

#[tokio::test]
async fn websockets_pass_where_the_route_says_so() {
    let address = upstream(|mut stream, head| async move {
        assert!(head.to_ascii_lowercase().contains("upgrade: websocket"), "{head}");
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        let mut piece = [0; 64];
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            stream.write_all(&piece[..read]).await.unwrap();
        }
    })
    .await;
    let ask = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let stage = Stage::before(address, &PLAIN.replace("mode = \"off\"", "mode = \"off\"\nupgrade = true"));
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(ask.as_bytes()).await.unwrap();
    assert!(read_until(&mut client, "\r\n\r\n").await.starts_with("HTTP/1.1 101"));
    client.write_all(b"\x81\x05\nGET \r\n\x00bytes").await.unwrap();
    assert!(read_until(&mut client, "bytes").await.contains("GET"));
    drop(client);
    let stage = Stage::before(address, PLAIN);
    assert_eq!(status(&stage.raw(ask.replace("Upgrade\r\nSec", "Upgrade, close\r\nSec"), NEVER).await), 501);
}

#[tokio::test]
async fn requests_become_events_and_answers_http() {
    let address = upstream(|mut stream, head| async move {
        let length: usize = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .unwrap();
        let start = head.split_once("\r\n\r\n").unwrap().1.to_owned();
        let mut rest = vec![0; length - start.len()];
        stream.read_exact(&mut rest).await.unwrap();
        let event = start + &String::from_utf8(rest).unwrap();
        let line = head.lines().next().unwrap().to_owned();
        let body = format!("{line} {event}").replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("{{\"statusCode\":201,\"cookies\":[\"a=1\",\"b=2\"],\"headers\":{{\"x-own\":\"1\"}},\"body\":\"{body}\"}}");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", text.len());
        stream.write_all((head + &text).as_bytes()).await.unwrap();
    })
    .await;
    let settings = PLAIN.replace("kind = \"http\"", "kind = \"local\"");
    let stage = Stage::before(address, &settings);
    let text = "POST /a/b?x=1&x=2 HTTP/1.1\r\nHost: shop.example\r\nCookie: c=3; d=4\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    let answer = stage.raw(text, NEVER).await;
    assert_eq!(status(&answer), 201, "{answer}");
    for part in [
        "POST /2015-03-31/functions/function/invocations",
        "\"rawPath\":\"/a/b\"",
        "\"x\":\"1,2\"",
        "\"cookies\":[\"c=3\",\"d=4\"]",
        "\"body\":\"hello\"",
        "\"method\":\"POST\"",
        "set-cookie: a=1",
        "set-cookie: b=2",
        "x-own: 1",
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
}

#[tokio::test]
async fn a_stale_connection_is_tried_again_and_a_post_is_not_sent_twice() {
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&seen);
    let address = upstream(move |mut stream, head| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            // The first request of each kind finds an upstream that breaks off.
            if number % 2 == 1 || head.starts_with("GET /fine") {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                    .await
                    .unwrap();
            }
        }
    })
    .await;
    let stage = Stage::before(address, PLAIN);
    assert_eq!(stage.get("/once").await.0, 200, "a GET may be repeated");
    assert_eq!(seen.load(std::sync::atomic::Ordering::SeqCst), 2);
    let post = "POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";
    assert_eq!(status(&stage.raw(post, NEVER).await), 502, "a POST may not");
    assert_eq!(seen.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test]
async fn tls_with_client_certificates_and_http2() {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let folder = Folder::new("tls");
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let make = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        (certificate, key)
    };
    let (server, server_key) = make("gateway.example");
    let (client, client_key) = make("client.example");
    let (chain, key) = (folder.put("s.pem", server.pem()), folder.put("s.key", server_key.serialize_pem()));
    let trusted = folder.put("ca.pem", authority.pem());
    let settings = PLAIN.replace(
        "address = \"127.0.0.1:0\"",
        &format!("address = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = [{{ chain = \"{chain}\", key = \"{key}\" }}]\nclient = {{ authorities = \"{trusted}\" }}"),
    );
    let stage = Stage::new(&settings).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = || {
        rustls::ClientConfig::builder_with_provider(std::sync::Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots.clone())
    };
    let connect = async |mut config: rustls::ClientConfig| {
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TcpStream::connect(stage.address).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
        let stream = connector.connect("gateway.example".try_into().unwrap(), stream).await.ok()?;
        let executor = hyper_util::rt::TokioExecutor::new();
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake::<_, _, http_body_util::Empty<bytes::Bytes>>(executor, io)
                .await
                .ok()?;
        tokio::spawn(async move { drop(connection.await) });
        let request =
            http::Request::get("https://gateway.example/a").body(http_body_util::Empty::new()).unwrap();
        let answer = sender.send_request(request).await.ok()?;
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        Some(String::from_utf8_lossy(&body).into_owned())
    };
    assert_eq!(connect(builder().with_no_client_auth()).await, None, "no certificate, no connection");
    let key = rustls_pki_types::PrivateKeyDer::try_from(client_key.serialize_der()).unwrap();
    let with = builder().with_client_auth_cert(vec![client.der().clone()], key).unwrap();
    let answer = connect(with).await.unwrap();
    assert!(answer.contains("saw GET /a") && answer.contains("x-forwarded-proto: https"), "{answer}");
}
