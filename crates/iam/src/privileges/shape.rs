//! Which resources a permission can be about at all, told from the shape of their ARNs.
use crate::Pattern;
use crate::catalogue::{self, Action};

/// Whether a resource means nothing to an action: a bucket to `s3:GetObject`, an index to `dynamodb:PutItem`.
///
/// A statement often names both, for actions of both kinds; the resource widens none of the other kind.
pub(super) fn means_nothing(action: &str, resource: &Pattern) -> bool {
    let Some(action) = catalogue::action(action) else { return false };
    let types = catalogue::resource_types(action);
    let own = resource.to_string();
    !types.is_empty() && own != "*" && types.iter().all(|one| !could_be(action, &own, one.arn))
}

/// Whether an ARN as written can be one of a type. Errs on the side of yes.
fn could_be(action: Action, own: &str, of_type: &str) -> bool {
    let (Some(own), Some(of_type)) = (path(own), path(of_type)) else { return true };
    let (mine, theirs) = (own.matches('/').count(), of_type.matches('/').count());
    if mine < theirs {
        return own.ends_with('*') || own.ends_with('}');
    }
    // Names of tables have no slash; those of objects and parameters may.
    let has_parts = action.service == "dynamodb";
    mine == theirs || !has_parts
}

/// The last part of an ARN, everything inside of `${…}` left out.
fn path(arn: &str) -> Option<String> {
    const PARTS: usize = 5;
    let mut colons = 0;
    let mut depth = 0_usize;
    let mut out = String::new();
    for sign in arn.chars() {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && colons < PARTS => {
                colons += 1;
                continue;
            }
            _ => {}
        }
        if colons == PARTS && (depth == 0 || sign == '{') {
            out.push(sign);
        }
    }
    (colons == PARTS).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_another_kind() {
        let nothing = |action: &str, arn: &str| means_nothing(action, &Pattern::parse(arn));
        let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
        assert!(!nothing("dynamodb:PutItem", table));
        assert!(nothing("dynamodb:PutItem", &format!("{table}/index/*")));
        assert!(!nothing("dynamodb:Query", &format!("{table}/index/*")));
        assert!(nothing("s3:GetObject", "arn:aws:s3:::uploads"));
        assert!(!nothing("s3:GetObject", "arn:aws:s3:::uploads*"));
        assert!(!nothing("s3:GetObject", "arn:aws:s3:::uploads/a/b/*"));
        assert!(!nothing("s3:GetObject", "*"));
        assert!(!nothing("s3:ListBucket", "arn:aws:s3:::uploads"));
    }
}
