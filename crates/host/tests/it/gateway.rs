//! APIs and function URLs through the gateway: what passes, what is stopped, and what is told of it.
use crate::support::{Running, folder, project, run, start, write};
use host::{Gateway, Line};
use serde_json::Value;
use std::path::PathBuf;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties: { StageName: dev, Cors: { AllowOrigin: \"'*'\" } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs20.x
      CodeUri: app/
      Timeout: 10
      Events:
        New: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: /orders, Method: POST } }
        One: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: '/orders/{id}', Method: GET } }
  Words:
    Type: AWS::Serverless::Function
    Properties:
      Handler: stream.handler
      Runtime: nodejs20.x
      CodeUri: app/
      Timeout: 10
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }
";

const APP: &str = r#"
exports.handler = async (event, context) => {
  const id = event.pathParameters && event.pathParameters.id;
  if (id === "binary") return { statusCode: 200, headers: { "content-type": "image/png" }, isBase64Encoded: true, body: Buffer.from([137, 80, 0, 255]).toString("base64") };
  if (id === "slow") await new Promise((done) => setTimeout(done, 300));
  const { requestContext: context1, headers } = event;
  return { statusCode: 200, headers: { "Set-Cookie": "a=1" }, body: JSON.stringify({ id, body: event.body, encoded: event.isBase64Encoded, request: context1.requestId, invocation: context.awsRequestId, ip: context1.identity.sourceIp, host: headers.Host, forwarded: headers["X-Forwarded-For"] }) };
};
"#;

const STREAM: &str = r#"
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "content-type": "text/plain" } });
  stream.write("one\n");
  await new Promise((done) => setTimeout(done, 700));
  stream.write("two");
  stream.end();
});
"#;

fn application(name: &str) -> Option<PathBuf> {
    let has_node = std::process::Command::new("node").arg("--version").output().is_ok();
    if !has_node {
        println!("skipped: `node` is not installed");
        return None;
    }
    let folder = folder(name);
    write(&folder, &[("template.yml", TEMPLATE), ("app/app.js", APP), ("app/stream.js", STREAM)]);
    Some(folder)
}

async fn started(folder: &std::path::Path, config: &str) -> Running {
    let gateway = Gateway { config: config.parse().unwrap(), folder: folder.to_owned() };
    start(folder, |settings| settings.gateway = Some(gateway)).await
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

async fn ask(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{base}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_vec()).unwrap();
    tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.run(request).unwrap();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        Answer {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: answer.body_mut().read_to_vec().unwrap(),
        }
    })
    .await
    .unwrap()
}

fn base(running: &Running, node: &str) -> String {
    running.host.origins().find(|(name, _)| *name == node).unwrap().1.to_owned()
}

#[test]
fn requests_pass_as_they_are_and_have_one_name() {
    let Some(folder) = application("gateway-passes") else { return };
    run(async {
        let running = started(&folder, "").await;
        let shop = base(&running, "Shop");
        let forged = [("x-forwarded-for", "203.0.113.9"), ("x-request-id", "mine")];
        for path in ["/orders/7", "/orders/7/", "/dev/orders/7"] {
            let answer = ask(&shop, "GET", path, &forged, b"").await;
            let said = answer.json();
            assert_eq!((answer.status, said["id"].as_str()), (200, Some("7")), "{path}");
            assert_eq!(answer.header("set-cookie"), Some("a=1"));
            assert_eq!(
                (said["ip"].as_str(), said["forwarded"].as_str()),
                (Some("127.0.0.1"), Some("127.0.0.1"))
            );
            assert_eq!(said["host"].as_str(), shop.strip_prefix("http://"));
            assert_eq!(said["request"], said["invocation"]);
            assert_eq!(answer.header("x-amzn-requestid"), said["request"].as_str());
        }
        let binary = ask(&shop, "GET", "/orders/binary", &[], b"").await;
        assert_eq!(binary.body, [137, 80, 0, 255]);
        let sent =
            ask(&shop, "POST", "/orders", &[("content-type", "application/octet-stream")], &[0, 255, 7])
                .await;
        assert_eq!(
            (sent.json()["encoded"].as_bool(), sent.json()["body"].as_str()),
            (Some(true), Some("AP8H"))
        );
        let preflight = ask(&shop, "OPTIONS", "/orders", &[("origin", "https://a.example")], b"").await;
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"), "{}", preflight.status);
        assert_eq!(ask(&shop, "GET", "/nothing", &[], b"").await.status, 403);
        running.host.stop().await;
    });
}

#[test]
fn what_the_gateway_stops_is_told_with_its_layer() {
    let Some(folder) = application("gateway-stops") else { return };
    run(async {
        let running = started(&folder, "").await;
        let shop = base(&running, "Shop");
        let json = [("content-type", "application/json")];
        let attack = br#"{"name":"x'; DROP TABLE orders; SELECT 1 UNION SELECT password FROM users-- "}"#;
        let answer = ask(&shop, "POST", "/orders", &json, attack).await;
        assert_eq!(answer.status, 403);
        let lines = running.lines.lock().unwrap().clone();
        let told: Vec<Value> =
            lines.iter().filter(|line| matches!(line, Line::Gateway { .. })).map(Line::to_json).collect();
        assert!(told.iter().any(|one| one["layer"] == "waf" && one["action"] == "blocked"), "{told:?}");
        assert!(told.iter().all(|one| one["requestId"].as_str().is_some_and(|id| id.len() == 36)));
        assert!(!lines.iter().any(|line| matches!(line, Line::Done { .. })), "the function was not asked");
        running.host.stop().await;
    });
}

#[test]
fn answers_stream_through() {
    let Some(folder) = application("gateway-streams") else { return };
    run(async {
        let running = started(&folder, "").await;
        let url = running.host.origins().find(|(name, _)| *name != "Shop").unwrap().1.to_owned();
        let streams = move || {
            use std::io::Read as _;
            let mut answer = ureq::get(&url).call().unwrap();
            assert_eq!(answer.status().as_u16(), 201);
            let mut piece = [0; 64];
            let mut reader = answer.body_mut().as_reader();
            let read = reader.read(&mut piece).unwrap();
            let mut whole = piece[..read].to_vec();
            reader.read_to_end(&mut whole).unwrap();
            assert_eq!(whole, b"one\ntwo");
            read == "one\n".len()
        };
        // The guard holds a line until it is whole: a secret could go on in it.
        // A client that gets no processor during the function's pause sees both pieces at once: then it asks again.
        let is_streamed = tokio::task::spawn_blocking(move || (0..8).any(|_| streams())).await.unwrap();
        assert!(is_streamed, "the first piece came with the second one, eight times");
        running.host.stop().await;
    });
}

#[test]
fn one_caller_has_its_share_and_what_the_owner_says_holds() {
    let Some(folder) = application("gateway-limits") else { return };
    run(async {
        let config = "concurrency = { per-identity = 1, per-address = 1, identity-queue = 1, wait-ms = 9000 }\n[[route]]\nname = \"get /orders/{id}\"\nmode = \"detect\"\n";
        let running = started(&folder, config).await;
        let shop = base(&running, "Shop");
        assert_eq!(ask(&shop, "GET", "/orders/1", &[], b"").await.status, 200);
        let asked: Vec<_> = (0..4)
            .map(|_| {
                let shop = shop.clone();
                tokio::spawn(async move { ask(&shop, "GET", "/orders/slow", &[], b"").await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in asked {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        // One runs, one waits for it, and the others are told to come back.
        assert_eq!(statuses, [200, 200, 429, 429]);
        let passed =
            ask(&shop, "GET", "/orders/1%20UNION%20SELECT%20password%20FROM%20users--", &[], b"").await;
        assert_eq!(passed.status, 200, "told only");
        running.host.stop().await;
    });
}

#[test]
fn a_changed_template_changes_the_routes() {
    let Some(folder) = application("gateway-reloads") else { return };
    run(async {
        let running = started(&folder, "").await;
        let shop = base(&running, "Shop");
        assert_eq!(ask(&shop, "GET", "/carts/1", &[], b"").await.status, 403);
        write(&folder, &[("template.yml", TEMPLATE.replace("'/orders/{id}'", "'/carts/{id}'").as_str())]);
        let changed = project(&folder);
        let app = changed.templates().next().unwrap();
        running.host.reload(&changed, app, Some(Gateway::default())).unwrap();
        assert_eq!(ask(&shop, "GET", "/carts/1", &[], b"").await.status, 200);
        assert_eq!(ask(&shop, "GET", "/orders/1", &[], b"").await.status, 403);
        let wrong = Gateway { config: "waf = { nothing = 1 }".parse().unwrap(), ..Gateway::default() };
        assert!(running.host.reload(&changed, app, Some(wrong)).unwrap_err().contains("nothing"));
        assert_eq!(ask(&shop, "GET", "/carts/1", &[], b"").await.status, 200);
        running.host.stop().await;
    });
}

const BROWSERS: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: ['https://a.example', 'https://b.example'], AllowMethods: [GET, PUT], AllowHeaders: [authorization], ExposeHeaders: [x-total], MaxAge: 600 }
      Auth:
        DefaultAuthorizer: Users
        Authorizers: { Users: { IdentitySource: $request.header.Authorization, JwtConfiguration: { issuer: 'https://issuer.example', audience: [shop] } } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs20.x
      CodeUri: app/
      Events:
        One: { Type: HttpApi, Properties: { ApiId: !Ref Shop, Path: '/orders', Method: GET } }
        Open: { Type: HttpApi, Properties: { ApiId: !Ref Shop, Path: '/open', Method: GET, Auth: { Authorizer: NONE } } }
  Direct:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs20.x
      CodeUri: app/
      FunctionUrlConfig: { AuthType: AWS_IAM, Cors: { AllowOrigins: ['https://*'], AllowMethods: [POST], AllowCredentials: true } }
";

const OPEN: &str = r#"exports.handler = async () => ({ statusCode: 200, headers: { "access-control-allow-origin": "*" }, body: "ok" });"#;

#[test]
fn browsers_may_call_from_the_origins_that_the_template_names() {
    let Some(folder) = application("gateway-browsers") else { return };
    write(&folder, &[("template.yml", BROWSERS), ("app/app.js", OPEN)]);
    run(async {
        let running = started(&folder, "").await;
        let shop = base(&running, "Shop");
        let url = running.host.origins().find(|(name, _)| *name != "Shop").unwrap().1.to_owned();
        let asks = |origin| [("origin", origin), ("access-control-request-method", "PUT")];
        let preflight = ask(&shop, "OPTIONS", "/orders", &asks("https://b.example"), b"").await;
        let shown = |name: &str| preflight.header(&format!("access-control-{name}")).map(str::to_owned);
        assert_eq!(preflight.status, 204);
        assert_eq!(shown("allow-origin").as_deref(), Some("https://b.example"));
        assert_eq!(shown("allow-methods").as_deref(), Some("GET,PUT"));
        assert_eq!(shown("max-age").as_deref(), Some("600"));
        let other = ask(&shop, "OPTIONS", "/orders", &asks("https://c.example"), b"").await;
        assert_eq!(other.header("access-control-allow-origin"), None);
        // A page reads why it was refused, too.
        let refused = ask(&shop, "GET", "/orders", &[("origin", "https://a.example")], b"").await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.header("access-control-allow-origin"), Some("https://a.example"));
        let open = ask(&shop, "GET", "/open", &[("origin", "https://a.example")], b"").await;
        assert_eq!(
            (open.status, open.header("access-control-allow-origin")),
            (200, Some("https://a.example"))
        );
        assert_eq!(open.header("access-control-expose-headers"), Some("x-total"));
        let foreign = ask(&shop, "GET", "/open", &[("origin", "https://c.example")], b"").await;
        assert_eq!((foreign.status, foreign.header("access-control-allow-origin")), (200, None));
        let preflight = ask(&url, "OPTIONS", "/", &asks("https://any.example"), b"").await;
        assert_eq!(preflight.status, 200, "browsers sign no question");
        assert_eq!(preflight.header("access-control-allow-origin"), Some("https://any.example"));
        assert_eq!(preflight.header("access-control-allow-credentials"), Some("true"));
        running.host.stop().await;
    });
}
