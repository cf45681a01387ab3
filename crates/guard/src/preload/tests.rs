use super::*;

#[test]
fn rules_are_what_the_library_reads() {
    let mut function = Function::default();
    function.egress.hosts = Some(Vec::new());
    function.files.write = Some(["/mnt/*".to_owned()].into());
    function.environment.secrets.insert("DB_PASSWORD".to_owned());
    let places = Places {
        api_port: 9111,
        ports: vec![5000, 9001],
        platform_api: Some("127.0.0.1:9001".parse().unwrap()),
        ..Places::default()
    };
    let text = rules(&function, &places, Path::new("/opt/l.so"), 7);
    let text = String::from_utf8(text).unwrap();
    let fields: Vec<&str> = text.split(';').collect();
    assert_eq!(fields.len(), 9, "{text}");
    assert_eq!((fields[0], fields[2], fields[3], fields[7]), ("bhw", "7", "9111,5000", "/opt/l.so"));
    assert!(fields[4].split(':').any(|path| path == "/usr") && fields[5] == "/mnt/:/tmp", "{text}");
    assert!(fields[6].ends_with("DB_PASSWORD") && fields[6].starts_with("AWS_ACCESS_KEY_ID,"));
}
