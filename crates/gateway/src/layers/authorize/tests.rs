//! Cedar's policies in a gateway that runs: who may do what with which object.
use crate::Config;
use crate::server::{Running, start};
use access::jwt::{Algorithm, SigningKey};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

const SECRET: &[u8] = b"a secret of forty bytes, shared with us.";
const POLICIES: &str = r#"
@id("own-tenant")
permit(principal, action == Action::"viewOrder", resource is Order)
when { resource has tenant && principal.hasTag("tenant") && principal.getTag("tenant").contains(resource.tenant) };
@id("admins")
permit(principal in Role::"admin", action, resource);
@id("frozen")
forbid(principal, action in Action::"write", resource is Order) unless { resource has tenant && resource.tenant != "frozen" };
"#;

/// An application that answers everything with 200.
fn app() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            drop(stream.read(&mut [0; 4096]));
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine"));
        }
    });
    address
}

struct Folder(std::path::PathBuf);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "a test writes its files")]
    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::create_dir_all(&self.0).unwrap();
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn config(folder: &Folder, app: SocketAddr) -> Config {
    let text = format!(
        r#"
workers = 1
[[listen]]
address = "127.0.0.1:0"
[upstream.app]
kind = "http"
addresses = ["http://{app}"]
[authentication.jwt.login]
issuer = "https://login.example"
audiences = ["orders"]
role-claims = ["roles"]
keys = {{ shared = {{ file = "secret" }} }}
[authorization.cedar]
policies = ["policies.cedar"]
[authorization.cedar.mapping.actions]
order = "viewOrder"
[authorization.cedar.mapping.resources.order]
type = "Order"
id = "{{tenant}}/{{id}}"
attributes = {{ tenant = "{{tenant}}" }}
[authorization.cedar.mapping.resources.change]
type = "Order"
id = "{{tenant}}/{{id}}"
attributes = {{ tenant = "{{tenant}}" }}
[[route]]
name = "order"
path = "/tenants/{{tenant}}/orders/{{id}}"
methods = ["GET"]
upstream = "app"
mode = "off"
authentication = ["login"]
[[route]]
name = "change"
path = "/tenants/{{tenant}}/orders/{{id}}"
upstream = "app"
mode = "off"
authentication = ["login"]
"#
    );
    Config::from_toml(&text, &folder.0).unwrap()
}

fn ask(gateway: &Running, method: &str, path: &str, claims: &Value) -> u16 {
    let mut all =
        json!({"iss": "https://login.example", "aud": "orders", "sub": "alice", "exp": 4_102_444_800_u64});
    claims.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    let Value::Object(all) = all else { panic!("an object") };
    let key = SigningKey::new(Algorithm::HS256, None, &access::Secret::new(SECRET)).unwrap();
    let token = key.token("JWT", all).unwrap();
    let mut stream = TcpStream::connect(gateway.addresses()[0]).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn cedar_decides_by_object() {
    let folder = Folder(std::env::temp_dir().join(format!("buckler-gateway-cedar-{}", std::process::id())));
    folder.put("secret", SECRET);
    folder.put("policies.cedar", POLICIES);
    let app = app();
    let gateway = start(config(&folder, app)).unwrap();
    let of_acme = json!({"tenant": "acme"});
    assert_eq!(ask(&gateway, "GET", "/tenants/acme/orders/1", &of_acme), 200);
    assert_eq!(ask(&gateway, "GET", "/tenants/other/orders/1", &of_acme), 403, "an object of somebody else");
    assert_eq!(
        ask(&gateway, "GET", "/tenants/other%2f..%2facme/orders/1", &of_acme),
        400,
        "no path says two things"
    );
    assert_eq!(ask(&gateway, "DELETE", "/tenants/acme/orders/1", &of_acme), 403, "only to look at");
    let admin = json!({"roles": ["admin"]});
    assert_eq!(ask(&gateway, "DELETE", "/tenants/acme/orders/1", &admin), 200);
    assert_eq!(ask(&gateway, "DELETE", "/tenants/frozen/orders/1", &admin), 403, "`forbid` wins");
    assert_eq!(ask(&gateway, "GET", "/tenants/frozen/orders/1", &admin), 200);
    // What cannot be loaded changes nothing, and says where it is wrong.
    folder.put(
        "policies.cedar",
        "permit(principal, action == Action::\"viewOrder\", resource) when { resource.owner };",
    );
    let error = gateway.reload(config(&folder, app)).unwrap_err().to_string();
    assert!(error.contains("policies.cedar"), "{error}");
    assert_eq!(ask(&gateway, "GET", "/tenants/acme/orders/1", &of_acme), 200);
    folder.put("policies.cedar", "forbid(principal, action, resource);");
    gateway.reload(config(&folder, app)).unwrap();
    assert_eq!(ask(&gateway, "GET", "/tenants/acme/orders/1", &of_acme), 403);
    gateway.stop();
}
