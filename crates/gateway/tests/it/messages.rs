//! HTTP message signatures (RFC 9421), made by another program's library; and where a client behind a proxy says that we are.
use crate::introspection::{now, tool};
use crate::support::{NEVER, PLAIN, Stage, raw, status};
use crate::who::Folder;
use access::encode::{base64, sha256};
use aws_lc_rs::hmac;
use std::path::Path;
use std::process::Command;

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

fn settings(folder: &Folder, more: &str, key: &str) -> String {
    let secret = folder.put("secret", SECRET);
    let route = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\nauthentication = [\"partner\"]\nauthorization = { scopes = [\"write\"] }",
    );
    let shared = format!(
        "{{ id = \"shared\", algorithm = \"HS256\", secret = {{ file = \"{secret}\" }}, subject = \"partner\", scopes = [\"write\"] }}"
    );
    format!("[authentication.message.partner]\n{more}\nkeys = [{shared}{key}]\n{route}")
}

fn digest(body: &str) -> String {
    format!("sha-256=:{}:", base64(&sha256(body.as_bytes())))
}

/// A signed request as bytes, with the components that everybody must sign.
fn signed(origin: &str, body: &str, created: u64) -> String {
    let (scheme, host) = origin.split_once("://").unwrap();
    let parameters = format!(
        "(\"@method\" \"@scheme\" \"@authority\" \"@path\" \"@query\" \"content-digest\");created={created};keyid=\"shared\""
    );
    let digest = digest(body);
    let base = format!(
        "\"@method\": POST\n\"@scheme\": {scheme}\n\"@authority\": {host}\n\"@path\": /orders\n\"@query\": ?a=1\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}"
    );
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), base.as_bytes());
    format!(
        "POST /orders?a=1 HTTP/1.1\r\nHost: {host}\r\nContent-Digest: {digest}\r\nSignature-Input: one={parameters}\r\nSignature: one=:{}:\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        base64(tag.as_ref()),
        body.len()
    )
}

#[tokio::test]
async fn only_what_a_partner_signed_passes_once() {
    let folder = Folder::new("message");
    let stage = Stage::new(&settings(&folder, "", "")).await;
    let good = signed("http://api.example", "{\"n\":1}", now());
    let answer = stage.raw(&good, NEVER).await;
    assert!(status(&answer) == 200 && answer.ends_with("{\"n\":1}"), "{answer}");
    assert_eq!(status(&stage.raw(&good, NEVER).await), 401, "a signature counts once");
    let mut back = 0;
    let mut fresh = || {
        back += 1;
        signed("http://api.example", "{\"n\":2}", now() - back)
    };
    let whole = fresh();
    for (bad, why) in [
        (fresh().replace("\r\n\r\n{\"n\":2}", "\r\n\r\n{\"n\":3}"), "another body"),
        (fresh().replace(&digest("{\"n\":2}"), &digest("{\"n\":3}")), "another digest"),
        (fresh().replace("a=1 HTTP", "a=2 HTTP"), "another query"),
        (fresh().replace("POST /orders", "PUT /orders"), "another method"),
        (fresh().replace("Host: api.example", "Host: other.example"), "another host"),
        (fresh().replace("\"shared\"", "\"nobody\""), "an unknown key"),
        (fresh().replace(" \"content-digest\")", ")"), "the body is not signed"),
        (fresh().replace("Signature: one=:", "Signature: two=:"), "no signature of that name"),
        (fresh().replace(";created=", ";created=1"), "another time"),
        (signed("http://api.example", "{}", now() - 600), "too old"),
        (signed("http://api.example", "{}", now() + 600), "too early"),
        (signed("https://api.example", "{}", now()), "another scheme"),
    ] {
        assert_eq!(status(&stage.raw(bad, NEVER).await), 401, "{why}");
    }
    assert_eq!(status(&stage.raw(whole, NEVER).await), 200, "none of them used it up");
    let nobody = stage.get("/orders").await.1;
    assert!(status(&nobody) == 401 && nobody.contains("www-authenticate: Signature"), "{nobody}");
    let asked = "accept-signature: sig1=(\"@authority\" \"@method\" \"@path\" \"@query\" \"content-digest\");created;keyid";
    assert!(nobody.contains(asked), "{nobody}");
}

#[tokio::test]
async fn a_library_of_others_signs() {
    let Some(python) = tool("python/bin/python") else { return };
    let folder = Folder::new("message-library");
    let key = folder.0.join("public.jwk");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/message_client.py");
    let run = |arguments: &[&str]| Command::new(&python).arg(&script).args(arguments).output().unwrap();
    let made = run(&["make", &folder.0.display().to_string()]);
    if made.status.code() == Some(77) {
        println!("skipped: http-message-signatures is not installed (`cargo xtask tools`)");
        return;
    }
    assert!(made.status.success(), "{made:?}");
    let own = format!(
        ", {{ id = \"own\", algorithm = \"EdDSA\", public-key = {key:?}, subject = \"partner\", scopes = [\"write\"] }}"
    );
    let stage = Stage::new(&settings(&folder, "tag = \"orders\"", &own)).await;
    let folder = folder.0.display().to_string();
    for (tag, wanted) in [("orders", 200), ("other", 401)] {
        let signed = run(&["sign", &folder, tag]);
        assert!(signed.status.success(), "{signed:?}");
        let answer = raw(stage.address, &signed.stdout, NEVER).await;
        assert_eq!(status(&answer), wanted, "{tag}: {answer}");
    }
}

#[tokio::test]
async fn behind_a_proxy_that_ends_tls() {
    let folder = Folder::new("message-proxy");
    let own = settings(&folder, "", "");
    let trusted = format!("[client-address]\ntrusted = [\"127.0.0.0/8\"]\n{own}");
    let stage = Stage::new(&trusted).await;
    let at = now();
    let with = |fields: &str, host: &str, back: u64| {
        let text = signed("https://shop.example", "{}", at - back);
        text.replace("Host: shop.example", &format!("Host: {host}\r\n{fields}"))
    };
    assert_eq!(status(&stage.raw(with("X-Forwarded-Proto: https", "shop.example", 1), NEVER).await), 200);
    assert_eq!(status(&stage.raw(with("X-Other: 1", "shop.example", 2), NEVER).await), 401, "plain http");
    let twice = with("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http", "shop.example", 3);
    assert_eq!(status(&stage.raw(twice, NEVER).await), 401, "two say nothing");
    let hidden = with("X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example", "inner", 4);
    assert_eq!(status(&stage.raw(hidden, NEVER).await), 401, "nobody said that this field is the proxy's");

    let named = trusted.replace("[client-address]", "[client-address]\nhost-header = \"x-forwarded-host\"");
    let stage = Stage::new(&named).await;
    let hidden = with("X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example", "inner", 5);
    assert_eq!(status(&stage.raw(hidden, NEVER).await), 200);

    let forwarded = trusted.replace("[client-address]", "[client-address]\nheader = \"forwarded\"");
    let stage = Stage::new(&forwarded).await;
    let said = |element: &str, back| with(&format!("Forwarded: {element}"), "inner", back);
    let good = "for=192.0.2.7;proto=https;host=shop.example";
    assert_eq!(status(&stage.raw(said(good, 6), NEVER).await), 200);
    let own = format!("for=1.1.1.1;proto=https;host=shop.example, {}", good.replace("shop", "inner"));
    assert_eq!(status(&stage.raw(said(&own, 7), NEVER).await), 401, "what the client put before it");
    let open = format!("for=\"[::1;proto=https, {good}");
    assert_eq!(status(&stage.raw(said(&open, 8), NEVER).await), 200, "an open quotation mark hides nothing");

    let stage = Stage::new(&own_settings(&folder)).await;
    assert_eq!(
        status(&stage.raw(with("X-Forwarded-Proto: https", "shop.example", 9), NEVER).await),
        401,
        "from anybody else it is a claim"
    );
}

fn own_settings(folder: &Folder) -> String {
    settings(folder, "", "")
}

#[test]
fn odd_signers_are_refused() {
    let folder = Folder::new("message-odd");
    let check = |text: String| {
        let text = text.replace("{app}", "http://127.0.0.1:1");
        let config = gateway::Config::from_toml(&text, Path::new("")).map_err(|error| error.to_string())?;
        gateway::check(config).map_err(|error| error.to_string())
    };
    check(settings(&folder, "", "")).unwrap();
    let good = settings(&folder, "", "");
    for (text, place) in [
        (good.replace("HS256", "HS512"), "partner.keys.shared.algorithm"),
        (good.replace("HS256", "EdDSA"), "partner.keys.shared"),
        (settings(&folder, "window-seconds = 0", ""), "partner.window-seconds"),
        (settings(&folder, "components = []", ""), "partner.components"),
        (settings(&folder, "origin = \"api.example\"", ""), "partner.origin"),
        (
            settings(
                &folder,
                "",
                ", { id = \"shared\", algorithm = \"HS256\", secret = { env = \"PATH\" }, subject = \"x\" }",
            ),
            "keys.shared",
        ),
        (settings(&folder, "", ", { id = \"none\", algorithm = \"EdDSA\", subject = \"x\" }"), "public-key"),
    ] {
        let error = check(text).unwrap_err();
        assert!(error.contains(place), "{place}: {error}");
    }
}
