use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    Settings::read(&variables)
}

#[test]
fn nothing_said_is_strict() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.mode, None);
    assert!(!settings.policy_unsigned && !settings.policy_named);
    assert_eq!(settings.events, EventsTo::Output);
}

#[test]
fn a_misspelt_setting_is_an_error_that_helps() {
    let error = read(&[("BUCKLER_MODUS", "off")]).unwrap_err().to_string();
    assert_eq!(
        error,
        "`BUCKLER_MODUS` is not a setting of the guard; see `buckler-guard --help`, did you mean `BUCKLER_MODE`?"
    );
}

#[test]
fn values_are_read_or_refused() {
    assert_eq!(read(&[("BUCKLER_MODE", "detect")]).unwrap().mode, Some(Mode::Detect));
    assert!(read(&[("BUCKLER_MODE", "Detect")]).is_err());
    assert!(read(&[("BUCKLER_POLICY_UNSIGNED", "yes")]).is_err());
    assert_eq!(read(&[("BUCKLER_EVENTS", "fd:7")]).unwrap().events, EventsTo::Descriptor(7));
    assert_eq!(read(&[("BUCKLER_EVENTS", "file:/a:b")]).unwrap().events, EventsTo::File("/a:b".into()));
    assert!(read(&[("BUCKLER_EVENTS", "fd:1")]).is_err());
    assert!(read(&[("BUCKLER_PORT", "70000")]).is_err());
}
