use super::*;

fn of(arguments: &[&str]) -> Form {
    form(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
}

fn exec(arguments: &[&str]) -> Form {
    Form::Exec(arguments.iter().map(OsString::from).collect())
}

#[test]
fn the_name_says_what_to_do() {
    assert_eq!(
        of(&["/opt/buckler-exec", "/var/lang/bin/python3", "-x"]),
        exec(&["/var/lang/bin/python3", "-x"])
    );
    assert_eq!(of(&["/opt/buckler-exec", "exec"]), exec(&["exec"]));
    assert_eq!(of(&["/opt/bootstrap"]), Form::Bootstrap);
    assert_eq!(of(&["/opt/extensions/buckler-guard"]), Form::Extension);
}

#[test]
fn the_first_argument_says_what_to_do() {
    assert_eq!(of(&["buckler-guard", "exec", "--", "node", "x"]), exec(&["node", "x"]));
    assert_eq!(of(&["buckler-guard", "exec", "node"]), exec(&["node"]));
    assert!(matches!(of(&["buckler-guard", "exec", "--"]), Form::Wrong(_)));
    assert!(matches!(of(&["buckler-guard"]), Form::Wrong(_)));
    assert_eq!(of(&["buckler-guard", "--help"]), Form::Help);
}
