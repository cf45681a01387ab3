//! Questions that many checks of stores ask.
use model::{App, Data, Kind, Node, Relation, Tri, Value};

/// Whether an attribute says anything: an empty text or list says nothing.
pub(crate) fn written(node: &Node, attr: &str) -> bool {
    node.get(attr).is_some_and(|value| match &value.data {
        Data::Text(text) => !text.is_empty(),
        Data::List(items) => !items.is_empty(),
        Data::Map(entries) => !entries.is_empty(),
        _ => true,
    })
}

/// Whether the attribute's text is one of these, without regard to case; `False` when not set.
pub(crate) fn one_of(node: &Node, attr: &str, expected: &[&str]) -> Tri {
    Tri::any(expected.iter().map(|text| node.is(attr, text)))
}

/// Whether a list holds one of these texts; unknown when the list is, or an entry that could be one.
pub(crate) fn holds(node: &Node, attr: &str, expected: &[&str]) -> Tri {
    Tri::any(node.list(attr).iter().map(|item| match &item.data {
        Data::Text(text) => expected.iter().any(|word| text.eq_ignore_ascii_case(word)).into(),
        Data::Unknown(_) | Data::Joined(_) | Data::Ref(_) => Tri::Unknown,
        _ => Tri::False,
    }))
}

/// Whether a number is below `least`; `absent` is what the provider takes when nothing is said.
pub(crate) fn below(node: &Node, attr: &str, least: i64, absent: i64) -> Tri {
    match node.get(attr) {
        None => (absent < least).into(),
        Some(value) => value.as_int().map_or(Tri::Unknown, |number| (number < least).into()),
    }
}

/// A parameter of a parameter group.
pub(crate) fn parameter<'a>(group: &'a Node, name: &str) -> Option<&'a Value> {
    group.get("values").and_then(|values| values.get(name))
}

/// Whether a parameter group of this PostgreSQL database says which statements are logged.
pub(crate) fn logs_statements(app: &App, database: &Node) -> bool {
    let mut groups =
        app.targets(database, Relation::Uses).filter(|group| group.kind == Kind::DatabaseParameters);
    groups.any(|group| {
        ["log_statement", "log_min_duration_statement"].iter().all(|name| parameter(group, name).is_some())
    })
}

/// Text that stands in the template as it is: not empty, and no reference that the deployer resolves.
pub(crate) fn is_plain_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let text = text.trim();
        !text.is_empty() && !text.contains("{{resolve:") && !text.contains("${")
    })
}

/// The name of something that is probably secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "password",
        "passwd",
        "secret",
        "apikey",
        "accesskey",
        "privatekey",
        "credential",
        "authtoken",
        "accesstoken",
        "connectionstring",
    ];
    // Names and addresses of secrets are no secrets.
    const POINTERS: &[&str] = &["arn", "name", "id", "url", "uri", "path", "endpoint", "username"];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let last = name.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let points = POINTERS.iter().any(|word| last.eq_ignore_ascii_case(word)) || plain.ends_with("arn");
    !points && WORDS.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_that_point_at_them() {
        let secret: Vec<_> = [
            "/app/db-password",
            "STRIPE_API_KEY",
            "/app/secret-arn",
            "secretName",
            "/app/stage",
            "db/secret/id",
        ]
        .into_iter()
        .filter(|name| sounds_secret(name))
        .collect();
        assert_eq!(secret, ["/app/db-password", "STRIPE_API_KEY", "secretName"]);
    }
}
