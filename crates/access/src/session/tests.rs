//! Tests of sessions.
#![expect(clippy::string_slice, reason = "these texts are ASCII")]
use super::*;
use crate::testing::NOW;

fn secret(byte: u8) -> Secret {
    Secret::new([byte; 32])
}

fn sessions(secrets: &[Secret]) -> Sessions {
    Sessions::new(Config::default(), secrets).unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity {
        subject: "alice".to_owned(),
        issuer: "https://issuer.example".to_owned(),
        method: Method::Jwt,
        scopes: BTreeSet::new(),
        roles: ["admin".to_owned()].into(),
        groups: BTreeSet::new(),
        authentication: Authentication::default(),
        claims: [("sid".to_owned(), "s1".into())].into(),
        expires: None,
        credential: "c".to_owned(),
    }
}

/// The pair that a browser sends back.
fn pair(header: &str) -> &str {
    header.split(';').next().unwrap()
}

#[test]
fn a_session_travels_sealed() {
    let sessions = sessions(&[secret(1)]);
    let session = Session::begin(&identity(), NOW).unwrap();
    let header = sessions.set(&session).unwrap();
    assert!(
        header.starts_with("__Host-buckler=")
            && header.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800")
    );
    assert!(!header.contains("alice"));
    let (opened, again) = sessions.open([pair(&header)].into_iter(), NOW + 10).unwrap();
    assert_eq!((opened, again), (session.clone(), None));
    let who = session.identity(sessions.ends(&session));
    assert_eq!(
        (who.method, who.expires, who.claims["sid"].as_str()),
        (Method::Session, Some(NOW + 1800), Some("s1"))
    );
    assert_ne!(header, sessions.set(&session).unwrap(), "a new nonce each time");
    assert_ne!(session.id, Session::begin(&identity(), NOW).unwrap().id, "a new id with each login");
    assert!(!format!("{session:?} {sessions:?}").contains("s1"));
}

#[test]
fn sessions_end_by_idleness_and_absolutely() {
    let sessions = sessions(&[secret(1)]);
    let session = Session::begin(&identity(), NOW).unwrap();
    let mut header = sessions.set(&session).unwrap();
    assert_eq!(sessions.open([pair(&header)].into_iter(), NOW + 1800).unwrap_err(), SessionError::Idle);
    let mut now = NOW;
    while now < NOW + 43_000 {
        now += 1000;
        let (_, again) = sessions.open([pair(&header)].into_iter(), now).unwrap();
        header = again.unwrap();
    }
    assert_eq!(sessions.open([pair(&header)].into_iter(), NOW + 43_200).unwrap_err(), SessionError::Ended);
}

#[test]
fn keys_are_rotated() {
    let header = sessions(&[secret(1)]).set(&Session::begin(&identity(), NOW).unwrap()).unwrap();
    let both = sessions(&[secret(2), secret(1)]);
    let (_, again) = both.open([pair(&header)].into_iter(), NOW + 200).unwrap();
    let new = sessions(&[secret(2)]);
    assert!(new.open([pair(&again.unwrap())].into_iter(), NOW + 200).is_ok());
    assert_eq!(new.open([pair(&header)].into_iter(), NOW).unwrap_err(), SessionError::Sealed);
    assert_eq!(Sessions::new(Config::default(), &[]).unwrap_err(), SessionError::Secret);
    assert_eq!(Sessions::new(Config::default(), &[Secret::new([1; 31])]).unwrap_err(), SessionError::Secret);
}

#[test]
fn changed_and_foreign_cookies() {
    let sessions = sessions(&[secret(1)]);
    let header = sessions.set(&Session::begin(&identity(), NOW).unwrap()).unwrap();
    let good = pair(&header);
    for at in "__Host-buckler=".len()..good.len() {
        let mut bad = good.to_owned();
        bad.replace_range(at..=at, if &good[at..=at] == "A" { "B" } else { "A" });
        assert_eq!(sessions.open([bad.as_str()].into_iter(), NOW).unwrap_err(), SessionError::Sealed, "{at}");
        assert!(sessions.open([&good[..at]].into_iter(), NOW).is_err());
    }
    let twice = format!("{good}; {good}");
    assert_eq!(sessions.open([twice.as_str()].into_iter(), NOW).unwrap_err(), SessionError::Twice);
    assert_eq!(sessions.open([good, good].into_iter(), NOW).unwrap_err(), SessionError::Twice);
    assert_eq!(sessions.open(["a=b"].into_iter(), NOW).unwrap_err(), SessionError::Absent);
    let lower = good.replace("__Host", "__host");
    assert_eq!(sessions.open([lower.as_str()].into_iter(), NOW).unwrap_err(), SessionError::Absent);
    let other =
        sessions.sealer().seal("__Host-buckler-login", &Session::begin(&identity(), NOW).unwrap()).unwrap();
    let other = format!("__Host-buckler={other}");
    assert_eq!(
        sessions.open([other.as_str()].into_iter(), NOW).unwrap_err(),
        SessionError::Sealed,
        "of another purpose"
    );
    let large = Session { refresh: Some("r".repeat(4000)), ..Session::begin(&identity(), NOW).unwrap() };
    assert!(matches!(sessions.set(&large).unwrap_err(), SessionError::TooLarge(_)));
}

#[test]
fn csrf_tokens_are_of_one_session() {
    let sessions = sessions(&[secret(1)]);
    let (one, two) = (Session::begin(&identity(), NOW).unwrap(), Session::begin(&identity(), NOW).unwrap());
    assert_eq!(sessions.check_csrf(&one, Some(&sessions.csrf(&one))), Ok(()));
    for told in [None, Some(""), Some("x"), Some(&*sessions.csrf(&two))] {
        assert_eq!(sessions.check_csrf(&one, told), Err(SessionError::Csrf));
    }
}
