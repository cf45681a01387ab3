//! A broad permission that somebody approved for a time: an entry of the review file.
use crate::{Date, Span};

/// One approval. Names may hold `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The function, as its template names it.
    pub function: String,
    /// The action as it is granted: `dynamodb:*`.
    pub action: String,
    /// The resource as it is granted; any when it is not said.
    pub resource: Option<String>,
    /// Who approved it.
    pub by: String,
    pub reason: String,
    /// The last day on which it counts.
    pub until: Date,
    /// The entry.
    pub at: Span,
}

impl Approval {
    /// Whether it still counts on this day.
    #[must_use]
    pub fn is_valid(&self, today: Date) -> bool {
        today <= self.until
    }

    /// Whether it is about this permission of this function, all of its resources included.
    #[must_use]
    pub fn covers(&self, function: &str, action: &str, resources: &[String]) -> bool {
        let names_resource = |resource: &String| match &self.resource {
            Some(pattern) => names(pattern, resource),
            None => true,
        };
        names(&self.function, function)
            && names(&self.action.to_ascii_lowercase(), &action.to_ascii_lowercase())
            && resources.iter().all(names_resource)
    }
}

/// Whether a text with `*` names another one. A star of the other text is a letter like others, so that an
/// approval of `s3:Get*` is none of `*`.
fn names(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval(function: &str, action: &str, resource: Option<&str>) -> Approval {
        Approval {
            function: function.to_owned(),
            action: action.to_owned(),
            resource: resource.map(str::to_owned),
            by: "jane".to_owned(),
            reason: "migration".to_owned(),
            until: Date::new(2026, 12, 31),
            at: Span::NONE,
        }
    }

    #[test]
    fn an_approval_counts_up_to_its_last_day() {
        let approval = approval("F", "s3:*", None);
        assert!(approval.is_valid(Date::new(2026, 12, 31)));
        assert!(!approval.is_valid(Date::new(2027, 1, 1)));
    }

    #[test]
    fn it_covers_what_it_names_and_no_more() {
        let star = ["*".to_owned()];
        assert!(approval("F", "s3:*", None).covers("F", "S3:*", &star));
        assert!(approval("Order*", "dynamodb:Get*", Some("*")).covers("OrderNew", "dynamodb:GetItem", &star));
        assert!(!approval("F", "s3:Get*", None).covers("F", "s3:*", &star));
        assert!(!approval("F", "s3:*", Some("${Uploads.Arn}")).covers("F", "s3:*", &star));
        assert!(!approval("F", "s3:*", None).covers("FF", "s3:*", &star));
        assert!(approval("a*b*c", "x", None).covers("a-b-b-c", "x", &star));
        assert!(!approval("ab*ba", "x", None).covers("aba", "x", &star));
    }
}
