//! One record.
use serde_json::Value as Json;

/// What of a record matters here.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) time: String,
    /// `dynamodb`: the source without `.amazonaws.com`.
    pub(super) source: String,
    pub(super) name: String,
    error: String,
    pub(super) message: String,
    pub(super) region: String,
    pub(super) account: String,
    /// `None` for services and callers of other accounts.
    pub(super) caller: Option<Caller>,
    pub(super) parameters: Json,
    /// ARNs.
    pub(super) resources: Vec<String>,
}

/// Who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The ARN of the role or user.
    pub(super) key: String,
    pub(super) name: String,
    /// `""` when there is none.
    pub(super) session: String,
}

impl Event {
    /// `None` when it is no record.
    pub(super) fn read(record: &Json) -> Option<Self> {
        let text = |name: &str| get(record, name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (source, name) = (text("eventSource"), text("eventName"));
        if source.is_empty() || name.is_empty() {
            return None;
        }
        let identity = get(record, "userIdentity").unwrap_or(&Json::Null);
        let account = Some(text("recipientAccountId")).filter(|account| !account.is_empty());
        let account =
            account.or_else(|| get(identity, "accountId").and_then(Json::as_str).map(str::to_owned));
        let resources = get(record, "resources").and_then(Json::as_array).into_iter().flatten();
        let resources = resources.filter_map(|resource| get(resource, "ARN").and_then(Json::as_str));
        let resources = resources.filter(|arn| arn.starts_with("arn:")).map(str::to_owned).collect();
        Some(Self {
            time: text("eventTime"),
            source: source.strip_suffix(".amazonaws.com").unwrap_or(&source).to_ascii_lowercase(),
            name: bare(&name).to_owned(),
            error: text("errorCode"),
            message: text("errorMessage"),
            region: text("awsRegion"),
            account: account.unwrap_or_default(),
            caller: caller(identity),
            parameters: get(record, "requestParameters").cloned().unwrap_or(Json::Null),
            resources,
        })
    }

    /// The caller had no permission. Other errors come after that was asked.
    pub(super) fn is_denied(&self) -> bool {
        let code = self.error.to_ascii_lowercase();
        ["accessdenied", "unauthorized", "notauthorized", "authorizationerror", "forbidden"]
            .iter()
            .any(|word| code.contains(word))
    }
}

/// A field, whatever the case of its name: Athena's columns are in lower case.
pub(super) fn get<'a>(map: &'a Json, name: &str) -> Option<&'a Json> {
    let map = map.as_object()?;
    map.get(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// `Invoke20150331`, `UpdateFunctionCode20150331v2` and `CreateDistribution2020_05_31` without the API's version.
fn bare(name: &str) -> &str {
    let unversioned = name.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '_');
    // `v2` and `V2` after a date; `ListObjectsV2` is a name.
    let tail = name.get(unversioned.len()..).unwrap_or_default();
    let stem = match unversioned.strip_suffix(['v', 'V']) {
        Some(stem) if tail.len() <= 2 => stem,
        _ => unversioned,
    };
    let without = stem.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '_');
    let digits = name.get(without.len()..).unwrap_or_default();
    let date = digits.chars().take_while(|sign| sign.is_ascii_digit() || *sign == '_');
    if date.filter(char::is_ascii_digit).count() >= 8 { without } else { name }
}

fn caller(identity: &Json) -> Option<Caller> {
    let text = |name: &str| get(identity, name).and_then(Json::as_str).unwrap_or_default();
    let issuer = get(identity, "sessionContext").and_then(|context| get(context, "sessionIssuer"));
    let issuer =
        |name: &str| issuer.and_then(|issuer| get(issuer, name)).and_then(Json::as_str).unwrap_or_default();
    let arn = text("arn");
    let mut parts = arn.split('/');
    let head = parts.next().unwrap_or_default();
    if head.ends_with(":assumed-role") {
        let role = parts.next().unwrap_or_default().to_owned();
        let session = parts.collect::<Vec<_>>().join("/");
        let key = Some(issuer("arn"))
            .filter(|arn| !arn.is_empty())
            .map_or_else(|| role_arn(arn, &role), str::to_owned);
        return Some(Caller { key, name: role, session });
    }
    match text("type") {
        "AWSService" | "AWSAccount" | "AWS" => None,
        "Root" => Some(Caller { key: arn.to_owned(), name: "root".to_owned(), session: String::new() }),
        _ => {
            let name = [text("userName"), issuer("userName")].into_iter().find(|name| !name.is_empty());
            let name = name.or_else(|| arn.rsplit('/').next()).unwrap_or_default().to_owned();
            // Calls that a service makes for a user name the user and no ARN.
            let account = text("accountId");
            let user = text("type") == "IAMUser" && !name.is_empty() && !account.is_empty();
            let made = if user { format!("arn:aws:iam::{account}:user/{name}") } else { name.clone() };
            let key = [arn, issuer("arn"), &made].into_iter().find(|key| !key.is_empty())?.to_owned();
            Some(Caller { key, name, session: String::new() })
        }
    }
}

/// The role behind a session, as far as its ARN tells: the path is not part of it.
fn role_arn(session: &str, role: &str) -> String {
    let mut parts = session.split(':');
    let (partition, account) = (parts.nth(1).unwrap_or("aws"), parts.nth(2).unwrap_or_default());
    format!("arn:{partition}:iam::{account}:role/{role}")
}
