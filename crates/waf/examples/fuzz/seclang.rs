//! Rules: reading never ends the process, and what is printed is read back as the same.
use crate::Target;
use waf::seclang::{MemoryFiles, load, print};

const PIECES: &[&[u8]] = &[
    b"SecRule ",
    b"SecAction ",
    b"SecMarker ",
    b"SecDefaultAction ",
    b"SecRuleUpdateTargetById ",
    b"SecRuleUpdateActionById ",
    b"SecRuleRemoveByTag ",
    b"Include ",
    b"\"",
    b"'",
    b"\\",
    b"\\\n",
    b"\n",
    b"#",
    b",",
    b"|",
    b"&",
    b"!",
    b":",
    b";",
    b"@rx ",
    b"@pm ",
    b"@pmFromFile x.data",
    b"@ipMatch 10.0.0.0/8,::1",
    b"@within %{tx.a}",
    b"%{",
    b"}",
    b"ARGS",
    b"ARGS:/a/",
    b"XML:/*",
    b"TX:'/a b/'",
    b"id:1,",
    b"phase:2,",
    b"chain,",
    b"setvar:tx.a=+%{tx.b},",
    b"ctl:ruleRemoveTargetById=1;ARGS:a,",
    b"t:none,",
    b"t:lowercase,",
    b"block",
    b"deny",
    b"status:404",
    b"redirect:http://x/",
    b"skipAfter:END",
    b" ",
    b"\xFF",
    b"\r",
];

const SEEDS: &[&[u8]] = &[
    b"SecRuleEngine On\nSecDefaultAction \"phase:2,log,deny,status:403\"\nSecRule ARGS|!ARGS:q|REQUEST_HEADERS:/^x-/ \"@rx (?i)a\\\"b\" \\\n  \"id:1,phase:2,t:none,t:lowercase,msg:'it\\'s',logdata:'%{MATCHED_VAR}',tag:'a/b',block,chain\"\n  SecRule &TX:a \"!@eq 0\" \"setvar:'tx.x_%{rule.id}=+1',setvar:!tx.y\"\nSecMarker END\n",
    b"SecAction \"id:2,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},ctl:ruleRemoveById=1-5,expirevar:ip.a=60\"\nSecRule TX \"@pm a |41 42| c\" \"id:3,deny,skipAfter:END\"\nSecRuleUpdateTargetById 3 \"!ARGS:b\"\nInclude main.conf\nSecRule REMOTE_ADDR \"@ipMatchFromFile x.data\" \"id:4,pass\"\n",
];

pub(crate) const SECLANG: Target = Target {
    name: "seclang",
    seeds: SEEDS,
    pieces: PIECES,
    endings: &[".conf", ".example", ".data"],
    run: seclang,
};

/// The bytes as rule file and as data file.
fn seclang(bytes: &[u8]) {
    let files = MemoryFiles::new([("main.conf", bytes), ("x.data", bytes)]);
    let (rules, problems) = load("main.conf", &files);
    for problem in &problems {
        assert!(!problem.to_string().is_empty(), "a problem says something");
    }
    drop(rules);
}

pub(crate) const EXACT: Target = Target {
    name: "seclang-print",
    seeds: SEEDS,
    pieces: PIECES,
    endings: &[".conf", ".example"],
    run: exact,
};

/// What is printed is read back as the same, without a problem.
fn exact(bytes: &[u8]) {
    let files = MemoryFiles::new([("main.conf", bytes), ("x.data", b"a\nb c\n#d\n")]);
    let (rules, _) = load("main.conf", &files);
    let printed = print(&rules);
    let (again, problems) = load(waf::seclang::PRINTED_MAIN, &printed);
    let fatal: Vec<_> = problems.iter().filter(|problem| problem.fatal).collect();
    assert!(fatal.is_empty(), "{fatal:?}");
    assert!(rules.is_same(&again), "printed otherwise:\n{}", rules);
}
