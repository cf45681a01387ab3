//! Who the client is.
use super::*;
use http::HeaderValue;

fn layer(header: &str) -> Address {
    let nets: Vec<IpNet> =
        ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"].map(|net| net.parse().unwrap()).into();
    Address {
        trusted: Ranges::new(&nets),
        header: header.parse().unwrap(),
        shield: None,
        scheme_header: HeaderName::from_static("x-forwarded-proto"),
        host_header: None,
        fingerprint_from: None,
        fingerprint_header: None,
    }
}

fn check(header: &str, values: &[&str], expect: &str) {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let client = layer(header).client(&headers, "10.0.0.1".parse().unwrap()).0;
    assert_eq!(client.to_string(), expect, "{values:?}");
}

#[test]
fn the_nearest_address_that_is_not_trusted_is_the_client() {
    let header = "x-forwarded-for";
    check(header, &[], "10.0.0.1");
    check(header, &["203.0.113.5"], "203.0.113.5");
    check(header, &["1.1.1.1, 203.0.113.5"], "203.0.113.5");
    check(header, &["1.1.1.1, 203.0.113.5, 10.2.3.4"], "203.0.113.5");
    check(header, &["203.0.113.5", "192.0.2.7"], "203.0.113.5");
    check(header, &["203.0.113.5, junk"], "10.0.0.1");
    check(header, &["203.0.113.5, junk, 10.9.9.9"], "10.9.9.9");
    check(header, &["203.0.113.5:4711"], "203.0.113.5");
    check(header, &["[2001:db9::1]:80"], "2001:db9::1");
    check(header, &["::ffff:203.0.113.5"], "203.0.113.5");
}

#[test]
fn forwarded_is_read_too() {
    check("forwarded", &["for=1.1.1.1, for=203.0.113.5;proto=https;by=10.0.0.1"], "203.0.113.5");
    check("forwarded", &["for=\"[2001:db9::2]:4711\""], "2001:db9::2");
    check("forwarded", &["for=203.0.113.5, for=unknown"], "10.0.0.1");
}

#[test]
fn a_long_chain_ends() {
    let chain = vec!["10.0.0.2"; 1000].join(",");
    check("x-forwarded-for", &[&format!("203.0.113.5,{chain}")], "10.0.0.2");
}

#[test]
fn ranges_of_cdns_are_read() {
    assert_eq!(ranges("# a\n192.0.2.0/24\n2001:db8::1\n").unwrap().len(), 2);
    let amazon = r#"{"prefixes": [{"ip_prefix": "192.0.2.0/24", "service": "CLOUDFRONT_ORIGIN_FACING"}, {"ip_prefix": "198.51.100.0/24", "service": "EC2"}], "ipv6_prefixes": []}"#;
    assert_eq!(ranges(amazon).unwrap(), ["192.0.2.0/24".parse().unwrap()]);
    assert_eq!(
        ranges(r#"{"addresses": ["192.0.2.0/24"], "ipv6_addresses": ["2001:db8::/32"]}"#).unwrap().len(),
        2
    );
    assert!(ranges("{}").is_err() && ranges("nothing").is_err());
}

#[test]
fn a_byte_that_is_no_text_hides_no_proxy() {
    let layer = layer("x-forwarded-for");
    let mut fields = http::HeaderMap::new();
    fields.append("x-forwarded-for", HeaderValue::from_bytes(b"1.2.3.4\xff, 203.0.113.9, 10.0.0.2").unwrap());
    let client = layer.client(&fields, "10.0.0.1".parse().unwrap()).0;
    assert_eq!(client, "203.0.113.9".parse::<IpAddr>().unwrap());
}
