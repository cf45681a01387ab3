//! Block lists against a slow and obvious search, and as text.
use std::net::Ipv4Addr;

use super::*;
use crate::{Authentication, Method};

fn config(text: &str) -> Config {
    toml::from_str(text).unwrap()
}

fn list(text: &str) -> BlockList {
    BlockList::new(&config(text), []).unwrap()
}

fn at(address: &str) -> Facts<'static> {
    Facts { address: Some(address.parse().unwrap()), ..Facts::default() }
}

fn reason(list: &BlockList, address: &str, now: u64) -> String {
    list.find(&at(address), now).map_or_else(|| "-".to_owned(), |blocked| blocked.reason.to_string())
}

#[test]
fn the_narrowest_live_prefix_tells_its_reason() {
    let list = list(
        "block = [
            { prefix = \"10.0.0.0/8\", reason = \"wide\" },
            { prefix = \"10.1.0.0/16\", reason = \"middle\", expires = 100 },
            { prefix = \"10.1.2.3\", reason = \"one\", expires = 50 },
            { prefix = \"2001:db8::/32\", reason = \"six\", expires = \"1970-01-01T00:01:40Z\" },
        ]",
    );
    assert_eq!(reason(&list, "10.1.2.3", 10), "one");
    assert_eq!(reason(&list, "10.1.2.3", 50), "middle");
    assert_eq!(reason(&list, "10.1.2.3", 100), "wide");
    assert_eq!(reason(&list, "::ffff:10.1.2.3", 100), "wide");
    assert_eq!(reason(&list, "11.0.0.0", 0), "-");
    assert_eq!(reason(&list, "2001:db8:ffff::1", 99), "six");
    assert_eq!(reason(&list, "2001:db8:ffff::1", 100), "-");
    let found = list.find(&at("10.1.9.9"), 1).unwrap();
    assert_eq!((found.target.to_string(), found.expires), ("prefix 10.1.0.0/16".to_owned(), Some(100)));
}

#[test]
fn who_is_allowed_is_let_in_but_not_with_a_blocked_token() {
    let who = Identity {
        subject: "alice".to_owned(),
        issuer: "https://login.example.org".to_owned(),
        method: Method::Jwt,
        scopes: [].into(),
        roles: [].into(),
        groups: [].into(),
        authentication: Authentication::default(),
        claims: [].into(),
        expires: None,
        credential: "sha256:abc".to_owned(),
    };
    let text = "block = [
            { prefix = \"10.0.0.0/8\" }, { fingerprint = \"t13d1516h2_8daaf6152771_b186095e22b6\" },
            { credential = \"sha256:abc\", reason = \"stolen\", expires = 100 },
            { identity = \"https://login.example.org alice\", reason = \"left\" },
        ]
        allow = [{ prefix = \"10.1.0.0/16\", expires = 50 }]";
    let list = list(text);
    let prints: &[&str] = &["x", "t13d1516h2_8daaf6152771_b186095e22b6"];
    let facts = |address: [u8; 4], identity, fingerprints| Facts {
        address: Some(address.into()),
        identity,
        fingerprints,
    };
    let told = |facts: Facts<'_>, now| list.find(&facts, now).map(|blocked| blocked.target.to_string());
    assert_eq!(told(facts([10, 1, 0, 1], None, prints), 0), None);
    assert_eq!(told(facts([10, 1, 0, 1], None, &[]), 50).as_deref(), Some("prefix 10.0.0.0/8"));
    assert!(told(facts([11, 1, 0, 1], None, prints), 0).unwrap().starts_with("fingerprint"));
    assert_eq!(told(facts([10, 1, 0, 1], Some(&who), &[]), 0).as_deref(), Some("credential sha256:abc"));
    assert!(told(facts([11, 1, 0, 1], Some(&who), &[]), 100).unwrap().starts_with("identity"));
    let lifted = list
        .changed(
            [Change::Add {
                list: List::Allow,
                entry: entry("identity = \"https://login.example.org alice\""),
            }],
            0,
        )
        .unwrap();
    assert_eq!(lifted.find(&facts([11, 1, 0, 1], Some(&who), &[]), 100), None);
}

fn entry(text: &str) -> Entry {
    toml::from_str(text).unwrap()
}

fn holds(side: &BTreeMap<IpNet, Entry>, address: IpAddr, now: u64) -> bool {
    let is_live = |entry: &Entry| entry.expires.is_none_or(|end| end > now);
    side.values().any(|entry| entry.prefix.unwrap().contains(&address) && is_live(entry))
}

/// Random prefixes that nest and repeat, random changes: the same answer as a walk over all entries.
#[test]
fn the_same_as_a_walk_over_all_entries() {
    for seed in 1..=20_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below.max(1)
        };
        let made = |random: &mut dyn FnMut(u64) -> u64| {
            let length = u8::try_from(32 - random(20)).unwrap();
            let bits = 0x0a00_0000 | u32::try_from(random(1 << 14)).unwrap() << 2;
            let net = IpNet::V4(Ipv4Net::new(Ipv4Addr::from_bits(bits), length).unwrap().trunc());
            let expires = (random(3) > 0).then(|| 100 + random(100));
            Entry { prefix: Some(net), expires, reason: format!("{net}"), ..Entry::default() }
        };
        let block: Vec<Entry> = (0..random(300)).map(|_| made(&mut random)).collect();
        let allow: Vec<Entry> = (0..random(10)).map(|_| made(&mut random)).collect();
        let mut model: [BTreeMap<IpNet, Entry>; 2] = [BTreeMap::new(), BTreeMap::new()];
        for (side, entries) in model.iter_mut().zip([&block, &allow]) {
            side.extend(entries.iter().map(|entry| (entry.prefix.unwrap(), entry.clone())));
        }
        let mut list = BlockList::new(&Config { block, allow, ..Config::default() }, []).unwrap();
        for round in 0..40 {
            let now = 90 + round * 3;
            let which = if random(4) == 0 { List::Allow } else { List::Block };
            let entry = made(&mut random);
            let side = &mut model[usize::from(which == List::Allow)];
            let change = if random(2) == 0 {
                side.insert(entry.prefix.unwrap(), entry.clone());
                Change::Add { list: which, entry }
            } else {
                let known = side.keys().nth(usize::try_from(random(side.len() as u64)).unwrap()).copied();
                let entry = Entry { prefix: known.or(entry.prefix), ..Entry::default() };
                side.remove(&entry.prefix.unwrap());
                Change::Remove { list: which, entry }
            };
            list = list.changed([change], 0).unwrap();
            assert_eq!(list.len(), model[0].len() + model[1].len());
            for _ in 0..50 {
                let address =
                    IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 | u32::try_from(random(1 << 17)).unwrap()));
                let expect = holds(&model[0], address, now) && !holds(&model[1], address, now);
                let facts = Facts { address: Some(address), ..Facts::default() };
                assert_eq!(list.find(&facts, now).is_some(), expect, "seed {seed}, {address}");
            }
        }
    }
}

#[test]
fn the_ends_of_the_address_space() {
    let list = list(
        "block = [{ prefix = \"255.255.255.255\" }, { prefix = \"0.0.0.0\" }, { prefix = \"ffff::/16\" }, { prefix = \"::/128\" }]",
    );
    for (address, expect) in
        [("255.255.255.255", true), ("255.255.255.254", false), ("0.0.0.0", true), ("0.0.0.1", false)]
    {
        assert_eq!(list.find(&at(address), 0).is_some(), expect, "{address}");
    }
    assert!(list.find(&at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 0).is_some());
    assert!(list.find(&at("::"), 0).is_some());
    assert!(list.find(&at("::1"), 0).is_none());
    let all = super::tests::list("block = [{ prefix = \"0.0.0.0/0\" }, { prefix = \"::/0\" }]");
    assert!(all.find(&at("1.2.3.4"), 0).is_some() && all.find(&at("1::"), 0).is_some());
}

#[test]
fn many_changes_are_merged_and_ended_entries_dropped() {
    let mut list = list("");
    let changes = |from: u32, expires: u64| {
        (from..from + 3_000).map(move |number| Change::Add {
            list: List::Block,
            entry: Entry {
                prefix: Some(IpNet::from(IpAddr::from(Ipv4Addr::from_bits(number)))),
                expires: Some(expires),
                ..Entry::default()
            },
        })
    };
    list = list.changed(changes(0, 10), 0).unwrap();
    assert_eq!(list.len(), 3_000);
    list = list.changed(changes(10_000, 99), 20).unwrap();
    assert_eq!(list.len(), 3_000, "the first have ended");
    assert_eq!(list.entries(List::Block, 20).len(), 3_000);
    assert!(
        list.find(&Facts { address: Some(Ipv4Addr::from_bits(10_001).into()), ..Facts::default() }, 20)
            .is_some()
    );
    let small = Config { entries_max: 1, ..Config::default() };
    let full = BlockList::new(&small, []).unwrap().changed(changes(0, 10), 0);
    assert_eq!(full.unwrap_err(), BlockError::Many(3_000, 1));
}

#[test]
fn plain_lines_and_toml() {
    let text = "# a public list\n\n192.0.2.0/24 ; SBL1\n198.51.100.7\t# seen\n2001:db8::/32,old\n";
    let lists = read("drop.txt", text).unwrap();
    let told: Vec<String> =
        lists.block.iter().map(|entry| format!("{} {}", entry.prefix.unwrap(), entry.reason)).collect();
    assert_eq!(told, ["192.0.2.0/24 SBL1", "198.51.100.7/32 seen", "2001:db8::/32 old"]);
    assert_eq!(
        read("drop.txt", "192.0.2.0/24\n192.0.2.5/24").unwrap_err().to_string(),
        "`drop.txt` line 2: `192.0.2.5/24` has bits past its length; write `192.0.2.0/24`"
    );
    assert!(read("drop.txt", "nonsense").unwrap_err().to_string().contains("is no address and no prefix"));
    let lists = read("own.toml", "[[block]]\nprefix = \"192.0.2.0/24\"\n[[allow]]\nprefix = \"192.0.2.9\"\n")
        .unwrap();
    assert_eq!((lists.block.len(), lists.allow.len()), (1, 1));
    let error = read("own.toml", "[[block]]\nprefix = \"192.0.2.0/24\"\nwhen = 5\n").unwrap_err().to_string();
    assert!(error.starts_with("`own.toml` line 3: unknown field `when`"), "{error}");
}

#[test]
fn an_entry_names_exactly_one() {
    let error = |text: &str| BlockList::new(&config(text), []).unwrap_err().to_string();
    assert!(error("block = [{ reason = \"x\" }]").contains("this has 0"));
    assert!(error("block = [{ prefix = \"1.2.3.4\", credential = \"c\" }]").contains("this has 2"));
    assert!(error("block = [{ identity = \"alice\" }]").contains("is no identity"));
    assert!(error("block = [{ credential = \"\" }]").contains("or empty"));
}

#[test]
fn changes_travel_as_json() {
    let change = Change::Add {
        list: List::Block,
        entry: entry("prefix = \"192.0.2.0/24\"\nreason = \"r\"\nexpires = 9"),
    };
    let json = serde_json::to_string(&change).unwrap();
    assert_eq!(
        json,
        r#"{"add":{"list":"block","entry":{"prefix":"192.0.2.0/24","reason":"r","expires":9}}}"#
    );
    assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
}

#[test]
fn times() {
    assert_eq!(moment("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(moment("2026-11-22T10:27:11Z"), Some(1_795_343_231));
    assert_eq!(moment("2000-02-29 23:59:59Z"), Some(951_868_799));
    for wrong in
        ["2026-11-22", "2026-11-22T25:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T10:27:11+01:00", ""]
    {
        assert_eq!(moment(wrong), None, "{wrong}");
    }
}
