//! One order at an authority: account, challenges, certificate.
use super::{Acme, Settings, Tokens, files, locked};
use crate::config::Config;
use crate::layers::waf::read_file;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, LetsEncrypt, NewAccount,
    NewOrder, OrderStatus, RetryPolicy,
};
use std::time::Duration;

/// For everything of one certificate.
const TIME: Duration = Duration::from_mins(5);

/// The address of the authority's directory.
pub(super) fn directory(settings: &Settings) -> String {
    match settings.directory.as_deref() {
        None | Some("production") => LetsEncrypt::Production.url().to_owned(),
        Some("staging") => LetsEncrypt::Staging.url().to_owned(),
        Some(address) => address.to_owned(),
    }
}

/// Answers that are given only while an order is under way.
struct Answers<'a> {
    tokens: &'a Tokens,
    given: Vec<String>,
}

impl Drop for Answers<'_> {
    fn drop(&mut self) {
        let mut tokens = locked(self.tokens);
        for token in &self.given {
            tokens.remove(token);
        }
    }
}

/// Gets a certificate for these hosts: its chain and key in PEM.
///
/// # Errors
/// Why there is none, in words that hold no secret.
pub(super) async fn obtain(config: &Config, acme: &Acme, hosts: &[String]) -> Result<String, String> {
    match tokio::time::timeout(TIME, ordered(config, acme, hosts)).await {
        Ok(obtained) => obtained,
        Err(_) => Err(format!("no certificate within {} seconds", TIME.as_secs())),
    }
}

async fn ordered(config: &Config, acme: &Acme, hosts: &[String]) -> Result<String, String> {
    let account = account(config, &acme.settings).await?;
    let told = |error: instant_acme::Error| error.to_string();
    let names: Vec<Identifier> = hosts.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await.map_err(told)?;
    let mut answers = Answers { tokens: &acme.tokens, given: Vec::new() };
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(told)?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let Some(mut challenge) = authorization.challenge(ChallengeType::Http01) else {
            return Err("the authority offers no challenge over HTTP".to_owned());
        };
        let token = challenge.token.clone();
        locked(answers.tokens).insert(token.clone(), challenge.key_authorization().as_str().to_owned());
        answers.given.push(token);
        challenge.set_ready().await.map_err(told)?;
    }
    let status = order.poll_ready(&RetryPolicy::default()).await.map_err(told)?;
    if status != OrderStatus::Ready {
        return Err(format!(
            "the authority could not see the answer to its challenge at port 80 of each host (order {status:?})"
        ));
    }
    let told_of_key = |error: rcgen::Error| error.to_string();
    let key = rcgen::KeyPair::generate().map_err(told_of_key)?;
    let mut request = rcgen::CertificateParams::new(hosts.to_vec()).map_err(told_of_key)?;
    request.distinguished_name = rcgen::DistinguishedName::new();
    let request = request.serialize_request(&key).map_err(told_of_key)?;
    order.finalize_csr(request.der()).await.map_err(told)?;
    let chain = order.poll_certificate(&RetryPolicy::default()).await.map_err(told)?;
    Ok(format!("{}\n{}", chain.trim_end(), key.serialize_pem()))
}

/// The account at this directory; made where there is none yet.
async fn account(config: &Config, settings: &Settings) -> Result<Account, String> {
    let told = |error: instant_acme::Error| error.to_string();
    let directory = directory(settings);
    // An account is of one directory.
    let hash = access::encode::base64url(&access::encode::sha256(directory.as_bytes()));
    let path = files::certificate(config, settings, "account").with_file_name(format!("account.{hash}.json"));
    let builder = || match &settings.authorities {
        Some(path) => Account::builder_with_root(config.path(path)),
        None => Account::builder(),
    };
    let builder = builder().map_err(told)?;
    if path.exists() {
        let bytes = read_file(&path)?;
        let kept: AccountCredentials = serde_json::from_slice(&bytes)
            .map_err(|_| format!("`{}` is no account; remove it for a new one", path.display()))?;
        return builder.from_credentials(kept).await.map_err(told);
    }
    let contact: Vec<&str> = settings.contact.iter().map(String::as_str).collect();
    let wanted = NewAccount {
        contact: &contact,
        terms_of_service_agreed: settings.accept_terms,
        only_return_existing: false,
    };
    let (account, made) = builder.create(&wanted, directory, None).await.map_err(told)?;
    let bytes = serde_json::to_vec(&made).map_err(|error| error.to_string())?;
    files::write(&path, &bytes)?;
    Ok(account)
}
