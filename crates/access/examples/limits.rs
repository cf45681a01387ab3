//! What a decision costs in CPU time, with a million keys: `cargo run --release -p access --example limits`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it measures, and prints what it measured"
)]
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use access::block::{BlockList, Config as BlockConfig, Entry, Facts as BlockFacts};
use cpu_time::{ProcessTime, ThreadTime};

use access::limit::{Algorithm, Config, Facts, Full, Limit, Limiter, Stage};

const KEYS: u32 = 1_000_000;
const ROUNDS: u32 = 3;
const NOW: Duration = Duration::from_secs(1_700_000_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for algorithm in [Algorithm::Gcra, Algorithm::Window, Algorithm::Log] {
        limit(algorithm)?;
    }
    flood()?;
    threads()?;
    block()?;
    Ok(())
}

fn limiter(algorithm: Algorithm, keys: usize) -> Result<Limiter, Box<dyn std::error::Error>> {
    let text = "name = \"a\"\nrate = \"100/minute\"\nby = [\"address\"]";
    let limit = Limit { algorithm: Some(algorithm), keys, ..toml::from_str(text)? };
    Ok(Limiter::new(Config { limits: vec![limit], ..Config::default() })?)
}

fn facts(number: u32) -> Facts<'static> {
    // A fixed stride visits the keys in an order that no cache foresees.
    let address = Ipv4Addr::from_bits(number.wrapping_mul(2_654_435_761));
    Facts { address: IpAddr::V4(address), route: "GET /", identity: None, cost: None, fingerprint: None }
}

fn limit(algorithm: Algorithm) -> Result<(), Box<dyn std::error::Error>> {
    let before = resident();
    let limiter = limiter(algorithm, KEYS as usize)?;
    let plan = limiter.plan("GET /");
    let mut admitted = 0_u32;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let begin = ThreadTime::now();
        for number in 0..KEYS {
            let now = NOW + Duration::from_millis(u64::from(round));
            admitted += u32::from(limiter.decide(&plan, Stage::All, &facts(number), now).is_admitted());
        }
        times.push(begin.elapsed() / KEYS);
    }
    let few = {
        let begin = ThreadTime::now();
        for number in 0..KEYS {
            black_box(limiter.decide(
                &plan,
                Stage::All,
                &facts(number % 1_000),
                NOW + Duration::from_secs(1),
            ));
        }
        begin.elapsed() / KEYS
    };
    println!(
        "{algorithm:?}: {KEYS} keys, new {:?}, known {:?}, of 1,000 keys {few:?} a decision; tables {} MB, resident +{} MB; \
         {admitted} admitted",
        times.first().copied().unwrap_or_default(),
        times.last().copied().unwrap_or_default(),
        limiter.bytes() >> 20,
        resident().saturating_sub(before) >> 20,
    );
    Ok(())
}

/// Ten times as many keys as places.
fn flood() -> Result<(), Box<dyn std::error::Error>> {
    for full in [Full::Aggregate, Full::Refuse] {
        let mut config = limiter(Algorithm::Gcra, 100_000)?.config().clone();
        config.limits.iter_mut().for_each(|limit| limit.full = full);
        let limiter = Limiter::new(config)?;
        let plan = limiter.plan("GET /");
        let begin = ThreadTime::now();
        for number in 0..KEYS {
            black_box(limiter.decide(&plan, Stage::All, &facts(number), NOW));
        }
        println!(
            "flood of {KEYS} keys over 100,000 places, {full:?}: {:?} a decision, {} MB, crowded: {:?}",
            begin.elapsed() / KEYS,
            limiter.bytes() >> 20,
            limiter.crowded(NOW)
        );
    }
    Ok(())
}

fn threads() -> Result<(), Box<dyn std::error::Error>> {
    let limiter = limiter(Algorithm::Gcra, KEYS as usize)?;
    let plan = limiter.plan("GET /");
    let begin = ProcessTime::now();
    std::thread::scope(|scope| {
        for thread in 0..2_u32 {
            let (limiter, plan) = (&limiter, &plan);
            scope.spawn(move || {
                for number in 0..KEYS {
                    let facts = facts(number.wrapping_mul(2).wrapping_add(thread));
                    black_box(limiter.decide(plan, Stage::All, &facts, NOW));
                }
            });
        }
    });
    println!("two threads: {:?} of CPU a decision", begin.elapsed() / (2 * KEYS));
    Ok(())
}

fn block() -> Result<(), Box<dyn std::error::Error>> {
    let before = resident();
    let v4 = |number: u32| {
        let length = if number.is_multiple_of(7) { 24 } else { 32 };
        let address = IpAddr::V4(Ipv4Addr::from_bits(number.wrapping_mul(2_654_435_761)));
        ipnet::IpNet::new(address, length).map(|net| net.trunc())
    };
    let v6 = |number: u32| {
        let bits = 0x2001_0db8_u128 << 96 | u128::from(number.wrapping_mul(2_654_435_761)) << 48;
        ipnet::IpNet::new(IpAddr::V6(Ipv6Addr::from_bits(bits)), 80)
    };
    for (name, is_v6) in [("IPv4", false), ("IPv6", true)] {
        let mut config = BlockConfig::default();
        for number in 0..KEYS {
            let prefix = Some(if is_v6 { v6(number)? } else { v4(number)? });
            config.block.push(Entry { prefix, ..Entry::default() });
        }
        let begin = ThreadTime::now();
        let list = BlockList::new(&config, [])?;
        let built = begin.elapsed();
        drop(config);
        let begin = ThreadTime::now();
        let mut found = 0;
        for number in 0..KEYS {
            let number = number.wrapping_mul(40_503);
            let address = match v6(number / 2) {
                Ok(net) if is_v6 => net.addr(),
                _ => IpAddr::V4(Ipv4Addr::from_bits(number)),
            };
            let facts = BlockFacts { address: Some(address), ..BlockFacts::default() };
            found += u32::from(list.find(&facts, 0).is_some());
        }
        let each = begin.elapsed() / KEYS;
        let resident = resident().saturating_sub(before) >> 20;
        println!(
            "{name}: {} prefixes in {built:?}, {each:?} a look-up, {found} found, resident +{resident} MB",
            list.len()
        );
    }
    Ok(())
}

/// Bytes that this process holds in memory (Linux; elsewhere 0).
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
