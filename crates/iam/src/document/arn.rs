//! Shapes of ARNs that AWS refuses or reads in another way than they look.

/// What is wrong with a resource, and the next step.
pub(super) fn trouble(text: &str) -> Option<(&'static str, &'static str)> {
    if text.chars().all(|sign| sign == '*') && !text.is_empty() {
        return None;
    }
    if text.is_empty() {
        return Some(("is empty", "name an ARN, or `*`"));
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Some(("has white space at its ends or control signs in it", "remove them"));
    }
    // A variable can hold a whole ARN; a template's expression, too.
    if text.starts_with("${") {
        return None;
    }
    if !text.starts_with("arn:") {
        return Some(("is no ARN: it matches nothing", "begin it with `arn:`, or write `*`"));
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if parts.len() < 6 && !text.contains("${") {
        return Some((
            "has fewer than six parts: AWS puts `*` into the missing ones",
            "write all parts: `arn:aws:service:region:account:resource`",
        ));
    }
    if parts.get(2).is_some_and(|service| service.contains(['*', '?'])) {
        return Some(("has a wildcard in the service's name, which AWS refuses", "name the service"));
    }
    None
}
