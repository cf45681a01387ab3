//! Who may call: tokens of issuers, Lambda authorizers, API keys and IAM, as far as a loopback address can tell.
use super::{Read, Web, event, message};
use crate::invocation::Asked;
use crate::pattern::wild;
use crate::plan::{Authorizer, Route, WayKind};
use crate::wire::{self, Reply};
use access::jwks::KeySet;
use access::jwt::{Issuer, Verifier};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

impl Web {
    /// What is known of the caller, or the refusal.
    pub(super) async fn authorize(&self, route: &Route, read: &Read) -> Result<Value, Box<Reply>> {
        let refused = || Box::new(message(401, "Unauthorized"));
        match route.auth.as_str() {
            "none" | "" => Ok(Value::Null),
            "api-key" => match wire::header(&read.headers, "x-api-key") {
                Some(_) => Ok(Value::Null),
                None => Err(Box::new(message(403, "Forbidden"))),
            },
            "iam" => match wire::header(&read.headers, "authorization") {
                Some(text) if text.starts_with("AWS4-HMAC-SHA256 ") => Ok(Value::Null),
                _ => Err(Box::new(message(403, "Missing Authentication Token"))),
            },
            "jwt" | "user-pool" => {
                let authorizer = route.authorizer.clone().unwrap_or_default();
                let name = authorizer.header.as_deref().unwrap_or("authorization").to_ascii_lowercase();
                let token = wire::header(&read.headers, &name).ok_or_else(refused)?;
                let token = token.strip_prefix("Bearer ").unwrap_or(token);
                let claims = self.claims(token, &authorizer).await.ok_or_else(refused)?;
                Ok(match self.way.kind {
                    WayKind::Rest => json!({"claims": claims}),
                    _ => json!({"jwt": {"claims": claims, "scopes": null}}),
                })
            }
            "custom" => match route.authorizer.clone() {
                Some(authorizer) if authorizer.function.is_some() => self.ask(&authorizer, route, read).await,
                _ => Err(refused()),
            },
            _ => Err(refused()),
        }
    }

    /// The claims of a token that its issuer signed and that is in force.
    async fn claims(&self, token: &str, authorizer: &Authorizer) -> Option<Value> {
        let issuer = authorizer.issuer.as_deref()?;
        let claims = decoded(token)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let audience = text("aud").or_else(|| text("client_id"))?;
        if !authorizer.audiences.is_empty() && !authorizer.audiences.iter().any(|one| one == audience) {
            return None;
        }
        let mut config = Issuer::new(issuer, audience);
        if text("aud").is_none() {
            config.audience_claim = Some("client_id".to_owned());
        }
        let keys = KeySet::read(&self.cloud.as_ref()?.keys_of(issuer).await?).ok()?;
        let verifier = Verifier::new(config).ok()?;
        verifier.verify(token, &keys, crate::clock::now_ms() / 1000).ok()?;
        Some(claims)
    }

    /// Asks a Lambda authorizer.
    async fn ask(&self, authorizer: &Authorizer, route: &Route, read: &Read) -> Result<Value, Box<Reply>> {
        let refused = || Box::new(message(401, "Unauthorized"));
        let forbidden = || {
            let rest = self.way.kind == WayKind::Rest;
            let text = if rest { "User is not authorized to access this resource" } else { "Forbidden" };
            Box::new(message(403, text))
        };
        let settings = &self.shared.settings;
        let arn = format!(
            "arn:aws:execute-api:{}:{}:{}/{}/{}{}",
            settings.region, settings.account, self.way.id, self.way.stage, read.method, read.path
        );
        let name = authorizer.header.as_deref().unwrap_or("authorization").to_ascii_lowercase();
        let token = wire::header(&read.headers, &name);
        if authorizer.header.is_some() && token.is_none() {
            return Err(refused());
        }
        let event = if authorizer.kind.eq_ignore_ascii_case("TOKEN") {
            json!({"type": "TOKEN", "authorizationToken": token, "methodArn": arn})
        } else {
            let mut event = event::build(&self.way, route, read, settings);
            if let Some(event) = event.as_object_mut() {
                event.remove("body");
                event.insert("type".to_owned(), json!("REQUEST"));
                event.insert("methodArn".to_owned(), json!(arn));
                event.insert("routeArn".to_owned(), json!(arn));
                event.insert("identitySource".to_owned(), json!(token.into_iter().collect::<Vec<_>>()));
            }
            event
        };
        let pool = authorizer.function.as_ref().and_then(|node| self.pools.get(node)).ok_or_else(refused)?;
        let asked =
            Asked { payload: event.to_string().into(), source: "authorizer".to_owned(), ..Asked::default() };
        let finished =
            pool.invoke(asked).await.map_err(|_| Box::new(message(500, "Internal Server Error")))?;
        let (body, error) = finished.whole().await;
        let answer: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if error.is_some() {
            let said = answer.get("errorMessage").and_then(Value::as_str);
            return Err(if said == Some("Unauthorized") {
                refused()
            } else {
                Box::new(message(500, "Internal Server Error"))
            });
        }
        let context = answer.get("context").cloned().unwrap_or_else(|| json!({}));
        let allowed = match answer.get("isAuthorized").and_then(Value::as_bool) {
            Some(allowed) => allowed,
            None => allows(&answer, &arn),
        };
        if !allowed {
            return Err(forbidden());
        }
        Ok(match self.way.kind {
            WayKind::Rest => {
                let mut context = context;
                if let Some(context) = context.as_object_mut() {
                    context.insert(
                        "principalId".to_owned(),
                        answer.get("principalId").cloned().unwrap_or(json!("user")),
                    );
                }
                context
            }
            _ => json!({"lambda": context}),
        })
    }
}

/// Whether the policy of an authorizer allows a call.
fn allows(answer: &Value, arn: &str) -> bool {
    let Some(document) = answer.get("policyDocument") else { return false };
    let statements = match document.get("Statement") {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return false,
    };
    let about = |statement: &Value, effect: &str| {
        let list = |name: &str| match statement.get(name) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(one)) => vec![one.clone()],
            _ => Vec::new(),
        };
        let fits = |patterns: Vec<String>, text: &str| patterns.iter().any(|pattern| wild(pattern, text));
        statement.get("Effect").and_then(Value::as_str) == Some(effect)
            && fits(list("Action"), "execute-api:Invoke")
            && fits(list("Resource"), arn)
    };
    statements.iter().any(|one| about(one, "Allow")) && !statements.iter().any(|one| about(one, "Deny"))
}

/// The claims of a token, unverified.
fn decoded(token: &str) -> Option<Value> {
    let part = token.split('.').nth(1)?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
