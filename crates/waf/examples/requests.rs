//! Time per request for six kinds of benign traffic, values different in every request.
//!
//!     BUCKLER_CRS=FOLDER cargo run --release -p waf --example requests
//!
//! With the begin of a kind's name and a number, that many requests of it and nothing else: for tools that count instructions.
//! With `count` and a number, that many requests of every kind after as many others, the second half inside `counted`, for
//!
//!     valgrind --tool=callgrind --collect-atstart=no '--toggle-collect=*counted*' '--dump-after=*counted*' target/release/examples/requests count 300
//!
//! Not every version of valgrind writes the kinds apart; where it does not, ask for one kind at a time, with the begin of its name behind the number.
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a tool for developers, not shipped"
)]
use common::{Dice, Exchange};
use std::error::Error;
use std::time::{Duration, Instant};

#[path = "common/mod.rs"]
#[expect(unreachable_pub, dead_code, reason = "shared by several examples")]
mod common;

/// Different requests of each kind.
const VARIANTS: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let set = common::rule_set("")?;
    let read = start.elapsed();
    let plan = waf::Plan::compile(&set, waf::Limits::default())?;
    println!(
        "read {:.1} ms, compiled {:.1} ms, {} rules, {}",
        millis(read),
        millis(start.elapsed() - read),
        plan.rules_count(),
        memory()
    );
    let first = Instant::now();
    plan.prepare();
    println!("prepared {:.1} ms, {}", millis(first.elapsed()), memory());
    let first = Instant::now();
    get(&mut Dice(1)).run(&plan, &common::client());
    println!("first request {:.1} ms", millis(first.elapsed()));
    let only = std::env::args().nth(1).unwrap_or_default();
    if let Some(count) = std::env::args().nth(2) {
        let count: usize = count.parse()?;
        if only == "count" {
            count_all(&plan, count, &std::env::args().nth(3).unwrap_or_default());
            return Ok(());
        }
        let (_, _, make) =
            kinds().into_iter().find(|(name, ..)| name.starts_with(&only)).ok_or("no such kind")?;
        let mut dice = Dice(0x1234_5678_9abc_def1);
        for _ in 0..count {
            make(&mut dice).run(&plan, &common::client());
        }
        return Ok(());
    }
    for (name, bar, make) in kinds() {
        if !name.contains(&only) {
            continue;
        }
        let mut dice = Dice(0x1234_5678_9abc_def1);
        let exchanges: Vec<Exchange> = (0..VARIANTS).map(|_| make(&mut dice)).collect();
        let ids: std::collections::BTreeSet<u64> =
            exchanges.iter().flat_map(|exchange| exchange.run(&plan, &common::client())).collect();
        let varied = common::micros(&exchanges, &plan, Duration::from_millis(1500));
        let same = common::micros(&vec![exchanges[0].clone(); 400], &plan, Duration::from_millis(300));
        println!(
            "{name:<22} {varied:>9.1} µs   same again {same:>9.1} µs   bar {bar:>7.1} µs   {:>6} bytes  matched {ids:?}",
            exchanges[0].len()
        );
    }
    println!("{}", memory());
    Ok(())
}

/// Runs every kind so that a tool sees what one request of it costs, once everything is warm.
fn count_all(plan: &waf::Plan, count: usize, only: &str) {
    for (name, _, make) in kinds().into_iter().filter(|(name, ..)| name.starts_with(only)) {
        let mut dice = Dice(0x1234_5678_9abc_def1);
        let count = if name.starts_with("JSON 33") { count / 10 } else { count };
        let client = common::client();
        for _ in 0..count * 5 {
            make(&mut dice).run(plan, &client);
        }
        let exchanges: Vec<Exchange> = (0..count).map(|_| make(&mut dice)).collect();
        println!("{name}: {count}");
        counted(plan, &exchanges, &client);
    }
}

#[inline(never)]
fn counted(plan: &waf::Plan, exchanges: &[Exchange], client: &waf::Client) {
    for exchange in exchanges {
        std::hint::black_box(exchange.run(plan, client));
    }
}

type Make = fn(&mut Dice) -> Exchange;

fn kinds() -> [(&'static str, f64, Make); 13] {
    [
        ("GET", 15.0, get),
        ("GET, 10 arguments", 40.0, arguments),
        ("and 4 cookies", 53.0, cookies),
        ("JSON 2.4 KB", 125.0, |dice| json(dice, 2_400)),
        ("JSON 33 KB", 1470.0, |dice| json(dice, 33_000)),
        ("HTML 8.7 KB", 36.0, html),
        ("three words: no argument", 10.0, |dice| words(dice, 0, false)),
        ("three words: 10 arguments", 40.0, |dice| words(dice, 10, false)),
        ("three words: and cookies", 45.0, |dice| words(dice, 10, true)),
        ("repeated: 10 arguments", 40.0, |dice| repeated(dice, false)),
        ("repeated: and cookies", 45.0, |dice| repeated(dice, true)),
        ("same: no argument", 10.0, |_| words(&mut Dice(7), 0, false)),
        ("same: and cookies", 45.0, |_| words(&mut Dice(7), 10, true)),
    ]
}

fn get(dice: &mut Dice) -> Exchange {
    let id = dice.below(1_000_000);
    Exchange::new("GET", format!("/catalogue/{}/{}-{id}", dice.word(), dice.word()))
}

fn arguments(dice: &mut Dice) -> Exchange {
    let mut target = format!("/search/{}?", dice.word());
    for name in ["q", "page", "sort", "category", "color", "size", "min_price", "max_price", "session", "ref"]
    {
        let value = match name {
            "page" | "min_price" | "max_price" => dice.below(10_000).to_string(),
            "session" => format!("{:016x}", dice.below(usize::MAX)),
            "q" => dice.text(3).replace(' ', "+"),
            _ => dice.text(1),
        };
        target.push_str(&format!("{name}={value}&"));
    }
    target.pop();
    Exchange::new("GET", target)
}

fn cookies(dice: &mut Dice) -> Exchange {
    let cookies = format!(
        "sid={:032x}; theme=dark; cart={}-{}; lang=en",
        dice.below(usize::MAX),
        dice.word(),
        dice.below(100_000)
    );
    arguments(dice).header("Cookie", cookies)
}

/// The load of `cargo xtask proxy`: few headers, arguments of three words, values that never come again.
fn words(dice: &mut Dice, arguments: usize, with_cookies: bool) -> Exchange {
    let number = dice.below(10_000_000);
    let names = ["q", "page", "size", "sort", "category", "from", "until", "colour", "city", "lang"];
    let mut target = format!("/catalogue/items/{number}");
    for (place, name) in names.iter().take(arguments).enumerate() {
        let mark = if place == 0 { '?' } else { '&' };
        target.push_str(&format!("{mark}{name}=blue+river+{}", dice.below(10_000_000)));
    }
    let mut exchange =
        Exchange { method: "GET".to_owned(), target: target.into_bytes(), ..Exchange::default() }
            .header("Host", "shop.example.com")
            .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
            .header("Accept", "*/*");
    if with_cookies {
        let cookies =
            format!("session={}; theme=dark; basket={}; consent=all", dice.below(1 << 40), dice.below(997));
        exchange = exchange.header("Cookie", cookies);
    }
    exchange
}

/// The same arguments and cookies with values of which each comes again after a while, as those of a shop do: paths and the session of a client differ.
fn repeated(dice: &mut Dice, with_cookies: bool) -> Exchange {
    let mut few = Dice(1 + dice.below(40) as u64);
    let mut exchange = words(&mut few, 10, with_cookies);
    let number = dice.below(10_000_000).to_string();
    let path = format!("/catalogue/items/{number}");
    let query = exchange.target.iter().position(|byte| *byte == b'?').unwrap_or(exchange.target.len());
    exchange.target.splice(..query, path.into_bytes());
    exchange
}

fn json(dice: &mut Dice, bytes: usize) -> Exchange {
    let mut body = String::from("{\"customer\":{\"name\":\"Maria\",\"city\":\"Lisbon\"},\"items\":[");
    while body.len() < bytes {
        let id = dice.below(100_000);
        let price = dice.below(10_000);
        body.push_str(&format!(
            "{{\"id\":{id},\"name\":\"{}\",\"price\":{}.{:02},\"tags\":[\"{}\",\"{}\"],\"note\":\"{}\"}},",
            dice.text(2),
            price / 100,
            price % 100,
            dice.word(),
            dice.word(),
            dice.text(6)
        ));
    }
    body.pop();
    body.push_str("]}");
    Exchange::new("POST", "/api/orders").body("application/json", body.into_bytes())
}

fn html(dice: &mut Dice) -> Exchange {
    let mut page = String::from("<!DOCTYPE html><html><head><title>Shop</title></head><body>\n");
    while page.len() < 8_700 {
        page.push_str(&format!(
            "<div class=\"item\"><h2>{}</h2><p>{}.</p><a href=\"/p/{}\">more</a></div>\n",
            dice.text(2),
            dice.text(14),
            dice.below(9999)
        ));
    }
    page.push_str("</body></html>\n");
    let mut exchange = get(dice);
    exchange.response = Some(page.into_bytes());
    exchange
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned()
}
