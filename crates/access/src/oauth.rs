//! OAuth 2.0: answers of a resource server, introspection, tokens that we fetch as a client.

/// The value of `WWW-Authenticate` (RFC 6750, section 3; RFC 9449, section 7.1). Empty members are left out; characters
/// that could end a quoted text are left out too.
#[must_use]
pub fn www_authenticate(scheme: &str, error: Option<&str>, members: &[(&str, &str)]) -> String {
    let members: Vec<String> = error
        .map(|error| ("error", error))
        .into_iter()
        .chain(members.iter().copied())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let value: String =
                value.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect();
            format!("{name}=\"{value}\"")
        })
        .collect();
    if members.is_empty() { scheme.to_owned() } else { format!("{scheme} {}", members.join(", ")) }
}
