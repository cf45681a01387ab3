//! What the examples share: loading a rule set from a folder, requests, and time per run.
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use waf::seclang::{self, MemoryFiles};
use waf::{Client, Fields, Limits, NoPersistence, Plan, Request, Response, Transaction, Verdict};

/// What an owner writes in front of the Core Rule Set.
const SETTINGS: &str = r#"
SecRuleEngine DetectionOnly
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\+|/)|text/)xml" "id:1,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/(?:[a-z0-9.-]+[+])?json" "id:2,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include crs/crs-setup.conf
"#;

/// The rule set in `BUCKLER_CRS`, with lines of the caller before its rules.
pub fn rule_set(extra: &str) -> Result<waf::rule::RuleSet, Box<dyn Error>> {
    let folder =
        std::env::var("BUCKLER_CRS").map_err(|_| "set BUCKLER_CRS to the folder of the Core Rule Set")?;
    let folder = Path::new(&folder);
    let setup = ["crs-setup.conf", "crs-setup.conf.example"]
        .iter()
        .find_map(|name| std::fs::read(folder.join(name)).ok());
    let mut files = vec![("crs/crs-setup.conf".to_owned(), setup.unwrap_or_default())];
    for entry in std::fs::read_dir(folder.join("rules"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".conf") || name.ends_with(".data") {
            files.push((format!("crs/rules/{name}"), std::fs::read(&path)?));
        }
    }
    files.push((
        "main.conf".to_owned(),
        format!("{SETTINGS}\n{extra}\nInclude crs/rules/*.conf\n").into_bytes(),
    ));
    let (set, problems) = seclang::load("main.conf", &MemoryFiles::new(files));
    for problem in problems.iter().filter(|problem| problem.fatal) {
        println!("{problem}");
    }
    Ok(set)
}

pub fn plan(extra: &str) -> Result<Plan, Box<dyn Error>> {
    Ok(Plan::compile(&rule_set(extra)?, Limits::default())?)
}

/// A whole exchange, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    pub method: String,
    pub target: Vec<u8>,
    pub headers: Fields,
    pub body: Vec<u8>,
    pub response: Option<Vec<u8>>,
}

impl Exchange {
    pub fn new(method: &str, target: impl Into<Vec<u8>>) -> Self {
        let mut headers = Fields::default();
        for (name, value) in [
            ("Host", "shop.example.com"),
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", "en-US,en;q=0.5"),
            ("Accept-Encoding", "gzip, deflate, br"),
            ("Referer", "https://shop.example.com/catalogue/shoes"),
            ("Connection", "keep-alive"),
        ] {
            headers.push(name.as_bytes(), value.as_bytes());
        }
        Self { method: method.to_owned(), target: target.into(), headers, ..Self::default() }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push(name.as_bytes(), value.as_ref());
        self
    }

    pub fn body(self, content_type: &str, body: Vec<u8>) -> Self {
        let length = body.len().to_string();
        Self { body, ..self.header("Content-Type", content_type).header("Content-Length", length) }
    }

    /// Bytes of the whole exchange.
    pub fn len(&self) -> usize {
        let headers: usize = self.headers.iter().map(|field| field.name.len() + field.value.len() + 4).sum();
        self.method.len()
            + self.target.len()
            + headers
            + self.body.len()
            + self.response.as_ref().map_or(0, Vec::len)
    }

    /// Runs all phases; gives the ids that matched.
    pub fn run(&self, plan: &Plan, client: &Client) -> Vec<u64> {
        let mut transaction = Transaction::new(plan, client, &NoPersistence);
        let request = Request {
            method: self.method.as_bytes(),
            target: &self.target,
            protocol: b"HTTP/1.1",
            headers: &self.headers,
        };
        let mut verdicts = vec![transaction.request(&request), transaction.request_body(&self.body)];
        if let Some(body) = &self.response {
            let mut headers = Fields::default();
            headers.push(b"Content-Type", b"text/html; charset=utf-8");
            headers.push(b"Content-Length", body.len().to_string().as_bytes());
            verdicts.push(transaction.response(&Response {
                status: 200,
                protocol: b"HTTP/1.1",
                headers: &headers,
            }));
            verdicts.push(transaction.response_body(body));
        }
        transaction.finish();
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Pass));
        transaction.matches().iter().map(|found| found.rule).collect()
    }
}

pub fn client() -> Client {
    Client {
        address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
        port: 40_000,
        server_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        server_port: 443,
        id: "4a1f00b2c3d4e5f6".to_owned(),
        now_micros: 1_760_000_000_000_000,
    }
}

/// A generator that needs no crate: xorshift of 64 bits.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }

    /// A word of a natural text.
    pub fn word(&mut self) -> &'static str {
        const WORDS: &[&str] = &[
            "shoes", "summer", "delivery", "address", "green", "quantity", "invoice", "customer", "blue",
            "market", "Hello", "order", "price", "street", "city", "comment", "thanks", "please", "tomorrow",
            "package", "return", "size", "large", "Berlin", "Lisbon", "north", "account", "profile",
            "update", "window", "table", "chair", "garden", "light", "music", "record",
        ];
        WORDS[self.below(WORDS.len())]
    }

    pub fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// Microseconds of processor time of one run: the median of several rounds.
pub fn micros(exchanges: &[Exchange], plan: &Plan, least: Duration) -> f64 {
    let client = client();
    for exchange in exchanges {
        exchange.run(plan, &client);
    }
    let mut rounds = Vec::new();
    let begin = Instant::now();
    while begin.elapsed() < least || rounds.len() < 3 {
        let start = ThreadTime::now();
        for exchange in exchanges {
            std::hint::black_box(exchange.run(plan, &client));
        }
        rounds.push(start.elapsed().as_secs_f64() * 1e6 / exchanges.len() as f64);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
