//! Who shows a certificate, and tokens that belong to one (RFC 8705).
use crate::introspection::now;
use crate::support::{NEVER, PLAIN, Stage, status};
use crate::who::Folder;
use access::encode::{base64url, sha256};
use access::jwt::{Algorithm, SigningKey};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, IsCa, KeyPair,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SECRET: &[u8] = b"a secret of forty bytes, shared with us.";

struct Shown {
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    serial: rcgen::SerialNumber,
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut own = CertificateParams::new(Vec::<String>::new()).unwrap();
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        own.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(own, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, name: &str) -> Shown {
        let key = KeyPair::generate().unwrap();
        let mut own = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let serial = rcgen::SerialNumber::from_slice(&sha256(name.as_bytes())[..8]);
        own.serial_number = Some(serial.clone());
        let certificate = own.signed_by(&key, &self.0).unwrap();
        Shown {
            der: certificate.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            serial,
        }
    }
}

/// A gateway with TLS that takes certificates of an authority, and a client that trusts it.
struct Setting {
    stage: Stage,
    roots: rustls::RootCertStore,
}

impl Setting {
    async fn new(
        folder: &Folder,
        (own, clients): (&Authority, &Authority),
        (client, rest, route): (&str, &str, &str),
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["gateway.example".to_owned()])
            .unwrap()
            .signed_by(&key, &own.0)
            .unwrap();
        let (chain, key) = (folder.put("s.pem", server.pem()), folder.put("s.key", key.serialize_pem()));
        let trusted = folder.put("clients.pem", clients.0.pem());
        let tls = format!(
            "address = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = [{{ chain = \"{chain}\", key = \"{key}\" }}]\nclient = {{ authorities = \"{trusted}\"{client} }}"
        );
        let settings = PLAIN
            .replace("address = \"127.0.0.1:0\"", &tls)
            .replace("mode = \"off\"", &format!("mode = \"off\"\n{route}"));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(own.0.der().clone()).unwrap();
        Self { stage: Stage::new(&format!("{rest}\n{settings}")).await, roots }
    }

    /// The answer to a request with these fields; nothing where there is no connection.
    async fn ask(&self, shown: Option<&Shown>, fields: &str) -> Option<String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone());
        let config = match shown {
            None => config.with_no_client_auth(),
            Some(shown) => {
                config.with_client_auth_cert(vec![shown.der.clone()], shown.key.clone_key()).unwrap()
            }
        };
        let stream = TcpStream::connect(self.stage.address).await.unwrap();
        let name = "gateway.example".try_into().unwrap();
        let mut stream =
            tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
        let text = format!("GET /a HTTP/1.1\r\nHost: gateway.example\r\n{fields}Connection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    async fn status(&self, shown: Option<&Shown>, fields: &str) -> u16 {
        self.ask(shown, fields).await.map_or(0, |answer| status(&answer))
    }
}

#[tokio::test]
async fn a_certificate_says_who_it_is_of() {
    let folder = Folder::new("certificates");
    let (own, clients, others) = (Authority::new(), Authority::new(), Authority::new());
    let rest =
        "[[authentication.certificate.partners.rule]]\ndns = \"*.partner.example\"\nscopes = [\"orders\"]";
    let route = "authentication = [\"partners\"]\nauthorization = { scopes = [\"orders\"] }";
    let revoked = clients.issue("c.partner.example");
    let list = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2026, 1, 1),
        next_update: rcgen::date_time_ymd(2096, 1, 1),
        crl_number: rcgen::SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: vec![rcgen::RevokedCertParams {
            serial_number: revoked.serial.clone(),
            revocation_time: rcgen::date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let list = folder.put("revoked.pem", list.signed_by(&clients.0).unwrap().pem().unwrap());
    let client = format!(", mode = \"optional\", revoked = \"{list}\"");
    let setting = Setting::new(&folder, (&own, &clients), (&client, rest, route)).await;
    let good = clients.issue("a.partner.example");
    assert_eq!(setting.status(Some(&good), "").await, 200);
    assert_eq!(setting.status(None, "").await, 401, "no certificate, nobody");
    assert_eq!(setting.status(Some(&clients.issue("a.b.partner.example")), "").await, 401, "two labels");
    assert_eq!(setting.status(Some(&clients.issue("partner.example.evil")), "").await, 401);
    assert_eq!(setting.status(Some(&others.issue("a.partner.example")), "").await, 0, "of another authority");
    assert_eq!(setting.status(Some(&revoked), "").await, 0, "revoked");
    // Nobody may say in a field what only a trusted proxy may.
    let claimed =
        format!("X-Client-Cert: {}\r\nClient-Cert: :{}:\r\n", base64url(&good.der), base64url(&good.der));
    assert_eq!(setting.status(None, &claimed).await, 401);
    assert_eq!(setting.status(Some(&good), "").await, 200);
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_opens_only_with_it() {
    let folder = Folder::new("bound-tokens");
    let (own, clients) = (Authority::new(), Authority::new());
    let secret = folder.put("secret", SECRET);
    let rest = format!(
        "[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{secret}\" }} }}\n"
    );
    let route = "authentication = [\"login\"]";
    let setting = Setting::new(&folder, (&own, &clients), (", mode = \"optional\"", &rest, route)).await;
    let (owner, thief) = (clients.issue("owner.example"), clients.issue("thief.example"));
    let key = SigningKey::new(Algorithm::HS256, None, &access::Secret::new(SECRET)).unwrap();
    let token = |bound: Value| {
        let claims = json!({"iss": "https://login.example", "aud": "orders", "sub": "alice", "exp": now() + 60, "cnf": bound});
        let Value::Object(mut claims) = claims else { panic!("an object") };
        claims.retain(|_, value| !value.is_null());
        format!("Authorization: Bearer {}\r\n", key.token("JWT", claims).unwrap())
    };
    let bound = token(json!({"x5t#S256": base64url(&sha256(&owner.der))}));
    assert_eq!(setting.status(Some(&owner), &bound).await, 200);
    assert_eq!(setting.status(Some(&thief), &bound).await, 401, "stolen");
    assert_eq!(setting.status(None, &bound).await, 401, "without a certificate");
    assert_eq!(setting.status(Some(&thief), &token(Value::Null)).await, 200, "one that is bound to nobody");
    for odd in [json!({}), json!({"x5t#S256": 1}), json!({"kid": "k"}), json!("x")] {
        assert_eq!(setting.status(Some(&owner), &token(odd.clone())).await, 401, "{odd}");
    }
    let nobody = setting.stage.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n", NEVER).await;
    assert!(!nobody.contains("200 OK"), "without TLS there is nothing: {nobody}");
}
