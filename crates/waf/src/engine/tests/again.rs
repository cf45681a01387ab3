//! What is remembered between requests: the same answers as without.
use super::fast::Dice;
use super::settled::{one, seen};
use super::{Exchange, plan, rules};
use crate::{Limits, Plan};
use std::fmt::Write as _;

const WORDS: &[&str] = &["one", "two", "k_one", "xk_two", "three", "Three", "n_k_one"];

/// A set of rules that write notes and look through them, and through those of others.
fn generated(dice: &mut Dice) -> String {
    let mut text = "SecRuleEngine On\nSecRequestBodyAccess On\n".to_owned();
    for id in 1..=6 + dice.below(12) {
        let phase = 1 + dice.below(2);
        let prefix = one(dice, &["k_", "n_", "k_t", "m_"]);
        let (word, other) = (one(dice, WORDS), one(dice, WORDS));
        let line = match dice.below(12) {
            0..=4 => {
                let names = one(dice, &["REQUEST_HEADERS_NAMES", "ARGS_NAMES", "REQUEST_COOKIES_NAMES"]);
                let pattern = one(dice, &["^.*$", "^[k-z]", "o", "(o)", "^.*$"]);
                let lower = one(dice, &["", ",t:lowercase", ",multiMatch"]);
                let value = one(dice, &["/%{tx.0}/", "%{tx.0}", "%{MATCHED_VAR}", "1"]);
                let test = one(
                    dice,
                    &["@within %{tx.list}", "@contains three", "@within /one/", "@rx ^/t", "@gt 0"],
                );
                let source = one(dice, &["TX:/^k_/", "TX:/^n_/", "TX:/^k_t/", "TX:/k_/", "TX:k_one"]);
                let own = format!("q{id}_");
                let prefix = if dice.below(2) == 0 { own.as_str() } else { prefix };
                let source = if dice.below(3) > 0 { format!("TX:/^{prefix}/") } else { source.to_owned() };
                format!(
                    "SecRule {names} \"@rx {pattern}\" \"id:{id},phase:{phase},pass,log,msg:'%{{tx.0}}',capture{lower},setvar:'tx.{prefix}%{{tx.0}}={value}',chain\"\n \
                     SecRule {source} \"{test}\" \"setvar:tx.a=+1\""
                )
            }
            5 => {
                format!("SecAction \"id:{id},phase:{phase},pass,nolog,setvar:'tx.list=/{word}/ /{other}/'\"")
            }
            6 => format!("SecRule TX:/{prefix}/ \"@rx .\" \"id:{id},phase:{phase},pass,log\""),
            7 => format!("SecRule TX:/^{prefix}o/ \"@rx .\" \"id:{id},phase:{phase},pass,log\""),
            8 => {
                format!("SecAction \"id:{id},phase:{phase},pass,log,msg:'%{{tx.{prefix}{word}}} %{{tx.0}}'\"")
            }
            9 => format!(
                "SecAction \"id:{id},phase:{phase},pass,nolog,ctl:ruleRemoveTargetById=1-9;TX:{prefix}{word}\""
            ),
            10 => format!(
                "SecRule ARGS_NAMES|REQUEST_HEADERS_NAMES \"@rx {word}\" \"id:{id},phase:{phase},pass,log,setvar:'tx.{prefix}%{{MATCHED_VAR}}=1'\""
            ),
            _ => format!(
                "SecRule REQUEST_URI|ARGS|REQUEST_HEADERS \"@rx {word}\" \"id:{id},phase:{phase},pass,log,setvar:tx.b=+1\""
            ),
        };
        writeln!(text, "{line}").expect("text");
    }
    text
}

fn exchange(dice: &mut Dice) -> Exchange {
    let mut target = format!("/{}?", one(dice, WORDS));
    for _ in 0..dice.below(3) {
        let line = if dice.below(6) == 0 { "%0a" } else { "" };
        write!(target, "{}{line}{}={}&", one(dice, WORDS), one(dice, WORDS), one(dice, WORDS)).expect("text");
    }
    let mut exchange = Exchange::get(&target);
    for _ in 0..dice.below(3) {
        exchange = exchange.header(one(dice, WORDS), one(dice, WORDS));
    }
    if dice.below(2) == 0 {
        exchange = exchange.header("Cookie", &format!("{}={}", one(dice, WORDS), one(dice, WORDS)));
    }
    if dice.below(4) == 0 {
        exchange = exchange.body(&format!("{}={}", one(dice, WORDS), one(dice, WORDS)));
        exchange = exchange.header("Content-Type", "application/x-www-form-urlencoded");
    }
    exchange
}

#[test]
fn nobody_sees_what_is_remembered() {
    let mut dice = Dice(0x1f83_d9ab_5be0_cd19);
    let mut with_notes = 0;
    for _ in 0..800 {
        let text = generated(&mut dice);
        let set = rules(&text);
        let fast = Plan::compile(&set, Limits::default()).expect("a plan");
        let plain = Plan::compile(&set, Limits::default()).expect("a plan").plain();
        with_notes += fast.rules.rules.iter().filter(|rule| rule.notes.is_some()).count();
        let exchanges: Vec<Exchange> = (0..4).map(|_| exchange(&mut dice)).collect();
        let expected: Vec<String> = exchanges.iter().map(|exchange| seen(exchange, &plain)).collect();
        for round in 0..3 {
            for (exchange, expected) in exchanges.iter().zip(&expected) {
                assert_eq!(&seen(exchange, &fast), expected, "round {round}: {exchange:?}\n{text}");
            }
        }
    }
    assert!(with_notes > 300, "{with_notes}");
}

/// The rule that this was made for, as the Core Rule Set writes it, and a rule that reads variables by a pattern.
const RESTRICTED: &str = r#"
SecAction "id:1,phase:1,pass,nolog,setvar:'tx.restricted=/proxy/ /x-secret/'"
SecRule REQUEST_HEADERS_NAMES "@rx ^.*$" "id:2,phase:1,pass,log,capture,t:lowercase,setvar:'tx.header_%{tx.0}=/%{tx.0}/',chain"
    SecRule TX:/^header_/ "@within %{tx.restricted}" "setvar:tx.score=+5"
SecRule TX:/counter_.*/ "@rx ." "id:3,phase:2,pass,log"
"#;

#[test]
fn a_restricted_header_is_told_every_time() {
    let plan = plan(RESTRICTED);
    assert!(plan.rules.rules.iter().any(|rule| rule.id == 2 && rule.notes.is_some()));
    let harmless = Exchange::get("/").header("Accept", "*/*");
    let restricted = Exchange::get("/").header("Accept", "*/*").header("Proxy", "x");
    let counted = Exchange::get("/").header("Counter_x", "1");
    for _ in 0..5 {
        assert!(!harmless.seen(&plan).contains("\n2 "));
        assert!(restricted.seen(&plan).contains("\n2 "));
        assert!(counted.seen(&plan).contains("\n3 "));
    }
    // What is asked for is part of what is remembered.
    let changed = RESTRICTED.replace("SecRule REQUEST", "SecRule ARGS:list \"@rx ^(.+)$\" \"id:4,phase:1,pass,nolog,capture,setvar:'tx.restricted=%{tx.1}'\"\nSecRule REQUEST");
    let plan = super::plan(&changed);
    for _ in 0..4 {
        let lists = |list: &str| Exchange::get(&format!("/?list={list}")).header("Accept", "*/*").seen(&plan);
        assert!(!lists("/other/").contains("\n2 "));
        assert!(lists("/accept/").contains("\n2 "));
    }
}

#[test]
fn where_arguments_came_from_is_not_forgotten() {
    let plan = plan(
        r#"
SecRequestBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule ARGS_GET "@rx bad" "id:2,phase:2,pass,log"
SecRule ARGS_POST "@rx bad" "id:3,phase:2,pass,log"
SecRule ARGS "@rx bad" "id:4,phase:2,pass,log"
"#,
    );
    let in_query = Exchange::get("/?json.a=bad").header("Content-Type", "text/plain").body("x");
    let in_json = Exchange::get("/").header("Content-Type", "application/json").body("{\"a\":\"bad\"}");
    let form = "application/x-www-form-urlencoded";
    let in_form = Exchange::get("/").header("Content-Type", form).body("json.a=bad");
    let told = |exchange: &Exchange| {
        let seen = exchange.seen(&plan);
        ["\n2 ", "\n3 ", "\n4 "].map(|rule| seen.contains(rule))
    };
    let fresh = [&in_query, &in_json, &in_form].map(&told);
    assert_eq!(fresh[0], [true, false, true]);
    assert_eq!(fresh[2], [false, true, true]);
    for _ in 0..3 {
        assert_eq!([&in_query, &in_json, &in_form].map(&told), fresh);
        assert_eq!([&in_form, &in_json, &in_query].map(&told), [fresh[2], fresh[1], fresh[0]]);
    }
}
