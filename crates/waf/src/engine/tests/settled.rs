//! Programs and lists: the same, whatever the rules do to `TX`.
use super::fast::Dice;
use super::{Exchange, plan, rules};
use crate::{Limits, NoPersistence, Plan};
use std::fmt::Write as _;

const NAMES: &[&str] = &["a", "b", "c", "level", "p_x", "p_y"];
const WORDS: &[&str] = &["one", "two", "three", "p_x", "7"];

pub(super) fn one<'a>(dice: &mut Dice, of: &[&'a str]) -> &'a str {
    of[dice.below(of.len())]
}

fn assignment(dice: &mut Dice) -> String {
    let (name, other, number) = (one(dice, NAMES), one(dice, NAMES), dice.below(4));
    match dice.below(10) {
        0 | 1 => format!("setvar:tx.{name}=+{number}"),
        2 => format!("setvar:tx.{name}=-{number}"),
        3 => format!("setvar:!tx.{name}"),
        4 => format!("setvar:tx.{name}=%{{tx.{other}}}"),
        5 => format!("setvar:tx.{name}=+%{{tx.{other}}}"),
        6 => format!("setvar:tx.p_%{{tx.{other}}}={number}"),
        7 => format!("setvar:tx.{name}=%{{MATCHED_VAR}}"),
        _ => format!("setvar:tx.{name}={number}"),
    }
}

fn condition(dice: &mut Dice) -> String {
    let (name, other, number) = (one(dice, NAMES), one(dice, NAMES), dice.below(4));
    let not = if dice.below(4) == 0 { "!" } else { "" };
    let operator = one(dice, &["eq", "ge", "gt", "le", "lt"]);
    match dice.below(20) {
        18 => format!("REQUEST_METHOD \"{not}@streq {}\"", one(dice, &["GET", "POST"])),
        19 => format!("&REQUEST_METHOD \"{not}@streq {}\"", number % 2),
        12 => format!("&REQUEST_HEADERS:X-Other \"{not}@{operator} {}\"", number % 2),
        13 => format!("REQUEST_HEADERS:X-Other \"{not}@rx {}\"", one(dice, WORDS)),
        14 => format!("REQUEST_COOKIES|REQUEST_COOKIES_NAMES \"{not}@rx {}\"", one(dice, WORDS)),
        15 => format!("REQUEST_COOKIES:/^o/ \"{not}@streq {}\"", one(dice, WORDS)),
        16 => format!("&REQUEST_COOKIES \"{not}@{operator} {}\"", number % 2),
        17 => format!("REQUEST_METHOD \"{not}@rx ^(?:GET|HEAD)$\""),
        0 => format!("&TX:{name} \"{not}@{operator} {}\"", number % 2),
        1 => format!("TX:{name}|TX:{other} \"{not}@{operator} {number}\""),
        2 => format!("TX:{name} \"{not}@{operator} %{{tx.{other}}}\""),
        3 | 4 => format!("ARGS \"{not}@rx {}\"", one(dice, WORDS)),
        5 => format!("MATCHED_VARS \"@rx {}\"", one(dice, WORDS)),
        6 => "TX:/^p_/ \"@ge 1\"".to_owned(),
        7 => format!("REQUEST_HEADERS:X-Level \"@{operator} {number}\""),
        _ => format!("TX:{name} \"{not}@{operator} {number}\""),
    }
}

fn actions(dice: &mut Dice, rules: usize, next_marker: usize) -> String {
    let mut text = String::new();
    for _ in 0..dice.below(3) {
        write!(text, ",{}", assignment(dice)).expect("text");
    }
    match dice.below(14) {
        0..=5 => write!(text, ",skipAfter:M{}", next_marker + dice.below(2)).expect("text"),
        6 => write!(text, ",ctl:ruleRemoveById={}", 1 + dice.below(rules)).expect("text"),
        7 => {
            let (rule, name) = (1 + dice.below(rules), one(dice, NAMES));
            write!(text, ",ctl:ruleRemoveTargetById={rule};TX:{name}").expect("text");
        }
        8 => text.push_str(",capture"),
        _ => {}
    }
    text
}

/// A set of rules that do little but look at `TX` and step over each other.
fn generated(dice: &mut Dice) -> String {
    let rules = 10 + dice.below(30);
    let mut text = "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n".to_owned();
    let mut next_marker = 0;
    for id in 1..=rules {
        // Most in one phase, so that they have to do with each other.
        let phase = if dice.below(3) > 0 { 1 } else { 1 + dice.below(4) };
        let told = match dice.below(8) {
            0 => "log,msg:'%{tx.a} %{tx.b} %{MATCHED_VAR_NAME}',deny",
            1 => "log,allow:phase",
            2 | 3 => "log,pass,msg:'%{tx.a} %{tx.c} %{MATCHED_VAR}'",
            _ => "nolog,pass",
        };
        let actions = actions(dice, rules, next_marker);
        match dice.below(6) {
            0 => writeln!(text, "SecAction \"id:{id},phase:{phase},{told}{actions}\""),
            1 => {
                let (first, second) = (condition(dice), condition(dice));
                writeln!(
                    text,
                    "SecRule {first} \"id:{id},phase:{phase},{told}{actions},chain\"\n SecRule {second} \"{}\"",
                    assignment(dice)
                )
            }
            _ => writeln!(text, "SecRule {} \"id:{id},phase:{phase},{told}{actions}\"", condition(dice)),
        }
        .expect("text");
        if dice.below(4) == 0 {
            writeln!(text, "SecMarker M{next_marker}").expect("text");
            next_marker += 1;
        }
    }
    text
}

pub(super) fn seen(exchange: &Exchange, plan: &Plan) -> String {
    let (_, transaction) = exchange.run(plan, &NoPersistence);
    let mut text = exchange.seen(plan);
    for name in NAMES.iter().copied().chain(["0", "1", "p_0", "p_1", "p_one"]) {
        let value = transaction.tx(name).map(String::from_utf8_lossy);
        write!(text, "\n{name} = {value:?}").expect("text");
    }
    text
}

#[test]
fn programs_change_nothing() {
    let mut dice = Dice(0x5bd1_e995_9e37_79b9);
    for number in 0..1000 {
        let text = generated(&mut dice);
        let set = rules(&text);
        let fast = Plan::compile(&set, Limits::default()).expect("a plan");
        let plain = Plan::compile(&set, Limits::default()).expect("a plan").plain();
        for _ in 0..6 {
            let target = format!("/?x={}&y={}", one(&mut dice, WORDS), one(&mut dice, WORDS));
            let level = dice.below(4).to_string();
            let mut exchange = Exchange::get(&target).header("X-Level", &level);
            if dice.below(2) == 0 {
                exchange = exchange.header("X-Other", one(&mut dice, WORDS));
            }
            if dice.below(2) == 0 {
                let (name, value) = (one(&mut dice, WORDS), one(&mut dice, WORDS));
                exchange = exchange.header("Cookie", &format!("{name}={value}"));
            }
            exchange.response_headers.push(b"Content-Type", b"text/html");
            let expected = seen(&exchange, &plain);
            if number % 20 == 0 {
                let fresh = Plan::compile(&set, Limits::default()).expect("a plan");
                assert_eq!(seen(&exchange, &fresh), expected, "fresh: {exchange:?}\n{text}");
            }
            // The second time, and the third, what is kept between requests answers.
            for round in 0..3 {
                assert_eq!(seen(&exchange, &fast), expected, "round {round}: {exchange:?}\n{text}");
            }
        }
    }
}

#[test]
fn what_is_known_leaves_the_program() {
    let plan = plan(
        r#"
SecAction "id:1,phase:1,pass,nolog,setvar:tx.level=1"
SecRule TX:level "@lt 2" "id:2,phase:1,pass,nolog,skipAfter:END"
SecRule ARGS "@rx never" "id:3,phase:1,pass,log"
SecMarker END
SecRule TX:level "@ge 1" "id:4,phase:1,pass,nolog,setvar:tx.sum=+5"
SecRule ARGS "@rx x" "id:5,phase:1,pass,log"
SecRule TX:sum "@ge 5" "id:6,phase:2,deny,log"
"#,
    );
    let items: Vec<usize> = plan.programs.iter().flatten().map(|program| program.items.len()).collect();
    // Phase 1: one block, and rule 5. Phase 2: rule 6, which acts.
    assert_eq!(items, [2, 1, 0, 0]);
}
