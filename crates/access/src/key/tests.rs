//! Tests of API keys.
#![expect(clippy::string_slice, reason = "these texts are ASCII")]
use super::*;
use crate::testing::NOW;

fn wanted() -> Record {
    Record {
        id: String::new(),
        world: World::Live,
        hash: String::new(),
        owner: "billing".to_owned(),
        note: String::new(),
        scopes: ["read".to_owned()].into(),
        roles: ["robot".to_owned()].into(),
        created: NOW,
        expires: Some(NOW + 1000),
        revoked: None,
        last_used: None,
        replaced_by: None,
    }
}

#[test]
fn a_key_is_made_kept_as_a_hash_and_opens() {
    for pepper in [None, Some(Secret::new("pepper"))] {
        let mut store = Store::read("", pepper.clone()).unwrap();
        let created = store.create(wanted()).unwrap();
        let text = created.text.text().unwrap();
        assert!(text.starts_with("bk_live_") && text.len() == 58, "{text}");
        let file = store.write().unwrap();
        assert!(!file.contains(&text[20..52]), "the secret is not in the file");
        let store = Store::read(&file, pepper).unwrap();
        let identity = store.verify(text, World::Live, NOW).unwrap();
        assert_eq!((identity.subject.as_str(), identity.credential), ("billing", created.id.clone()));
        assert_eq!(identity.method, crate::Method::ApiKey);
        assert_eq!(format!("{:?}", Key::read(text).unwrap()), format!("bk_live_{}…", created.id));
    }
}

#[test]
fn the_checksum_is_the_one_of_zlib() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(check(""), "000000");
}

#[test]
fn keys_that_open_nothing() {
    let mut store = Store::default();
    let created = store.create(wanted()).unwrap();
    let text = created.text.text().unwrap().to_owned();
    let id = created.id;
    let refused = |text: &str, now| store.verify(text, World::Live, now).unwrap_err();
    assert_eq!(refused(&text, NOW + 1000), KeyError::Expired { id: id.clone(), ended: NOW + 1000 });
    assert_eq!(store.verify(&text, World::Test, NOW).unwrap_err(), KeyError::World(id.clone()));
    for at in 8..text.len() {
        let letter = if &text[at..=at] == "a" { "b" } else { "a" };
        let mut changed = text.clone();
        changed.replace_range(at..=at, letter);
        assert_eq!(refused(&changed, NOW), KeyError::Checksum, "{at}");
    }
    for bad in [
        "",
        "bk_",
        "bk_live_",
        "bk_prod_x",
        &text[..57],
        &format!("{text}0"),
        &text.to_uppercase(),
        &format!(" {text}"),
        &text.replace("bk_live", "bk_lіve"),
    ] {
        assert_eq!(refused(bad, NOW), KeyError::Form, "{bad}");
    }
    let (other, unknown) = Key::generate(World::Live).unwrap();
    assert_eq!(refused(unknown.text().unwrap(), NOW), KeyError::Unknown(other.id));
    let body = format!("bk_live_{id}{}", "A".repeat(SECRET_LETTERS));
    assert_eq!(refused(&format!("{body}{}", check(&body)), NOW), KeyError::Secret(id));
}

#[test]
fn rotation_overlaps_and_revocation_is_at_once() {
    let mut store = Store::default();
    let old = store.create(wanted()).unwrap();
    let new = store.rotate(&old.id, 100, NOW + 500).unwrap();
    let opens =
        |store: &Store, key: &Created, now| store.verify(key.text.text().unwrap(), World::Live, now).is_ok();
    assert!(opens(&store, &old, NOW + 599) && opens(&store, &new, NOW + 599));
    assert!(!opens(&store, &old, NOW + 600) && opens(&store, &new, NOW + 1499));
    assert!(!opens(&store, &new, NOW + 1500), "it lives as long as the old one did");
    store.revoke(&new.id, NOW + 700).unwrap();
    assert!(!opens(&store, &new, NOW + 700));
    assert_eq!(store.rotate("nobody", 1, NOW).unwrap_err(), FileError::Absent("nobody".to_owned()));
    store.used(&old.id, NOW + 5);
    store.used(&old.id, NOW + 3);
    assert_eq!(store.records()[&old.id].last_used, Some(NOW + 5));
    assert_eq!(store.records()[&old.id].replaced_by, Some(new.id));
}

#[test]
fn files_are_read_strictly() {
    let hash = format!("sha256:{}", crate::encode::base64url(&[1; 32]));
    let good = format!("[[key]]\nid = 'a'\nhash = '{hash}'\nowner = 'o'\ncreated = 1\n");
    assert!(Store::read(&good, None).is_ok());
    assert_eq!(Store::read(&format!("{good}{good}"), None).unwrap_err(), FileError::Twice("a".to_owned()));
    assert!(matches!(Store::read(&good.replace("sha256", "md5"), None).unwrap_err(), FileError::Hash { .. }));
    assert!(matches!(
        Store::read(&good.replace("AQE'", "'"), None).unwrap_err(),
        FileError::Hash { .. } | FileError::Syntax(_)
    ));
    assert_eq!(
        Store::read(&good.replace("sha256", "hmac-sha256"), None).unwrap_err(),
        FileError::Pepper("a".to_owned())
    );
    assert!(matches!(Store::read(&good.replace("owner", "ower"), None).unwrap_err(), FileError::Syntax(_)));
}

#[test]
fn letters_are_fair() {
    let text = letters(62 * 400).unwrap();
    for letter in ALPHABET {
        let count = text.bytes().filter(|byte| byte == letter).count();
        assert!((250..550).contains(&count), "{}: {count}", char::from(*letter));
    }
}
