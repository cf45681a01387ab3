//! With groups and without: the same.
use super::{Exchange, plan, rules};
use crate::seclang::{self, MemoryFiles};
use crate::{Limits, Plan};
use std::path::Path;

/// Pieces of attacks, of encodings, and of nothing at all.
const PIECES: &[&str] = &[
    "<script>",
    "alert(1)",
    "' or 1=1--",
    "union select",
    "/etc/passwd",
    "../..",
    "%2e%2e%2f",
    "%u003c",
    "&lt;script&gt;",
    "\\u0061",
    "; cat /etc/shadow",
    "$(id)",
    "`ls`",
    "hello",
    "world",
    " ",
    "  ",
    "%00",
    "A",
    "ABC",
    "0x41",
    "/*x*/",
    "<!--",
    "${jndi:ldap://x}",
    "php://input",
    "base64_decode(",
    "javascript:",
    "onload=",
    "é",
    "\u{ff1c}",
    "PHNjcmlwdD4=",
    "{{7*7}}",
    "[",
    "]",
    "=",
    "+",
    ",",
    "http://169.254.169.254/",
    "select",
    "sleep(5)",
    "eval(",
    "cmd.exe",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "Content-Type: x",
    "()",
    "{ :;};",
];

/// A generator that needs no crate: xorshift of 64 bits.
pub(in crate::engine) struct Dice(pub(in crate::engine) u64);

impl Dice {
    pub(in crate::engine) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }

    fn text(&mut self) -> String {
        (0..self.below(6)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn escaped(&mut self) -> String {
        self.text()
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() && self.below(20) > 0 || matches!(byte, b'%' | b'+') {
                    (byte as char).to_string()
                } else {
                    format!("%{byte:02x}")
                }
            })
            .collect()
    }

    fn exchange(&mut self) -> Exchange {
        let mut query = String::new();
        for _ in 0..self.below(5) {
            query.push_str(&format!("{}={}&", self.escaped(), self.escaped()));
        }
        let mut exchange = Exchange::get(&format!("/{}?{query}", self.escaped()))
            .header("User-Agent", &self.text())
            .header("Referer", &self.text())
            .header("Cookie", &format!("{}={}; a={}", self.escaped(), self.escaped(), self.text()))
            .header("X-Other", &self.text());
        match self.below(4) {
            0 => exchange = exchange.header("Content-Type", "application/x-www-form-urlencoded").body(&query),
            1 => {
                let body = format!("{{\"a\": {:?}, \"b\": [1, {:?}]}}", self.text(), self.text());
                exchange = exchange.header("Content-Type", "application/json").body(&body);
            }
            2 => {
                exchange = exchange
                    .header("Content-Type", "text/xml")
                    .body(&format!("<a b=\"x\">{}</a>", self.text()))
            }
            _ => {}
        }
        exchange.response_headers.push(b"Content-Type", b"text/html");
        exchange.response_body = self.text().into_bytes();
        exchange
    }
}

fn compare(set: &crate::rule::RuleSet, count: usize) {
    let fast = Plan::compile(set, Limits::default()).expect("a plan");
    let plain = Plan::compile(set, Limits::default()).expect("a plan").plain();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for number in 0..count {
        let exchange = dice.exchange();
        let expected = exchange.seen(&plain);
        // The second time, and the third, what is kept between requests answers.
        for round in 0..3 {
            assert_eq!(exchange.seen(&fast), expected, "exchange {number}, round {round}: {exchange:?}");
        }
    }
}

#[test]
fn groups_change_nothing() {
    compare(
        &rules(
            r#"
SecRuleEngine On
SecResponseBodyAccess On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.level=1"
SecRule TX:LEVEL "@lt 2" "id:2,phase:2,pass,nolog,skipAfter:END"
SecRule ARGS "@rx never" "id:3,phase:2,pass,log,msg:'x'"
SecMarker END
SecRule ARGS|REQUEST_HEADERS:User-Agent "@rx (?i)union\s+select|<script[^>]*>" "id:10,phase:2,pass,log,capture,t:urlDecodeUni,t:lowercase,logdata:'%{TX.0}',setvar:tx.score=+5"
SecRule ARGS_NAMES|ARGS "@pm select cmd.exe passwd" "id:11,phase:2,pass,log,capture,logdata:'%{TX.0} %{MATCHED_VAR_NAME}'"
SecRule ARGS|!ARGS:a "@rx ^[a-z]+$" "id:12,phase:2,pass,log,t:cmdLine,chain"
SecRule MATCHED_VARS "@rx hello" "t:none"
SecRule REQUEST_HEADERS "!@rx ^[\x20-\x7e]*$" "id:13,phase:1,pass,log"
SecRule ARGS "@rx a.*b.*[0-9]{2,30}x?" "id:14,phase:2,pass,log,multiMatch,t:base64Decode,t:urlDecodeUni"
SecRule REQUEST_COOKIES:a|REQUEST_URI "@contains or" "id:15,phase:2,pass,log"
SecRule RESPONSE_BODY "@rx (?i)script" "id:16,phase:4,deny,log"
SecRule TX:SCORE "@ge 10" "id:17,phase:2,deny,status:403,log,msg:'%{tx.score}'"
"#,
        ),
        600,
    );
}

#[test]
fn groups_change_nothing_with_the_core_rule_set() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
    let Ok(folder) = std::env::var("BUCKLER_CRS") else {
        println!("skipped: BUCKLER_CRS is not set");
        return;
    };
    for level in [1, 4] {
        compare(&core_rule_set(Path::new(&folder), level), 250);
    }
}

pub(super) fn core_rule_set(folder: &Path, level: u32) -> crate::rule::RuleSet {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(folder.join("rules")).expect("rules") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
        files.push((format!("rules/{name}"), std::fs::read(&path).expect("a file")));
    }
    let settings = format!(
        r#"
SecRuleEngine DetectionOnly
SecRequestBodyAccess On
SecResponseBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "@rx xml" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx json" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecAction "id:900990,phase:1,pass,nolog,setvar:tx.crs_setup_version=4290,setvar:tx.blocking_paranoia_level={level}"
Include rules/*.conf
"#
    );
    files.push(("main.conf".to_owned(), settings.into_bytes()));
    let (set, problems) = seclang::load("main.conf", &MemoryFiles::new(files));
    let fatal: Vec<String> =
        problems.iter().filter(|problem| problem.fatal).map(ToString::to_string).collect();
    assert!(fatal.is_empty(), "{fatal:?}");
    set
}

#[test]
fn a_followed_rule_tells_its_steps() {
    let plan = plan(r#"SecRule ARGS "@rx <script" "id:5,phase:2,pass,log,t:lowercase""#);
    let mut transaction = crate::Transaction::new(&plan, &super::client(), &crate::NoPersistence);
    assert!(transaction.trace(5));
    Exchange::get("/?a=%3cSCRIPT&b=c").run_in(&mut transaction);
    let trace = transaction.traced().expect("a trace");
    assert_eq!(trace.steps.len(), 6, "{trace:?}");
}
