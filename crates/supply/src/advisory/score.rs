//! CVSS vectors to scores, words to severities.
use std::str::FromStr as _;

/// The base score of a vector of CVSS 3 or 4; `None` when it is none.
pub(super) fn of_vector(vector: &str) -> Option<f64> {
    if vector.len() > 512 {
        return None;
    }
    let score = cvss::Cvss::from_str(vector.trim()).ok()?.score();
    Some((score * 10.0).round() / 10.0)
}

/// A database's word as one of ours.
pub(super) fn of_word(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "low" => Some("low"),
        "moderate" | "medium" => Some("medium"),
        "high" => Some("high"),
        "critical" => Some("critical"),
        _ => None,
    }
}
