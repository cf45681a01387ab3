//! Formats, where the suite of others leaves something open.
use super::Format;

#[test]
fn texts_have_their_format() {
    for (name, good, bad) in [
        (
            "date",
            &["2024-02-29", "0000-01-31"][..],
            &["2023-02-29", "2024-2-29", "2024-13-01", "2024-01-00", "2024-01-01x"][..],
        ),
        (
            "time",
            &["23:59:60Z", "00:59:60+01:00", "12:00:00.1-23:59"],
            &["24:00:00Z", "12:00:60Z", "12:00:00", "12:00:00.Z", "12:00:00+1:00", "12:00:00Zx"],
        ),
        ("date-time", &["1985-04-12t23:20:50.52z"], &["1985-04-12 23:20:50Z", "1985-04-12T", "T00:00:00Z"]),
        (
            "duration",
            &["P1Y2M3DT4H5M6S", "P4W", "PT1M", "P1DT1H"],
            &["P", "PT", "P1Y1D", "P1WT1H", "P1D2W", "PT1H1S", "1D", "P1"],
        ),
        (
            "email",
            &["a.b+c@x.example", "\"a b\\\"\"@x", "\"\"@x", "a@[127.0.0.1]", "a@[ipv6:::1]"],
            &["a", "a..b@x", ".a@x", "a b@x", "é@x", "a@[x]", "\"a\"\"@x", "a@-x", "@x"],
        ),
        (
            "hostname",
            &["a", "A-1.example", "xn--4gbwdl.xn--wgbh1c"],
            &["", "a.", "-a", "a_b", "é", "a..b", "ab--c", "xn--X", "xn--a-\u{e9}"],
        ),
        ("ipv4", &["127.0.0.1"], &["127.0.0.01", "1.2.3", "1.2.3.4/8"]),
        ("ipv6", &["::", "::ffff:1.2.3.4"], &["::1%eth0", "1:2", ":"]),
        (
            "uuid",
            &["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
            &[
                "2eb8aa08aa9811eab4aa73b441d16380",
                "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                "{2eb8aa08-aa98-11ea-b4aa-73b441d1}",
            ],
        ),
        (
            "uri-template",
            &["http://a/{+b,c:3}{?d*}", "'%20"],
            &["{", "}", "{}", "{a:0}", "{a b}", "%2", "a b", "{a..b}"],
        ),
        ("json-pointer", &["", "/a~0b~1/é", "/"], &["a", "/~", "/~2", "#/"]),
        ("relative-json-pointer", &["0", "1/a", "10#", "0#"], &["", "01", "#", "1#a", "-1", "1a"]),
        ("regex", &["^a(b|c)$"], &["^(abc]", "\\a"]),
    ] {
        let format = Format::of(name).expect("a format");
        assert_eq!(format.name(), name);
        good.iter().for_each(|text| assert!(format.fits(text), "{name} {text}"));
        bad.iter().for_each(|text| assert!(!format.fits(text), "{name} {text}"));
    }
    assert_eq!(Format::of("nonsense"), None);
}
