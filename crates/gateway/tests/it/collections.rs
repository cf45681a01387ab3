//! Persistent collections that gateways share.
use crate::support::{NEVER, PATIENCE, echo, get, raw, status};
use crate::who::Folder;
use gateway::{Config, Running};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::{Embedded, embedded};

const RULES: &str = r#"
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}"
SecRule REQUEST_FILENAME "@streq /count" "id:2,phase:1,pass,nolog,setvar:ip.count=+1,expirevar:ip.count=600"
SecRule REQUEST_FILENAME "@streq /clear" "id:3,phase:1,pass,nolog,setvar:!ip.count"
SecRule REQUEST_FILENAME "@streq /check" "id:4,phase:1,deny,status:403,log,chain"
  SecRule IP:COUNT "@gt 7" ""
"#;

fn config(upstream: SocketAddr, rules: &str, more: &str) -> Config {
    let text = format!(
        "workers = 1\n[[listen]]\naddress = \"127.0.0.1:0\"\n[upstream.app]\nkind = \"http\"\naddresses = [\"http://{upstream}\"]\n[[route]]\nname = \"all\"\nupstream = \"app\"\n[waf]\nrules = [\"{rules}\"]\ncollections-shared = true\n[rate]\nlimits = [{{ name = \"all\", by = [\"address\"], rate = \"100000/1h\", shared = true }}]\n{more}"
    );
    Config::from_toml(&text, Path::new("")).unwrap()
}

async fn until(gateway: &Running, path: &str, wanted: u16) {
    let mut last = String::new();
    let asks = async {
        while status(&last) != wanted {
            last = raw(gateway.addresses()[0], get(path), NEVER).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, asks).await;
    assert!(waited.is_ok(), "{path} never was {wanted}: {last}");
}

async fn count_together(gateways: [Running; 2]) {
    for gateway in &gateways {
        until(gateway, "/check", 200).await;
        for _ in 0..4 {
            until(gateway, "/count", 200).await;
        }
    }
    // Neither of them saw more than four itself.
    for gateway in &gateways {
        until(gateway, "/check", 403).await;
    }
    until(&gateways[0], "/clear", 200).await;
    for gateway in &gateways {
        until(gateway, "/check", 200).await;
    }
    gateways.into_iter().for_each(Running::stop);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_count_in_one_collection() {
    let folder = Folder::new("collections");
    let rules = folder.put("rules.conf", RULES);
    let upstream = echo().await;
    let state: Arc<dyn store::State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let start = || gateway::start_with(config(upstream, &rules, ""), Arc::clone(&state)).unwrap();
    count_together([start(), start()]).await;
}

#[test]
fn shared_collections_need_state() {
    let folder = Folder::new("collections-settings");
    let rules = folder.put("rules.conf", RULES);
    let text = config("127.0.0.1:1".parse().unwrap(), &rules, "");
    let text = Config { rate: gateway::layers::rate::Settings::default(), ..text };
    let error = gateway::check(text).unwrap_err().to_string();
    assert!(error.contains("waf.collections-shared") && error.contains("[state]"), "{error}");
}
