//! OWASP DVSA, unmodified, with a local cloud: its legitimate flows. `BUCKLER_DVSA` names its folder, `BUCKLER_DVSA_PYTHON` an
//! interpreter with boto3 and jsonpickle, `BUCKLER_DVSA_PACKAGES` a folder with its Node packages, `BUCKLER_MOTO` one with moto.
use crate::support::{run, start};
use host::Aws;
use serde_json::{Value, json};
use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
fn variable(name: &str) -> Option<PathBuf> {
    let found = std::env::var(name).ok().map(PathBuf::from);
    if found.is_none() {
        println!("skipped: `{name}` is not set");
    }
    found
}

/// One request, blocking.
fn post(url: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body.to_string().as_bytes()).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
}

struct Cloud {
    endpoint: String,
    key: String,
}

impl Cloud {
    fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let signed = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.key
        );
        let headers = [
            ("authorization", signed.as_str()),
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        let (status, answer) = post(&format!("{}/", self.endpoint), &headers, body);
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// Makes a user, and gives its name and access token.
    fn user(&self, email: &str, admin: bool) -> (String, String) {
        let target = |name: &str| format!("AWSCognitoIdentityProviderService.{name}");
        let pools = self.call("cognito-idp", &target("ListUserPools"), &json!({"MaxResults": 5}));
        let pool = pools["UserPools"][0]["Id"].clone();
        let clients = self.call(
            "cognito-idp",
            &target("ListUserPoolClients"),
            &json!({"UserPoolId": pool, "MaxResults": 5}),
        );
        let client = clients["UserPoolClients"][0]["ClientId"].clone();
        let mut attributes = vec![json!({"Name": "email", "Value": email})];
        if admin {
            attributes.push(json!({"Name": "custom:is_admin", "Value": "true"}));
        }
        let made = self.call(
            "cognito-idp",
            &target("AdminCreateUser"),
            &json!({"UserPoolId": pool, "Username": email,
            "UserAttributes": attributes, "MessageAction": "SUPPRESS"}),
        );
        let name = made["User"]["Username"].as_str().unwrap().to_owned();
        self.call(
            "cognito-idp",
            &target("AdminSetUserPassword"),
            &json!({"UserPoolId": pool, "Username": email, "Password": "secret12", "Permanent": true}),
        );
        let signed_in = self.call(
            "cognito-idp",
            &target("AdminInitiateAuth"),
            &json!({"UserPoolId": pool,
            "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
            "AuthParameters": {"USERNAME": email, "PASSWORD": "secret12"}}),
        );
        self.call(
            "dynamodb",
            "DynamoDB_20120810.PutItem",
            &json!({"TableName": "DVSA-USERS-DB", "Item": {
            "userId": {"S": name}, "email": {"S": email}, "phone": {"S": "+1"}, "address": {"S": " "},
            "fullname": {"S": "A"}, "avatar": {"S": "x"}, "isAdmin": {"BOOL": admin}}}),
        );
        (name, signed_in["AuthenticationResult"]["AccessToken"].as_str().unwrap().to_owned())
    }
}

/// The flows of a customer and of an administrator.
fn flows(api: &str, cloud: &Cloud) {
    let (_, token) = cloud.user("customer@example.org", false);
    let (_, admin) = cloud.user("admin@example.org", true);
    let order = |token: &str, body: Value| {
        post(
            &format!("{api}/dvsa/order"),
            &[("authorization", token), ("content-type", "application/json")],
            &body,
        )
    };
    let ok = |body: Value| {
        let (status, answer) = order(&token, body.clone());
        assert_eq!((status, &answer["status"]), (200, &json!("ok")), "{body}: {answer}");
        answer
    };
    let made = ok(json!({"action": "new", "cart-id": "1", "items": {"1011": 1}}));
    let id = made["order-id"].clone();
    ok(json!({"action": "update", "order-id": id, "items": {"1011": 2, "1012": 1}}));
    assert_eq!(ok(json!({"action": "get", "order-id": id}))["order"]["itemList"]["1011"], 2);
    ok(json!({"action": "shipping", "order-id": id, "data": {"name": "O'Brien", "email": "a@example.org",
        "address": "Select Street 1; drop by eval()"}}));
    let paid = ok(json!({"action": "billing", "order-id": id,
        "data": {"ccn": "4242424242424242", "exp": "11/30", "cvv": "123"}}));
    assert_eq!(paid["amount"], 116);
    ok(json!({"action": "complete", "order-id": id}));
    assert_eq!(ok(json!({"action": "orders"}))["orders"][0]["order-id"], id);
    assert_eq!(ok(json!({"action": "account"}))["account"]["email"], "customer@example.org");
    ok(json!({"action": "feedback", "data": {"name": "Bob, who likes eval() and select * from users"}}));
    let (status, upload) = order(&token, json!({"action": "upload", "attachment": "pic.png"}));
    assert_eq!((status, upload["fields"]["key"].is_string()), (200, true), "{upload}");
    assert_eq!(order(&admin, json!({"action": "admin-orders", "data": {}})).1["status"], "ok");
    assert_eq!(order(&token, json!({"action": "admin-orders", "data": {}})).0, 403);
    let (status, total) =
        post(&format!("{api}/dvsa/total"), &[], &json!([{"itemId": "1011", "quantity": 1}]));
    assert_eq!((status, &total["total"]), (200, &json!(42.0)));
    for mail in [json!({"action": "inbox"}), json!({"action": "message", "msg-id": "1", "type": "text"})] {
        // Its mail service is on the internet; the answer is the function's own either way.
        assert_eq!(order(&token, mail).0, 200);
    }
}

#[test]
fn the_legitimate_flows_of_dvsa_run() {
    let (Some(folder), Some(python), Some(packages), Some(moto)) = (
        variable("BUCKLER_DVSA"),
        variable("BUCKLER_DVSA_PYTHON"),
        variable("BUCKLER_DVSA_PACKAGES"),
        variable("BUCKLER_MOTO"),
    ) else {
        return;
    };
    run(async {
        let running = start(&folder, |settings| {
            settings.aws = Aws::Local;
            settings.python = Some(python);
            settings.packages = vec![packages];
            settings.moto = Some(moto);
        })
        .await;
        let api = running.host.origins().next().unwrap().1.to_owned();
        let cloud =
            Cloud { endpoint: running.host.endpoint().to_owned(), key: running.host.owner_key().to_owned() };
        let done = tokio::task::spawn_blocking(move || flows(&api, &cloud)).await;
        running.host.stop().await;
        done.unwrap();
    });
}
