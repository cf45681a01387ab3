use super::*;
use crate::fetch::tests::served;
use crate::settings::Variables;
use policy::SigningKey;
use policy::signed::Algorithm;
use std::ffi::OsString;
use std::net::TcpListener;

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

#[test]
fn a_policy_at_an_address_is_fetched_and_never_an_older_one() {
    let folder = std::env::temp_dir().join(format!("buckler-bundle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (key, other) = [(); 2].map(|()| SigningKey::generate(Algorithm::EcdsaP256).unwrap()).into();
    let public = folder.join("policy.pub");
    std::fs::write(&public, key.public().to_pem()).unwrap();
    let now = clock::now_ms() / 1000;
    let issued = |ago: u64, mode: Mode, key: &SigningKey| {
        let mut bundle = default(&settings(&[("BUCKLER_FUNCTION", "F")]), Origin::Absent).bundle;
        (bundle.issued, bundle.expires) = (now - ago, now + 1_000);
        bundle.functions.get_mut("F").unwrap().mode = mode;
        signed::sign(&bundle, key).unwrap()
    };
    let layer = folder.join("layer.json");
    let loaded = |address: &str, in_layer: Option<Vec<u8>>| {
        match in_layer {
            Some(bytes) => std::fs::write(&layer, bytes).unwrap(),
            None => drop(std::fs::remove_file(&layer)),
        }
        let pairs = [
            ("BUCKLER_POLICY", address),
            ("BUCKLER_POLICY_KEY", public.to_str().unwrap()),
            ("BUCKLER_FUNCTION", "F"),
        ];
        let settings = Settings { policy: layer.clone(), ..settings(&pairs) };
        assert!(!format!("{settings:?}").contains("hidden"));
        load(&settings)
    };
    let at = |answers| format!("{}/policy.json?signature=hidden", served(answers));
    let fresh = || at(vec![(200, issued(10, Mode::Detect, &key))]);
    // Alone, and newer than the layer's.
    for in_layer in [None, Some(issued(20, Mode::Block, &key)), Some(b"damaged".to_vec())] {
        let loaded = loaded(&fresh(), in_layer).unwrap();
        assert_eq!((loaded.function.mode, loaded.origin), (Mode::Detect, Origin::Signed));
    }
    // Older than the layer's; not there; of nobody known; nobody listens: the layer's, and why.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, part) in [
        (fresh(), "before the layer's"),
        (at(vec![(404, Vec::new())]), "status 404"),
        (at(vec![(302, issued(10, Mode::Detect, &key))]), "status 302"),
        (at(vec![(200, issued(0, Mode::Detect, &other))]), "sign"),
        (at(vec![(200, vec![b'x'; signed::ENVELOPE_BYTES_MAX + 1])]), "fetched"),
        (format!("http://{nobody}/policy.json?signature=hidden"), "fetched"),
    ] {
        let loaded = loaded(&address, Some(issued(5, Mode::Block, &key))).unwrap();
        let Origin::Layer(why) = &loaded.origin else { panic!("{part}: {:?}", loaded.origin) };
        assert!(why.contains(part) && !why.contains("hidden"), "{why}");
        assert_eq!(loaded.function.mode, Mode::Block);
    }
    // Neither: the function does not start.
    let why = loaded(&at(vec![(500, Vec::new())]), None).unwrap_err().to_string();
    assert!(why.contains("status 500") && !why.contains("hidden"), "{why}");
    let forged = at(vec![(200, issued(0, Mode::Off, &other))]);
    assert!(matches!(loaded(&forged, None), Err(BundleError::Refused(_))));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_address_is_safe_and_its_policy_signed() {
    let read = |pairs: &[(&str, &str)]| {
        let variables: Variables = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Settings::read(&variables).map_err(|why| why.to_string())
    };
    for address in
        ["http://example.org/p", "https://user:s3cr3t@example.org/p", "ftp://example.org/p", "https://"]
    {
        let why = read(&[("BUCKLER_POLICY", address)]).unwrap_err();
        assert!(why.contains("https://") && !why.contains("s3cr3t"), "{why}");
    }
    let safe = ("BUCKLER_POLICY", "https://example.org/p");
    assert!(read(&[safe]).is_ok());
    assert!(read(&[safe, ("BUCKLER_POLICY_UNSIGNED", "1")]).unwrap_err().contains("signed"));
}
