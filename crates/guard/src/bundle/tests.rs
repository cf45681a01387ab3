use super::*;
use crate::settings::Variables;
use std::ffi::OsString;

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let variables: Variables =
        pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    Settings::read(&variables).unwrap()
}

#[test]
fn a_named_policy_that_is_missing_is_refused_unless_the_mode_says_otherwise() {
    let missing = [("BUCKLER_POLICY", "/nowhere/policy.json")];
    assert!(matches!(load(&settings(&missing)), Err(BundleError::Read { .. })));
    let lenient = load(&settings(&[missing[0], ("BUCKLER_MODE", "detect")])).unwrap();
    assert!(matches!(lenient.origin, Origin::Refused(_)));
    assert_eq!(lenient.function.mode, Mode::Detect);
    let strict = load(&settings(&[missing[0], ("BUCKLER_MODE", "block")]));
    assert!(strict.is_err());
}

#[test]
fn functions_are_found_by_the_names_that_deployments_give() {
    let mut bundle = default(&settings(&[("BUCKLER_FUNCTION", "Orders")]), Origin::Absent).bundle;
    let named = Function { deployed: Some("prod-billing".to_owned()), ..Function::default() };
    bundle.functions.insert("Billing".to_owned(), named);
    let found = |name: &str| find(&bundle, name);
    assert_eq!(found("Orders").as_deref(), Some("Orders"));
    assert_eq!(found("prod-billing").as_deref(), Some("Billing"));
    assert_eq!(found("shop-Orders-1KXZ0W2N7Q3L").as_deref(), Some("Orders"));
    assert_eq!(found("shop-Billing-1KXZ0W2N7Q3L"), None);
    assert_eq!(found("orders"), None);
}
