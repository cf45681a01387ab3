//! What the graph says, in the gateway's words.
use super::*;
use crate::plan::Plan;
use crate::settings::Gateway;
use model::MemorySource;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      MethodSettings:
        - { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }
        - { ResourcePath: '/~1orders', HttpMethod: POST, ThrottlingRateLimit: 0.5 }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: .
      ReservedConcurrentExecutions: 6
      Events:
        Any: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: '/{proxy+}', Method: ANY } }
        One: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: '/orders/{id}', Method: GET } }
        New: { Type: Api, Properties: { RestApiId: !Ref Shop, Path: /orders, Method: POST } }
";

fn table(own: &str) -> (toml::Table, Vec<String>) {
    let source = MemorySource::new(vec![("template.yml".to_owned(), TEMPLATE.to_owned())]);
    let project = iac::read(&source, &iac::Options::default());
    let app = project.templates().next().unwrap();
    let settings = Settings::new(std::env::temp_dir());
    let names = Names::default();
    let plan = Plan::new(&project, app, &names, &settings);
    let way = plan.ways.first().unwrap();
    let pools = Pools::default();
    let concurrency = plan.functions.iter().map(|(node, one)| (node.clone(), one.concurrency)).collect();
    let own = Gateway { config: own.parse().unwrap(), folder: std::env::temp_dir() };
    let given = Given {
        app,
        names: &names,
        settings: &settings,
        own: Some(&own),
        pools: &pools,
        capacity: capacity(way, &concurrency, 10),
    };
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let talk = Talk::new(|_| {});
    let gate = Gate::start("Shop", 0, any, &talk).unwrap();
    gate.open(way, &given).unwrap();
    gate.table(way, &given).unwrap()
}

fn routes(table: &toml::Table) -> Vec<(String, String, String)> {
    let text = |route: &toml::Value, name: &str| {
        route.get(name).map_or(String::new(), |value| value.as_str().map_or(value.to_string(), str::to_owned))
    };
    let all = table["route"].as_array().unwrap();
    all.iter().map(|route| (text(route, "name"), text(route, "path"), text(route, "rate"))).collect()
}

#[test]
fn every_form_of_a_path_that_the_server_takes_is_the_same_route() {
    let (table, notes) = table("");
    assert_eq!(notes, Vec::<String>::new());
    let found: Vec<String> =
        routes(&table).into_iter().map(|(name, path, rate)| format!("{name} | {path} | {rate}")).collect();
    assert_eq!(
        found,
        [
            "post /orders | /orders | [\"route-3\"]",
            "post /orders (/orders/) | /orders/ | [\"route-3\"]",
            "post /orders (/dev/orders) | /dev/orders | [\"route-3\"]",
            "post /orders (/dev/orders/) | /dev/orders/ | [\"route-3\"]",
            "get /orders/{id} | /orders/{id} | [\"route-2\"]",
            "get /orders/{id} (/orders/{id}/) | /orders/{id}/ | [\"route-2\"]",
            "get /orders/{id} (/dev/orders/{id}) | /dev/orders/{id} | [\"route-2\"]",
            "get /orders/{id} (/dev/orders/{id}/) | /dev/orders/{id}/ | [\"route-2\"]",
            "Orders /* | /* | [\"route-1\"]",
            "others |  | ",
        ]
    );
    let limits = table["rate"]["limits"].as_array().unwrap();
    let rates: Vec<&str> = limits.iter().map(|limit| limit["rate"].as_str().unwrap()).collect();
    assert_eq!(rates, ["50/1s", "50/1s", "30/1m"]);
    assert_eq!(limits[0]["burst"].as_integer(), Some(100));
    assert_eq!(table["concurrency"]["per-identity"].as_integer(), Some(3), "half of what is reserved");
}

#[test]
fn the_owners_settings_stand_over_those_of_the_graph() {
    let own = "
[[listen]]
address = \"0.0.0.0:443\"
[concurrency]
per-identity = 9
[upstream.app]
kind = \"invoke\"
addresses = [\"https://lambda.eu-west-1.amazonaws.com\"]
first-byte-ms = 7
[upstream.Orders]
kind = \"invoke\"
[[route]]
name = \"post /orders\"
path = \"/elsewhere\"
mode = \"detect\"
upstream = \"Orders\"
[[route]]
name = \"health\"
path = \"/health\"
upstream = \"Orders\"
";
    let (table, notes) = table(own);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert_eq!(table["listen"][0]["address"].as_str(), Some("127.0.0.1:0"));
    assert_eq!(table["concurrency"]["per-identity"].as_integer(), Some(9));
    assert!(table["concurrency"]["identity-queue"].is_integer());
    let upstream = &table["upstream"]["app"];
    assert_eq!((upstream["kind"].as_str(), upstream["first-byte-ms"].as_integer()), (Some("http"), Some(7)));
    let all = table["route"].as_array().unwrap();
    assert_eq!((all[0]["name"].as_str(), all[0]["upstream"].as_str()), (Some("health"), Some("app")));
    for form in &all[1..5] {
        assert_eq!((form["mode"].as_str(), form["upstream"].as_str()), (Some("detect"), Some("app")));
        assert!(form["path"].as_str().unwrap().contains("/orders"));
    }
    assert_eq!(all[5]["mode"].as_str(), Some("block"));
}

#[test]
fn a_request_has_one_name_on_both_sides() {
    let id = request_id("0006440f2a1b3c00000001");
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'));
    assert_eq!(id, request_id("0006440f2a1b3c00000001"));
    assert_ne!(id, request_id("0006440f2a1b3c00000002"));
}
