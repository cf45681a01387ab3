//! What it costs to read a body, without rules.
//!
//!     cargo run --release -p waf --example bodies [-- ROUNDS]
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use std::error::Error;
use std::time::Instant;
use waf::Limits;
use waf::body::{Body, Processor, read};

const WORDS: [&str; 12] = [
    "red", "shoes", "leather", "size", "blue", "winter", "jacket", "small", "order", "gift", "café", "large",
];
/// The best of so many, each of so many reads.
const ROUNDS: usize = 200;
const READS: u32 = 20;

/// An order of so many items, its texts now and then with an escape.
fn json(items: usize) -> String {
    let mut word = WORDS.iter().cycle();
    let mut text =
        |count: usize| (0..count).filter_map(|_| word.next().copied()).collect::<Vec<_>>().join(" ");
    let items: Vec<String> = (0..items)
        .map(|id| {
            format!(
                "{{\"id\":{},\"name\":\"{}\",\"price\":{}.{:02},\"tags\":[\"{}\",\"{}\"],\"note\":\"{}{}\"}}",
                id * 31,
                text(2),
                id * 7,
                id % 100,
                text(1),
                text(1),
                text(15),
                if id % 8 == 0 { "\\nlast" } else { "" }
            )
        })
        .collect();
    format!("{{\"customer\":{{\"name\":\"Maria\",\"city\":\"Lisbon\"}},\"items\":[{}]}}", items.join(","))
}

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = std::env::args().nth(1).map_or(Ok(ROUNDS), |text| text.parse())?;
    let form: Vec<String> = (0..100).map(|id| format!("field{id}=some+text+%C3%A9+{id}")).collect();
    let xml: Vec<String> =
        (0..300).map(|id| format!("<item id=\"{id}\"><name>red &amp; blue</name></item>")).collect();
    let cases = [
        ("JSON", Processor::Json, "application/json", json(12)),
        ("JSON", Processor::Json, "application/json", json(165)),
        ("form", Processor::UrlEncoded, "application/x-www-form-urlencoded", form.join("&")),
        ("XML", Processor::Xml, "text/xml", format!("<items>{}</items>", xml.concat())),
    ];
    let limits = Limits::default();
    for (name, processor, media_type, text) in cases {
        let mut body = Body::default();
        let mut best = f64::MAX;
        for _ in 0..rounds {
            let begun = Instant::now();
            for _ in 0..READS {
                body.clear();
                read(processor, media_type.as_bytes(), text.as_bytes(), &limits, &mut body);
            }
            best = best.min(begun.elapsed().as_secs_f64() / f64::from(READS));
        }
        let values = body.arguments.len() + body.xml_attributes.len();
        let error = body.error.unwrap_or_default();
        println!("{name:<5} {:>6} bytes {values:>5} values {:>8.1} µs  {error}", text.len(), best * 1e6);
    }
    Ok(())
}
