//! Reading rules: inline cases, the corpora where they are, and printing back.
pub(crate) mod corpus;

use super::*;
use expect_test::{Expect, expect};

fn problems_of(rules: &str) -> String {
    let files = MemoryFiles::new([("main.conf", rules)]);
    let (_, problems) = load("main.conf", &files);
    problems.iter().map(told).collect()
}

pub(super) fn told(problem: &SeclangProblem) -> String {
    let weight = if problem.fatal { "error" } else { "note" };
    let help = problem.help.as_ref().map(|help| format!("\n    {help}")).unwrap_or_default();
    format!("{weight}: {problem}{help}\n")
}

fn check(rules: &str, expect: Expect) {
    expect.assert_eq(&problems_of(rules));
}

#[test]
fn unknown_words_are_told_with_the_nearest_known_one() {
    check(
        "SecRul ARGS \"@rx a\" \"id:1\"\nSecRule ARGZ \"@rxx a\" \"id:2,fase:2,t:lowercaes\"\nSecRequestBodyAcess On",
        expect![[r#"
            error: main.conf:1: unknown directive `SecRul`
                did you mean `SecRule`?
            error: main.conf:2: unknown variable `ARGZ`
                did you mean `ARGS`?
            error: main.conf:2: unknown operator `@rxx`
                did you mean `@rx`?
            error: main.conf:2: unknown action `fase`
                did you mean `pass`?
            error: main.conf:2: unknown transformation `lowercaes`
                did you mean `lowercase`?
            error: main.conf:3: unknown directive `SecRequestBodyAcess`
                did you mean `SecRequestBodyAccess`?
        "#]],
    );
}

/// What is printed is read back as the same, without a problem.
pub(super) fn assert_prints_the_same(rules: &RuleSet) {
    let printed = print(rules);
    let (again, problems) = load(PRINTED_MAIN, &printed);
    let fatal: String = problems.iter().filter(|problem| problem.fatal).map(told).collect();
    assert_eq!(fatal, "", "{rules}");
    if !rules.is_same(&again) {
        assert_eq!(rules.to_string(), again.to_string());
        assert_eq!(format!("{rules:#?}"), format!("{again:#?}"));
    }
}

/// Rules as they are printed, behind what is told of them.
fn shown(rules: &str) -> String {
    let files = MemoryFiles::new([
        ("main.conf", rules),
        ("words.data", "# a comment\nwget \n\n  # another\ncurl -s\n"),
        ("more/net.data", "10.0.0.0/8 # inner\n\n::1\n"),
        ("more/two.conf", "SecRule REMOTE_ADDR \"@ipMatchFromFile net.data\" \"id:902,phase:1,deny\"\n"),
        ("loop.conf", "Include loop.conf\n"),
    ]);
    let (set, problems) = load("main.conf", &files);
    assert_prints_the_same(&set);
    let told: String = problems.iter().map(told).collect();
    format!("{told}{set}")
}

fn reads(rules: &str, expect: Expect) {
    expect.assert_eq(&shown(rules));
}

#[test]
fn lines_go_on_and_comments_end() {
    reads(
        "# a comment that ends in a backslash \\\nSecAction \\\n    \"id:1,\\\n    phase:1,\\\n    pass,\\\n    nolog\"\n#SecRule ARGS \"@rx a\" \\\n#    \"id:2\"\n\n  SecRule ARGS \"@rx b\"\n    \"id:3,deny\"\nSecMarker 'END'\r\n",
        expect![[r#"
            SecAction "id:1,phase:1,pass,status:403,nolog,noauditlog,t:none"
            SecRule ARGS "@rx b" "id:3,phase:2,deny,status:403,log,auditlog,t:none"
            SecMarker "END"
        "#]],
    );
}

#[test]
fn default_actions_and_block() {
    reads(
        "SecRule ARGS \"a\" \"id:1,phase:2,block,t:none,t:trim\"\nSecRule ARGS \"a\" \"id:2,phase:2,pass,log\"\nSecRule ARGS \"a\" \"id:3,block\"\nSecRule ARGS a \"id:4,phase:1,block\"\nSecDefaultAction \"phase:2,nolog,auditlog,deny,status:429,t:lowercase,tag:'all'\"\n",
        expect![[r#"
            SecRule ARGS "@rx a" "id:1,phase:2,deny,status:429,nolog,auditlog,tag:'all',t:none,t:trim"
            SecRule ARGS "@rx a" "id:2,phase:2,pass,status:429,log,auditlog,tag:'all',t:none,t:lowercase"
            SecRule ARGS "@rx a" "id:3,phase:2,deny,status:429,nolog,auditlog,tag:'all',t:none,t:lowercase"
            SecRule ARGS "@rx a" "id:4,phase:1,pass,status:403,log,auditlog,t:none"
        "#]],
    );
}

#[test]
fn chains_keep_what_belongs_to_the_head() {
    reads(
        "SecRule ARGS \"@rx a\" \"id:1,phase:2,deny,chain,msg:'head'\"\n  SecRule REQUEST_HEADERS:Host \"!@streq x\" \"t:lowercase,setvar:tx.a=1,status:409,tag:'link',chain\"\n  SecRule &TX:a \"@gt 0\" \"id:7,deny\"\nSecRule ARGS \"@rx b\" \"id:2,chain\"\nSecMarker X\nSecRule ARGS c \"id:3,chain\"\n",
        expect![[r#"
            error: main.conf:3: only the first rule of a chain may stop or pass the transaction
                put the action on the first rule
            note: main.conf:3: `id` has no effect in a chained rule
                leave it out
            error: main.conf:6: the rule before ends in `chain`, but something stands between
                put the chained rule right behind
            note: main.conf:6: the rule never matches: it ends in `chain`, but no rule follows
                add the chained rule, or leave `chain` out
            SecRule ARGS "@rx b" "id:2,phase:2,pass,status:403,log,auditlog,t:none"
            SecMarker "X"
        "#]],
    );
}

#[test]
fn targets_with_selectors_of_every_kind() {
    reads(
        "SecRule ARGS:Q|!ARGS:/^x-/|&REQUEST_HEADERS:User-Agent|XML:/*|XML://@href|TX:'/a|b c/'|REQUEST_COOKIES:'a b'|ARGS:/x{1,2}/ \"@rx a\" \"id:1\"\nSecRule tx.score,args.b \"@eq 1\" \"id:2\"\nSecRule REQUEST_URI:x|ARGS: \"@rx a\" \"id:3\"\n",
        expect![[r#"
            error: main.conf:3: `REQUEST_URI` is one value and has no members
                write `REQUEST_URI`
            error: main.conf:3: `ARGS:` names no member
                write `ARGS` for all, or `ARGS:name`
            SecRule ARGS:q|!ARGS:'/^x-/'|&REQUEST_HEADERS:user-agent|XML:/*|XML://@href|TX:'/a|b c/'|REQUEST_COOKIES:'a b'|ARGS:'/x{1,2}/' "@rx a" "id:1,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule TX:score|ARGS:b "@eq 1" "id:2,phase:2,pass,status:403,log,auditlog,t:none"
        "#]],
    );
}

#[test]
fn paths_that_are_not_known_never_pass_silently() {
    reads(
        "SecRule XML:/*|XML://@*|XML://@soap:id|XML \"@rx a\" \"id:1\"\nSecRule XML:/shop/book[1] \"@rx a\" \"id:2\"\nSecRule ARGS|!XML://* \"@rx a\" \"id:3\"\nSecRule XML://@ \"@rx %{XML.//a/text()}\" \"id:4\"\n",
        expect![[r#"
            error: main.conf:2: the XPath `/shop/book[1]` is not supported
                write `XML:/*` for the text of all elements, `XML://@*` for all attributes, `XML://@name` for those of one name
            error: main.conf:3: the XPath `//*` is not supported
                write `XML:/*` for the text of all elements, `XML://@*` for all attributes, `XML://@name` for those of one name
            error: main.conf:4: the XPath `//@` is not supported
                write `XML:/*` for the text of all elements, `XML://@*` for all attributes, `XML://@name` for those of one name
            error: main.conf:4: the XPath `//a/text()` is not supported
                write `XML:/*` for the text of all elements, `XML://@*` for all attributes, `XML://@name` for those of one name
            SecRule XML:/*|XML://@*|XML://@soap:id|XML "@rx a" "id:1,phase:2,pass,status:403,log,auditlog,t:none"
        "#]],
    );
}

#[test]
fn quotes_in_a_name_are_printed_as_they_were_read() {
    reads(
        "SecRule ARGS|!ARGS:a\\\"b|ARGS:'c\\\\\"d'|ARGS:/e\\'f/ \"@rx  \" \"id:1\"\n",
        expect![[r#"
        SecRule ARGS|!ARGS:'a\"b'|ARGS:'c\\\"d'|ARGS:'/e\'f/' "@rx  " "id:1,phase:2,pass,status:403,log,auditlog,t:none"
    "#]],
    );
}

#[test]
fn operators_and_their_data() {
    reads(
        "SecRule ARGS \"@pmFromFile words.data\" \"id:1\"\nSecRule ARGS \"@pm a |42 43|d e\\;f\" \"id:2\"\nSecRule REMOTE_ADDR \"!@ipMatch 10.0.0.0/8,::1,192.0.2.1\" \"id:3\"\nSecRule ARGS \"@validateByteRange 9,10,32-126\" \"id:4\"\nSecRule ARGS \"!foo\\\"bar\" \"id:5\"\nSecRule ARGS '@contains \"' 'id:6'\nSecRule ARGS \"@within %{tx.a} b\" \"id:7\"\nSecRule ARGS \"@rx a\\%{b}\" \"id:8\"\nInclude more/*.conf\n",
        expect![[r#"
            SecRule ARGS "@pmFromFile rule-1-0.data" "id:1,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "@pmFromFile rule-2-0.data" "id:2,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule REMOTE_ADDR "!@ipMatch 10.0.0.0/8,::1/128,192.0.2.1/32" "id:3,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "@validateByteRange 9,10,32-126" "id:4,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "!@rx foo\"bar" "id:5,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "@contains \"" "id:6,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "@within %{TX:a} b" "id:7,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule ARGS "@rx a\%{b}" "id:8,phase:2,pass,status:403,log,auditlog,t:none"
            SecRule REMOTE_ADDR "@ipMatch 10.0.0.0/8,::1/128" "id:902,phase:1,deny,status:403,log,auditlog,t:none"
        "#]],
    );
    reads(
        "SecRule ARGS \"@pmFromFile none.data\" \"id:1\"\nSecRule ARGS \"@pmFromFile https://x.example/a\" \"id:2\"\nSecRule ARGS \"@ipMatch 10.0.0.0/33\" \"id:3\"\nSecRule ARGS \"@validateByteRange 5-1\" \"id:4\"\nSecRule ARGS \"@rx %{tx.a\" \"id:5\"\nSecRule ARGS \"@eq\" \"id:6\"\nSecRule ARGS \"@inspectFile x.lua\" \"id:7\"\nSecRule ARGS \"@streq %{nope}\" \"id:8\"\nInclude none.conf\nIncludeOptional none.conf\nInclude none*.conf\nInclude loop.conf\n",
        expect![[r#"
            error: main.conf:1: `none.data` cannot be read: it is not there
                a relative name begins in the folder of the rule file that names it
            error: main.conf:2: `https://x.example/a` is not on this machine
                download it, look at it, and name the file
            error: main.conf:3: `10.0.0.0/33` is no IP address or network
                write `10.0.0.0/8` or `2001:db8::/32`
            error: main.conf:4: `5-1` is no byte and no range of bytes
                write for example `9,10,13,32-126`
            error: main.conf:5: `%{tx.a` is not closed
                close it with `}`, or write `\%{` for the two letters
            error: main.conf:6: `@eq` has no argument
                write `@eq 0`
            error: main.conf:7: `@inspectFile` is not supported
                remove the rule with `SecRuleRemoveById`
            error: main.conf:8: unknown variable `nope`
            error: main.conf:9: `none.conf` cannot be read: it is not there
                a relative name begins in the folder of the rule file that names it
            error: main.conf:11: no file matches `none*.conf`
                write `IncludeOptional` for files that may be absent
            error: loop.conf:1: `loop.conf` includes itself: `loop.conf` line 1 -> `loop.conf`
                take one of these `Include` away
        "#]],
    );
}

#[test]
fn files_that_include_each_other_are_told_with_the_way() {
    let tell = |files: &[(&str, &str)]| -> String {
        let files = MemoryFiles::new(files.iter().map(|(name, text)| (*name, *text)));
        load("main.conf", &files).1.iter().map(told).collect()
    };
    let circle = [
        ("main.conf", "SecAction \"id:1,pass\"\nInclude rules/a.conf\n"),
        ("rules/a.conf", "\n\nIncludeOptional ./b*.conf\n"),
        ("rules/./b.conf", "Include ../rules//../rules/a.conf\nInclude /main.conf\n"),
        ("/main.conf", "Include once.conf\nInclude once.conf\n"),
        ("/once.conf", ""),
    ];
    expect![[r#"
        error: rules/./b.conf:1: `rules/a.conf` includes itself: `rules/a.conf` line 3 -> `rules/./b.conf` line 1 -> `rules/a.conf`
            take one of these `Include` away
    "#]]
    .assert_eq(&tell(&circle));
    // A long way that does not go round ends at the depth.
    let long: Vec<(String, String)> =
        (0..20).map(|at| (format!("{at}.conf"), format!("Include {}.conf\n", at + 1))).collect();
    let long: Vec<(&str, &str)> = [("main.conf", "Include 0.conf\n")]
        .into_iter()
        .chain(long.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .collect();
    expect![[r#"
        error: 15.conf:1: files include each other more than 16 deep
            name the files in one place
    "#]]
    .assert_eq(&tell(&long));
}

#[test]
fn actions_of_every_kind() {
    reads(
        "SecAction \"id:1,phase:request,allow:phase,msg:'it\\'s, \\\"so\\\"',logdata:%{MATCHED_VAR},severity:2,ver:'v/1',rev:'2',maturity:9,accuracy:8,tag:'a',tag:b,multiMatch,capture,setvar:tx.A=b,setvar:'tx.x_%{MATCHED_VAR_NAME}=+%{tx.y}',setvar:!ip.z,setvar:tx.one,expirevar:ip.z=60,deprecatevar:session.s=60/300,initcol:ip=%{REMOTE_ADDR},setsid:%{REQUEST_COOKIES.sid},setenv:A=b,ctl:ruleRemoveById=1-5,ctl:ruleRemoveTargetByTag=a;ARGS:'/x,y/',ctl:ruleEngine=DetectionOnly,ctl:requestBodyProcessor=xml,skipAfter:END\"\n",
        expect![[r#"
            SecAction "id:1,phase:2,allow:phase,status:403,log,auditlog,msg:'it\'s, \"so\"',logdata:'%{MATCHED_VAR}',severity:'CRITICAL',tag:'a',tag:'b',ver:'v/1',rev:'2',maturity:9,accuracy:8,skipAfter:'END',t:none,multiMatch,capture,setvar:'tx.a=b',setvar:'tx.x_%{MATCHED_VAR_NAME}=+%{TX:y}',setvar:'!ip.z',setvar:'tx.one=1',expirevar:'ip.z=60',deprecatevar:'session.s=60/300',initcol:'ip=%{REMOTE_ADDR}',setsid:'%{REQUEST_COOKIES:sid}',setenv:'A=b',ctl:'ruleRemoveById=1-5',ctl:'ruleRemoveTargetByTag=a;ARGS:\'/x,y/\'',ctl:'ruleEngine=DetectionOnly',ctl:'requestBodyProcessor=XML'"
        "#]],
    );
    reads(
        "SecAction \"id:0,phase:9,severity:LOUD,status:99,setvar:args.x=1,setvar:,ctl:nope=1,ctl:ruleEngine=Maybe,exec:/bin/x,skip:abc,t:,msg:'open\"\nSecAction \"id:1,deny:x,allow:all\"\nSecAction \"id:-1\"\nSecAction \"id:1'\"\nSecAction \"id:2 phase:2\"\nSecAction \"msg:'a'b,id:3\"\n",
        expect![[r#"
            error: main.conf:1: `0` is no valid rule id
                write a whole number from 1 to 18446744073709551615
            error: main.conf:1: unknown phase `9`
                write 1 (request headers), 2 (request body), 3 (response headers), 4 (response body) or 5 (logging)
            error: main.conf:1: unknown severity `LOUD`
                write EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG, or 0 to 7
            error: main.conf:1: `99` is no HTTP status
                write a number from 100 to 599
            error: main.conf:1: `args` cannot be written
                write to `tx`, `ip`, `global`, `session`, `user` or `resource`
            error: main.conf:1: `setvar` has no value
                write `setvar:VALUE`
            error: main.conf:1: unknown setting `ctl:nope`
            error: main.conf:1: `Maybe` is no value of `ruleEngine`
                write `On`, `Off` or `DetectionOnly`
            error: main.conf:1: `exec` is not supported
                no program is started while a request is inspected: act on the match log instead
            error: main.conf:1: `skip:abc` is no whole number in range
                write `skip:1`
            error: main.conf:1: `t` has no value
                write `t:VALUE`
            error: main.conf:1: the quote of `msg:'open` is not closed
                close it with `'`
            error: main.conf:2: `deny` takes no value, here `x`
            error: main.conf:2: unknown extent `allow:all`
                write `allow`, `allow:phase` or `allow:request`
            error: main.conf:3: `-1` is no valid rule id
                write a whole number from 1 to 18446744073709551615
            error: main.conf:4: `id:1'` has a quote that was never opened
            error: main.conf:5: `2 phase:2` is no valid rule id
                write a whole number from 1 to 18446744073709551615
            error: main.conf:6: `b,id:3` stands after the value of `msg`
                put a comma between two actions, and `\'` for a quote in a value
        "#]],
    );
}

#[test]
fn ids_are_needed_and_used_once() {
    reads(
        "SecRule ARGS a \"phase:2\"\nSecAction \"phase:1,nolog\"\nSecAction \"id:5,phase:1\"\nSecRule ARGS a \"id:5\"\n",
        expect![[r#"
            error: main.conf:1: the rule has no id
                add `id:NUMBER` to its actions
            note: main.conf:2: the action has no id and cannot be removed or updated
                add `id:NUMBER`
            error: main.conf:4: rule id 5 is already used at main.conf:3
                give every rule its own id
            SecAction "phase:1,pass,status:403,nolog,noauditlog,t:none"
            SecAction "id:5,phase:1,pass,status:403,log,auditlog,t:none"
        "#]],
    );
}

#[test]
fn removals_and_updates_hold_wherever_they_stand() {
    reads(
        "SecRuleRemoveById 1 \"3-4\"\nSecRuleRemoveByTag attack\nSecRuleRemoveByMsg \"a message\"\nSecRuleUpdateTargetById 7 \"!ARGS:q|REQUEST_HEADERS\"\nSecRuleUpdateTargetByTag 'keep/this' !ARGS:/^x/\nSecRuleUpdateActionById 7 \"pass,t:none,t:trim,msg:'new',tag:'c'\"\nSecRuleRemoveById 99\nSecRuleUpdateActionById 7 \"id:8\"\nSecRule ARGS a \"id:1\"\nSecRule ARGS a \"id:3\"\nSecRule ARGS a \"id:5,tag:'attack'\"\nSecRule ARGS a \"id:6,msg:'a message'\"\nSecRule ARGS a \"id:7,deny,t:lowercase,msg:'old',tag:'a'\"\nSecRule ARGS a \"id:9,tag:'keep/this',tag:'attack/x'\"\n",
        expect![[r#"
            error: main.conf:8: `id` of a rule cannot be changed
            note: main.conf:7: the directive names no rule that is there
                compare with the rules that are loaded; tags and messages are compared as a whole
            SecRule ARGS|!ARGS:q|REQUEST_HEADERS "@rx a" "id:7,phase:2,pass,status:403,log,auditlog,msg:'new',tag:'a',tag:'c',t:none,t:trim"
            SecRule ARGS|!ARGS:'/^x/' "@rx a" "id:9,phase:2,pass,status:403,log,auditlog,tag:'keep/this',tag:'attack/x',t:none"
        "#]],
    );
}

#[test]
fn settings_are_kept_and_told() {
    reads(
        "SecRuleEngine DetectionOnly\nSecRequestBodyAccess On\nsecrequestbodylimit 13107200\nSecRequestBodyLimitAction ProcessPartial\nSecResponseBodyMimeType text/plain TEXT/html\nSecArgumentSeparator ;\nSecComponentSignature \"a/1\"\nSecWebAppId \"app\"\nSecAuditLogParts ABIJDEFHZ\nSecDebugLog /tmp/x\nSecCollectionTimeout 600\nSecUploadFileLimit 5\n",
        expect![[r#"
            SecRuleEngine DetectionOnly
            SecRequestBodyAccess On
            SecRequestBodyLimit 13107200
            SecRequestBodyLimitAction ProcessPartial
            SecUploadFileLimit 5
            SecCollectionTimeout 600
            SecResponseBodyMimeType text/plain text/html
            SecArgumentSeparator ;
            SecComponentSignature "a/1"
            SecWebAppId "app"
            SecAuditLogParts "ABIJDEFHZ"
            SecDebugLog "/tmp/x"
        "#]],
    );
    reads(
        "SecRuleEngine Maybe\nSecRequestBodyLimit lots\nSecArgumentSeparator ab\nSecServerSignature x\nSecHashEngine On\nSecRemoteRules k https://x.example/\nSecRuleScript a.lua \"id:1\"\nSecUnicodeMapFile none.mapping 20127\nSecDefaultAction \"phase:1,log\"\nSecMarker\n",
        expect![[r#"
            error: main.conf:1: `Maybe` is no value of `SecRuleEngine`
                write `On`, `Off` or `DetectionOnly`
            error: main.conf:2: `lots` is no number for `SecRequestBodyLimit`
                write for example `SecRequestBodyLimit 1000`
            error: main.conf:3: `ab` is not one character
                write `SecArgumentSeparator &`
            error: main.conf:4: `SecServerSignature` is not supported
                leave the directive out
            error: main.conf:5: `SecHashEngine On` is not supported
                write `SecHashEngine Off`
            error: main.conf:6: the rules of `https://x.example/` are not loaded: nothing is fetched
                download the file, look at it, and `Include` it
            error: main.conf:7: `SecRuleScript` is not supported: no Lua runs here
                write the condition as a `SecRule`
            error: main.conf:8: `none.mapping` cannot be read: it is not there
                a relative name begins in the folder of the rule file that names it
            error: main.conf:9: `SecDefaultAction` must name what stops a transaction, or `pass`
                add `pass` or `deny`
            error: main.conf:10: `SecMarker` wants one name
                write `SecMarker END-OF-CHECKS`
        "#]],
    );
}

#[test]
fn reading_is_bounded() {
    let (_, problems) = load("main.conf", &MemoryFiles::new([("main.conf", "Nonsense\n".repeat(5_000))]));
    assert_eq!(problems.len(), PROBLEMS_MAX + 1);
    let long = format!("SecAction \"id:1,msg:'{}'\"\n", "a".repeat(LINE_BYTES_MAX));
    assert!(problems_of(&long).contains("longer than"));
    let many = format!("SecAction \"id:1{}\"\n", ",nonsense".repeat(10_000));
    assert_eq!(problems_of(&many).lines().count(), PROBLEMS_OF_DIRECTIVE_MAX);
    let chain = format!(
        "SecRule ARGS a \"id:1,chain\"\n{}SecRule ARGS a\n",
        "SecRule ARGS a chain\n".repeat(CHAIN_MAX)
    );
    assert!(problems_of(&chain).contains("chain is longer"));
}

#[test]
fn quotes_and_blanks_of_a_key_are_printed_so_that_they_stay() {
    for key in ["''a''", "'''", r"'\' a'", "%{REMOTE_ADDR}", "'  '", "' a '"] {
        let rules = format!("SecAction \"id:1,phase:1,pass,nolog,initcol:ip={key}\"");
        let files = MemoryFiles::new([("main.conf", rules.as_str())]);
        let (rules, _) = load("main.conf", &files);
        assert_prints_the_same(&rules);
    }
}
