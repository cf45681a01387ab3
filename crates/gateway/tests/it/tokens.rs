//! Tokens that the gateway shows its upstream: its own, or the client's exchanged, from a real authorization server.
use crate::introspection::{Server, bearer, settings};
use crate::support::{Stage, status};
use crate::who::Folder;
use std::path::Path;

fn with(server: &Server, secret: &str, own: &str) -> String {
    let token = format!(
        "token = {{ url = \"http://{0}/token\", issuer = \"http://{0}\", client = {{ id = \"gateway\", secret = {{ file = \"{secret}\" }} }}, scope = \"orders:read\", {own} }}\n[[route]]",
        server.address
    );
    settings(server.address, secret, "").replace("[[route]]", &token)
}

/// The token that the upstream saw.
fn shown(answer: &str) -> String {
    let line = answer.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
    line.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upstream_sees_a_token_that_is_for_it() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("tokens-upstream");
    let secret = folder.put("secret", "secret:of+the gateway");
    let own = Stage::new(&with(&server, &secret, "grant = \"client-credentials\"")).await;
    let exchanged = "grant = \"exchange\", audience = \"urn:backend\"";
    let exchanging = Stage::new(&with(&server, &secret, exchanged)).await;
    let refused = Stage::new(&with(&server, &secret, "grant = \"exchange\", audience = \"urn:other\"")).await;
    let late = Stage::new(&with(&server, &secret, exchanged)).await;
    let (alice, bob) = (server.token("").await, server.token("").await);
    let first = shown(&bearer(&own, &alice).await);
    assert!(first != alice, "the client's own stays here");
    assert_eq!(shown(&bearer(&own, &bob).await), first, "one for all, as long as it lives");
    let of_alice = shown(&bearer(&exchanging, &alice).await);
    let of_bob = shown(&bearer(&exchanging, &bob).await);
    assert!(![&alice, &bob, &first].contains(&&of_alice) && of_alice != of_bob);
    assert_eq!(shown(&bearer(&exchanging, &alice).await), of_alice, "remembered");
    // The server knows both as good.
    for token in [&first, &of_alice] {
        assert_eq!(status(&bearer(&exchanging, token).await), 200);
    }
    assert_eq!(status(&bearer(&refused, &alice).await), 403);
    assert_eq!(status(&bearer(&exchanging, "nobody").await), 401);
    assert_eq!(status(&bearer(&late, "nobody").await), 401);
    drop(server);
    assert_eq!(status(&bearer(&exchanging, &alice).await), 200, "what is remembered serves");
    assert_eq!(status(&bearer(&late, &alice).await), 503, "and nothing goes on without a token");
}

#[tokio::test]
async fn odd_tokens_are_refused() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("tokens-settings");
    let secret = folder.put("secret", "secret:of+the gateway");
    let good =
        with(&server, &secret, "grant = \"client-credentials\"").replace("{app}", "http://127.0.0.1:1");
    let check = |text: &str| {
        let config = gateway::Config::from_toml(text, Path::new("")).map_err(|error| error.to_string())?;
        gateway::check(config).map(drop).map_err(|error| error.to_string())
    };
    check(&good).unwrap();
    for (from, to, place) in [
        ("\"client-credentials\"", "\"password\"", "password"),
        ("\"client-credentials\"", "\"client-credentials\", audience = \"a\"", "upstream.app.token.audience"),
        ("token = {", "sign = { region = \"eu-west-1\" }\ntoken = {", "upstream.app"),
        ("/token\"", "/token\", other = 1", "other"),
    ] {
        let error = check(&good.replace(from, to)).unwrap_err();
        assert!(error.contains(place), "{to}: {error}");
    }
}
