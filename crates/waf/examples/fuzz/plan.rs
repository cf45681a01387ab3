//! Rule sets that a grammar makes, compiled, and hostile exchanges run on them: with groups and without the same is seen.
use super::Target;
use super::choices::Choices;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use waf::seclang::{MemoryFiles, load};
use waf::{Client, Fields, Limits, NoPersistence, Plan, Request, Response, Transaction, Verdict};

pub(crate) const PLAN: Target = Target {
    name: "plan",
    seeds: &[
        b"0123456789abcdefghijklmnopqrstuvwxyz",
        b"\x05\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
        b"\x03zyxwvutsrqponmlkjihgfedcba9876543210",
    ],
    pieces: &[
        b"\0", b"\x01", b"\x02", b"\x03", b"\x07", b"\x0b", b"\x11", b"\x1d", b"\x2b", b"\x47", b"\x83",
        b"\xc5", b"\xff",
    ],
    endings: &[],
    run: plan,
};

const RULES_MAX: usize = 14;
const EXCHANGES: usize = 3;

const TARGETS: &[&str] = &[
    "ARGS",
    "ARGS_NAMES",
    "ARGS_GET",
    "ARGS_POST",
    "ARGS_GET_NAMES",
    "ARGS_POST_NAMES",
    "ARGS:a",
    "ARGS:/^[ab]/",
    "ARGS:json.a",
    "REQUEST_HEADERS",
    "REQUEST_HEADERS:Referer",
    "REQUEST_HEADERS:/^x-/",
    "REQUEST_HEADERS_NAMES",
    "REQUEST_COOKIES",
    "REQUEST_COOKIES_NAMES",
    "REQUEST_COOKIES:/a/",
    "REQUEST_URI",
    "REQUEST_URI_RAW",
    "REQUEST_FILENAME",
    "REQUEST_BASENAME",
    "REQUEST_LINE",
    "REQUEST_METHOD",
    "REQUEST_BODY",
    "QUERY_STRING",
    "FILES",
    "FILES_NAMES",
    "FILES_TMP_CONTENT",
    "MULTIPART_PART_HEADERS",
    "MULTIPART_STRICT_ERROR",
    "XML:/*",
    "XML://@*",
    "TX",
    "TX:score",
    "TX:/s/",
    "TX:0",
    "TX:1",
    "MATCHED_VAR",
    "MATCHED_VARS",
    "MATCHED_VAR_NAME",
    "MATCHED_VARS_NAMES",
    "RESPONSE_BODY",
    "RESPONSE_HEADERS",
    "RESPONSE_STATUS",
    "REMOTE_ADDR",
    "RULE:id",
    "ENV:x",
    "IP:a",
    "FULL_REQUEST",
    "ARGS_COMBINED_SIZE",
    "REQBODY_ERROR",
    "UNIQUE_ID",
    "DURATION",
];

/// What patterns and values have in common, so that rules match.
const WORDS: &[&str] = &[
    "a", "b", "ab", "select", "union", "<script>", "passwd", "/etc/", "..", "or", "1", "42", "0x41", "é",
    "ſ", "K", " ", "  ", "\\t", "x", "y", "cmd.exe", "=", "'", "--", "aaaa", "ABC", "SELECT", "uNion", "%41",
    "%2e", "%00", "&lt;", "\\u0061", "YWI=",
];

const PATTERNS: &[&str] = &[
    "a",
    "b",
    "[a-c]",
    "[^a]",
    ".",
    "\\d",
    "\\w+",
    "\\s*",
    "(?:a|b)",
    "(a)",
    "(union|select)",
    "select",
    "union",
    "<script",
    "passwd",
    "^",
    "$",
    "\\b",
    "?",
    "*",
    "+",
    "{2,3}",
    "{0,2}",
    "|",
    "(?i)",
    "(?i:ab)",
    "(?=a)",
    "(?!b)",
    "(?<=a)",
    "\\1",
    "\\x61",
    "[[:alpha:]]",
    "é",
    "\\x{e9}",
    "(?s).",
    "[a-z]+?",
    "\\.",
    "/etc/",
    "0x[0-9a-f]+",
    "K",
    "ſ",
    "(",
    ")",
    "[",
    "++",
    "(?>a+)",
    "\\W",
    "\\D",
    "[\\x00-\\x1f]",
    "%{tx.word}",
];

const TRANSFORMATIONS: &[&str] = &[
    "none",
    "lowercase",
    "uppercase",
    "urlDecode",
    "urlDecodeUni",
    "htmlEntityDecode",
    "jsDecode",
    "cssDecode",
    "base64Decode",
    "base64DecodeExt",
    "hexDecode",
    "removeNulls",
    "removeWhitespace",
    "compressWhitespace",
    "normalizePath",
    "normalizePathWin",
    "cmdLine",
    "replaceComments",
    "removeComments",
    "removeCommentsChar",
    "utf8toUnicode",
    "trim",
    "length",
    "sha1",
    "hexEncode",
    "escapeSeqDecode",
    "sqlHexDecode",
    "urlEncode",
    "parityZero7bit",
];

const ACTIONS: &[&str] = &[
    "capture",
    "multiMatch",
    "log",
    "nolog",
    "setvar:tx.score=+5",
    "setvar:tx.score=-1",
    "setvar:tx.s1=%{MATCHED_VAR}",
    "setvar:tx.%{MATCHED_VAR_NAME}=1",
    "setvar:!tx.score",
    "setvar:tx.word=%{TX.0}",
    "setvar:ip.a=+1",
    "msg:'m %{TX.1} %{MATCHED_VAR}'",
    "logdata:'%{MATCHED_VAR_NAME}=%{TX.0}'",
    "tag:'t'",
    "tag:'t/%{tx.score}'",
    "severity:CRITICAL",
    "ctl:ruleRemoveById=3-5",
    "ctl:ruleRemoveByTag=t",
    "ctl:ruleRemoveTargetById=2;ARGS:a",
    "ctl:ruleRemoveTargetById=1-9;REQUEST_HEADERS",
    "ctl:ruleRemoveTargetByTag=t;ARGS:/b/",
    "ctl:ruleRemoveTargetByTag=t;ARGS_NAMES",
    "ctl:requestBodyProcessor=JSON",
    "ctl:requestBodyProcessor=XML",
    "ctl:forceRequestBodyVariable=On",
    "ctl:ruleEngine=DetectionOnly",
    "ctl:ruleEngine=Off",
    "skip:1",
    "skipAfter:END",
    "initcol:ip=%{REMOTE_ADDR}",
    "expirevar:ip.a=60",
    "setenv:x=%{tx.score}",
];

fn plan(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let text = rules(&mut choices);
    let data = b"union\nselect\n# no\npasswd word\n".to_vec();
    let (rules, problems) = load(
        "main.conf",
        &MemoryFiles::new([("main.conf", text.clone().into_bytes()), ("words.data", data)]),
    );
    for problem in &problems {
        assert!(!problem.to_string().is_empty(), "a problem says something");
    }
    let (Ok(fast), Ok(plain)) =
        (Plan::compile(&rules, Limits::default()), Plan::compile(&rules, Limits::default()))
    else {
        return;
    };
    let plain = plain.plain();
    for _ in 0..EXCHANGES {
        let exchange = Exchange::of(&mut choices);
        let (with, without) = (exchange.seen(&fast), exchange.seen(&plain));
        assert_eq!(with, without, "{text}\n{exchange:?}");
        assert_eq!(with, exchange.seen(&fast), "the second time otherwise: {text}\n{exchange:?}");
    }
}

/// A rule file.
fn rules(choices: &mut Choices<'_>) -> String {
    let mut text = format!(
        "SecRuleEngine {}\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n",
        choices.one(&["On", "DetectionOnly"])
    );
    if choices.rarely(4) {
        text.push_str("SecDefaultAction \"phase:2,log,pass,t:lowercase\"\n");
    }
    let (mut id, mut in_chain) = (0, false);
    for _ in 0..=choices.below(RULES_MAX) {
        if !in_chain && choices.rarely(8) {
            text.push_str("SecMarker END\n");
        }
        id += 1;
        in_chain = rule(choices, id, in_chain, &mut text);
    }
    if in_chain {
        text.push_str("SecRule ARGS \"@rx .\" \"t:none\"\n");
    }
    text.push_str("SecMarker END\n");
    if choices.rarely(6) {
        text.push_str("SecRuleUpdateTargetById 1 \"!ARGS:a|REQUEST_HEADERS\"\n");
    }
    if choices.rarely(6) {
        text.push_str("SecRuleUpdateActionById 2 \"t:none,t:urlDecode\"\n");
    }
    if choices.rarely(8) {
        text.push_str("SecRuleRemoveById 3\n");
    }
    text
}

/// A rule; says whether a chain is open behind it.
fn rule(choices: &mut Choices<'_>, id: usize, in_chain: bool, text: &mut String) -> bool {
    let mut actions: Vec<String> = Vec::new();
    if !in_chain {
        actions.push(format!("id:{id},phase:{}", choices.one(&["2", "2", "2", "1", "1", "3", "4", "5"])));
        actions.push(
            choices
                .one(&[
                    "pass",
                    "pass",
                    "pass",
                    "deny",
                    "block",
                    "drop",
                    "allow",
                    "allow:phase",
                    "redirect:http://x/%{TX.0}",
                ])
                .to_owned(),
        );
    }
    for _ in 0..choices.below(4) {
        actions.push(format!("t:{}", choices.one(TRANSFORMATIONS)));
    }
    for _ in 0..choices.below(4) {
        actions.push(choices.one(ACTIONS).to_owned());
    }
    let opens = choices.rarely(5);
    if opens {
        actions.push("chain".to_owned());
    }
    let actions = actions.join(",");
    let mut targets: Vec<String> = Vec::new();
    for _ in 0..=choices.below(3) {
        let sign = choices.one(&["", "", "", "", "!", "&"]);
        targets.push(format!("{sign}{}", choices.one(TARGETS)));
    }
    let written = if !in_chain && choices.rarely(10) {
        writeln!(text, "SecAction \"{actions}\"")
    } else {
        let operator = operator(choices);
        writeln!(text, "SecRule {} \"{operator}\" \"{actions}\"", targets.join("|"))
    };
    // Writing to a text cannot fail.
    written.is_ok() && opens
}

fn operator(choices: &mut Choices<'_>) -> String {
    let negation = choices.one(&["", "", "", "", "!"]);
    let word = choices.text(WORDS, 2).replace(['"', '\\'], "");
    let argument = match choices.below(20) {
        0..9 => return format!("{negation}@rx {}", choices.text(PATTERNS, 6)),
        9 => format!(
            "@pm {word} {} {}",
            choices.one(WORDS).replace('\\', ""),
            choices.one(WORDS).replace('\\', "")
        ),
        10 => "@pmFromFile words.data".to_owned(),
        11 => format!("@contains {word}"),
        12 => format!("@beginsWith {word}"),
        13 => format!("@endsWith {word}"),
        14 => format!("@{} {word}", choices.one(&["streq", "within", "containsWord", "strmatch"])),
        15 => format!(
            "@{} {}",
            choices.one(&["eq", "ge", "gt", "le", "lt"]),
            choices.one(&["0", "1", "5", "%{tx.score}", "-1", "x"])
        ),
        16 => choices
            .one(&[
                "@detectSQLi",
                "@detectXSS",
                "@validateUrlEncoding",
                "@validateUtf8Encoding",
                "@unconditionalMatch",
                "@noMatch",
            ])
            .to_owned(),
        17 => format!("@validateByteRange {}", choices.one(&["32-126", "0-255", "1-255", "9,10,13,32-126"])),
        18 => "@ipMatch 198.51.100.0/24,::1".to_owned(),
        _ => format!(
            "@{} %{{{}}}",
            choices.one(&["streq", "contains", "within", "rx"]),
            choices.one(&["tx.word", "tx.score", "MATCHED_VAR", "ARGS.a"])
        ),
    };
    format!("{negation}{argument}")
}

/// A request and its response.
#[derive(Debug)]
struct Exchange {
    method: &'static str,
    target: String,
    headers: Fields,
    body: Vec<u8>,
    response_body: String,
}

impl Exchange {
    fn of(choices: &mut Choices<'_>) -> Self {
        let value = |choices: &mut Choices<'_>| {
            let mut text = choices.text(WORDS, 5);
            if choices.rarely(12) {
                text = text.repeat(1 + choices.below(200));
            }
            text
        };
        let escaped = |choices: &mut Choices<'_>| -> String {
            let text = value(choices);
            text.bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() || byte == b'%' {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02x}")
                    }
                })
                .collect()
        };
        let pairs: Vec<String> = (0..choices.below(4))
            .map(|_| format!("{}={}", choices.one(&["a", "b", "ab", "x", "json.a"]), escaped(choices)))
            .collect();
        let target = format!("/{}?{}", escaped(choices), pairs.join("&"));
        let mut headers = Fields::default();
        headers.push(b"Host", b"example.com");
        for name in ["Referer", "X-Other", "Cookie", "User-Agent"] {
            if !choices.rarely(3) {
                let text = if name == "Cookie" {
                    format!("a={}; {}=b", escaped(choices), escaped(choices))
                } else {
                    value(choices)
                };
                headers.push(name.as_bytes(), text.as_bytes());
            }
        }
        let (kind, body) = match choices.below(6) {
            0 => ("application/x-www-form-urlencoded", pairs.join("&")),
            1 => {
                ("application/json", format!("{{\"a\":{:?},\"b\":[1,{:?}]}}", value(choices), value(choices)))
            }
            2 => ("text/xml", format!("<a b=\"{}\">{}</a>", escaped(choices), escaped(choices))),
            3 => (
                "multipart/form-data; boundary=B",
                format!(
                    "--B\r\nContent-Disposition: form-data; name=\"a\"; filename=\"{}\"\r\n\r\n{}\r\n--B--\r\n",
                    escaped(choices),
                    value(choices)
                ),
            ),
            _ => ("", String::new()),
        };
        if !kind.is_empty() {
            headers.push(b"Content-Type", kind.as_bytes());
        }
        let method = if kind.is_empty() { "GET" } else { "POST" };
        Self { method, target, headers, body: body.into_bytes(), response_body: value(choices) }
    }

    /// Everything that can be seen of a run.
    fn seen(&self, plan: &Plan) -> String {
        let address = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
        let client = Client {
            address,
            port: 40_000,
            server_address: address,
            server_port: 80,
            id: "u".to_owned(),
            now_micros: 1_760_000_000_000_000,
        };
        let mut transaction = Transaction::new(plan, &client, &NoPersistence);
        let request = Request {
            method: self.method.as_bytes(),
            target: self.target.as_bytes(),
            protocol: b"HTTP/1.1",
            headers: &self.headers,
        };
        let mut headers = Fields::default();
        headers.push(b"Content-Type", b"text/html");
        let response = Response { status: 200, protocol: b"HTTP/1.1", headers: &headers };
        let mut verdicts = vec![transaction.request(&request)];
        if verdicts.last() == Some(&Verdict::Pass) {
            verdicts.push(transaction.request_body(&self.body));
        }
        if verdicts.last() == Some(&Verdict::Pass) {
            verdicts.push(transaction.response(&response));
        }
        if verdicts.last() == Some(&Verdict::Pass) {
            verdicts.push(transaction.response_body(self.response_body.as_bytes()));
        }
        transaction.finish();
        format!(
            "{verdicts:?} {:?} {:?} {:?} {:?}\n{:#?}",
            transaction.would_disrupt(),
            transaction.scores(),
            transaction.tx("score"),
            transaction.tx("word"),
            transaction.matches()
        )
    }
}
