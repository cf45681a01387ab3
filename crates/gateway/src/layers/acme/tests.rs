//! Settings, due dates, files.
use super::*;
use std::path::Path;

fn built(acme: &str) -> Result<Acme, String> {
    let config =
        Config::from_toml(&format!("[acme]\n{acme}"), Path::new("")).map_err(|error| error.to_string())?;
    Acme::build(&config, None).map_err(|error| error.to_string())
}

#[test]
fn settings_are_checked() {
    let names = "certificate = { main = [\"a.example\"] }";
    assert!(built("").is_ok(), "off");
    for (settings, wanted) in [
        ("accept-terms = true".to_owned(), "none is named"),
        (names.to_owned(), "accept-terms"),
        (format!("accept-terms = true\n{names}"), "acme.folder"),
        (
            format!("accept-terms = true\nfolder = \"f\"\ndirectory = \"http://a.example\"\n{names}"),
            "directory",
        ),
        (
            "accept-terms = true\nfolder = \"f\"\ncertificate = { main = [\"*.example\"] }".to_owned(),
            "wildcards",
        ),
        (
            "accept-terms = true\nfolder = \"f\"\ncertificate = { \"../x\" = [\"a.example\"] }".to_owned(),
            "letters",
        ),
        ("accept-terms = true\nfolder = \"f\"\ncertificate = { main = [] }".to_owned(), "no host name"),
        ("terms = true".to_owned(), "unknown field"),
    ] {
        let error = built(&settings).unwrap_err();
        assert!(error.contains(wanted), "{settings}: {error}");
    }
}

#[test]
fn failures_make_pauses_longer() {
    assert_eq!([1, 2, 3].map(back_off), [300, 600, 1200]);
    assert_eq!(back_off(u32::MAX), RETRY_SECONDS_MAX);
}

#[test]
fn a_certificate_is_due_after_two_thirds_of_its_life() {
    let folder = std::env::temp_dir().join(format!("buckler-acme-{}", std::process::id()));
    let path = folder.join("main.pem");
    let hosts = ["a.example".to_owned()];
    assert!(files::is_due(&path, &hosts, 0), "none is there");
    files::stand_in(&path, &hosts).unwrap();
    assert!(files::is_due(&path, &hosts, 1_800_000_000), "our own");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut of = rcgen::CertificateParams::new(Vec::new()).unwrap();
    of.distinguished_name.push(rcgen::DnType::CommonName, "authority");
    let authority = rcgen::Issuer::new(of, rcgen::KeyPair::generate().unwrap());
    let mut wanted = rcgen::CertificateParams::new(hosts.to_vec()).unwrap();
    wanted.not_before = rcgen::date_time_ymd(2027, 1, 1);
    wanted.not_after = rcgen::date_time_ymd(2027, 4, 1);
    let made = wanted.signed_by(&key, &authority).unwrap();
    files::write(&path, format!("{}{}", made.pem(), key.serialize_pem()).as_bytes()).unwrap();
    // 2027-01-01 is 1,798,761,600; the life is 90 days.
    let begins = 1_798_761_600;
    assert!(!files::is_due(&path, &hosts, begins + 59 * 86_400));
    assert!(files::is_due(&path, &hosts, begins + 60 * 86_400));
    assert!(files::is_due(&path, &["b.example".to_owned()], begins));
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::remove_dir_all(&folder).unwrap();
}
