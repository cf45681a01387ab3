//! The room is bounded, tags are compared as the standard says.
use super::*;

fn kept(bytes: usize) -> Kept {
    let request = Request::new(());
    let response = http::Response::builder().header("cache-control", "max-age=60").body(()).unwrap();
    Kept {
        policy: CachePolicy::new(&request, &response),
        headers: HeaderMap::new(),
        body: bytes::Bytes::from(vec![0; bytes]),
        until: UNIX_EPOCH,
    }
}

#[test]
fn the_room_is_never_overdrawn_and_the_oldest_goes_first() {
    let keep = Keep::new(10_000);
    for number in 0..50 {
        keep.put(format!("{}", number % 7), kept(1000));
        assert!(keep.bytes() <= 10_000);
    }
    keep.put("last".to_owned(), kept(1000));
    assert!(keep.get("last").is_some());
    assert!(keep.get("2").is_none(), "three fit");
    keep.remove("last");
    keep.put("huge".to_owned(), kept(20_000));
    assert!(keep.get("huge").is_none() && keep.get("last").is_none());
}

#[test]
fn tags_are_compared_weakly() {
    let named = |list: &'static str, tag: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static(list));
        names_tag(&headers, tag.as_bytes())
    };
    assert!(named("\"a\", W/\"b\"", "\"b\""));
    assert!(named("*", "\"x\""));
    assert!(!named("\"a\"", "\"b\""));
}
