//! Node: wrapped bindings, `eval` and constructors, CommonJS and ESM.
use super::harness::{Runtime, folder, table};
use std::path::Path;

const COMMANDS: &[(&str, &str, &str)] = &[
    ("exec", r#"{"name":"ann"}"#, "ok"),
    ("exec", r#"{"name":"x; id"}"#, "hook-command"),
    ("exec", r#"{"name":"x\u003b\u0020id"}"#, "hook-command"),
    ("exec", r#"{"name":"$(id)"}"#, "hook-command"),
    ("execCallback", r#"{"name":"x|id"}"#, "hook-command"),
    ("execCallback", r#"{"name":"x"}"#, "ok"),
    ("execSync", r#"{"name":"`id`"}"#, "hook-command"),
    ("execSync", r#"{"name":"-n"}"#, "hook-command"),
    ("execSync", r#"{"name":"-1"}"#, "ok"),
    ("execQuoted", r#"{"name":"a; b | c $(d) eval()"}"#, "ok"),
    ("execQuoted", r#"{"name":"x'; id #"}"#, "hook-command"),
    ("execDouble", r#"{"name":"$(id)"}"#, "hook-command"),
    ("execDouble", r#"{"name":"a; b"}"#, "ok"),
    ("spawnShell", r#"{"name":"x && id"}"#, "hook-command"),
    ("spawnShell", r#"{"name":"x"}"#, "ok"),
    ("spawnArray", r#"{"name":"x; id"}"#, "ok"),
    ("spawnArray", r#"{"name":"--help"}"#, "hook-command"),
    ("spawnSync", r#"{"name":"x\nid"}"#, "hook-command"),
    ("spawnSync", r#"{"name":"x"}"#, "ok"),
    ("execFile", r#"{"name":"--help"}"#, "ok"),
    ("program", r#"{"name":"/bin/true"}"#, "hook-command"),
    ("forkEval", r#"{"name":"process.exit(3)"}"#, "hook-code"),
    ("forkEval", r#"{"name":"3"}"#, "ok"),
    ("nested", r#"{"body":"{\"data\":{\"name\":\"\\u0078\\u003bid\"}}"}"#, "hook-command"),
    ("nested", r#"{"body":"{\"data\":{\"name\":\"xid\"}}"}"#, "ok"),
    ("decoded", r#"{"body":"eDtpZA=="}"#, "hook-command"),
    ("decoded", r#"{"body":"eGlk"}"#, "ok"),
    ("unquoted", r#"{"key":"a%3Bid.txt"}"#, "hook-command"),
    ("unquoted", r#"{"key":"a-b.txt"}"#, "ok"),
    ("form", r#"{"body":"name=x%26%26id&other=1"}"#, "hook-command"),
    ("form", r#"{"body":"name=x&other=1"}"#, "ok"),
    ("staticCommand", r#"{"name":"true; echo harmless"}"#, "ok"),
    ("bindingSpawn", r#"{"name":"x;id"}"#, "hook-command"),
    ("tampered", r#"{"name":"x;id"}"#, "hook-command"),
    ("tampered", r#"{"name":"x"}"#, "ok"),
    ("workerSpawn", r#"{"name":"x;id"}"#, "hook-command"),
    ("workerSpawn", r#"{"name":"x"}"#, "ok"),
    ("esmExec", r#"{"name":"x;id"}"#, "hook-command"),
    ("esmExec", r#"{"name":"x"}"#, "ok"),
];

const CODE: &[(&str, &str, &str)] = &[
    ("evalDirect", r#"{"code":"14"}"#, "ok"),
    ("evalDirect", r#"{"code":"process.exit()"}"#, "hook-code"),
    ("evalDirect", r#"{"code":"require('fs')"}"#, "hook-code"),
    ("evalIndirect", r#"{"code":"1 + 2 * 3"}"#, "ok"),
    ("evalIndirect", r#"{"code":"process.env"}"#, "hook-code"),
    ("evalGlobal", r#"{"code":"[]['constructor']['constructor']('return 1')()"}"#, "hook-code"),
    ("evalText", r#"{"code":"eval(x) is only text"}"#, "ok"),
    ("evalText", r#"{"code":"'+process.exit()+'"}"#, "hook-code"),
    ("evalJson", r#"{"code":"{\"a\":[1,\"two\",null,true]}"}"#, "ok"),
    ("newFunction", r#"{"code":"a"}"#, "ok"),
    ("newFunction", r#"{"code":"this.process.mainModule"}"#, "hook-code"),
    ("callFunction", r#"{"code":"process.env.SECRET"}"#, "hook-code"),
    ("constructor", r#"{"code":"process.env.SECRET"}"#, "hook-code"),
    ("asyncFunction", r#"{"code":"process.env.SECRET"}"#, "hook-code"),
    ("vmNew", r#"{"code":"this.constructor.constructor('return process')()"}"#, "hook-code"),
    ("vmNew", r#"{"code":"'text'"}"#, "ok"),
    ("vmThis", r#"{"code":"process.env"}"#, "hook-code"),
    ("vmScript", r#"{"code":"process.env"}"#, "hook-code"),
    ("ownEval", r#"{"code":"local * 2"}"#, "ok"),
    ("workerEval", r#"{"code":"process.exit()"}"#, "hook-code"),
    ("requireName", r#"{"module":"child_process"}"#, "ok"),
    ("requireName", r#"{"module":"inspector"}"#, "hook-module"),
    ("requireName", r#"{"module":"../../../etc/x.js"}"#, "hook-module"),
    ("requirePlugin", r#"{"module":"blue"}"#, "ok"),
    ("requirePlugin", r#"{"module":"../../tmp/uploads/evil.js"}"#, "hook-module"),
    ("importName", r#"{"module":"node:path"}"#, "ok"),
    ("instance", r#"{}"#, "ok"),
    ("esmEval", r#"{"code":"process.env"}"#, "hook-code"),
    ("esmEval", r#"{"code":"[1,2]"}"#, "ok"),
    ("esmVm", r#"{"code":"this.constructor.constructor('return process')()"}"#, "hook-code"),
];

const DATA: &[(&str, &str, &str)] = &[
    ("unserialize", r#"{"data":"{\"a\":\"_$$ND_FUNC$$_function(){ return 1 }()\"}"}"#, "hook-data"),
    ("unserialize", r#"{"data":"{\"a\":\"eval() and function words\"}"}"#, "ok"),
    ("yaml", r#"{"data":"run: !!js/function 'function(){ return 1 }'"}"#, "hook-code"),
    ("yaml", r#"{"data":"a: [1, two]"}"#, "ok"),
];

const SQL: &[(&str, &str, &str)] = &[
    ("pgText", r#"{"name":"ann"}"#, "ok"),
    ("pgText", r#"{"name":"select * from users; drop table users --"}"#, "ok"),
    ("pgText", r#"{"name":"x' OR '1'='1"}"#, "hook-sql"),
    ("pgText", r#"{"name":"x\u0027 union select 1--"}"#, "hook-sql"),
    ("pgBound", r#"{"name":"x' OR '1'='1"}"#, "ok"),
    ("pgBound", r#"{"name":"order by"}"#, "ok"),
    ("pgBound", r#"{"name":"SELECT * FROM users WHERE name"}"#, "ok"),
    ("pgNumber", r#"{"id":"1"}"#, "ok"),
    ("pgNumber", r#"{"id":"1 OR 1=1"}"#, "hook-sql"),
    ("mysqlText", r#"{"name":"x\" OR \"1\"=\"1"}"#, "hook-sql"),
    ("mysqlText", r#"{"name":"ann"}"#, "ok"),
    ("mysqlEscaped", r#"{"name":"x' OR '1'='1"}"#, "ok"),
];

const FILES: &[(&str, &str, &str)] = &[
    ("read", r#"{"name":"a.txt"}"#, "ok"),
    ("read", r#"{"name":"sub/b.txt"}"#, "ok"),
    ("read", r#"{"name":"link"}"#, "hook-file"),
    ("readPlain", r#"{"name":"../../task/app.cjs"}"#, "hook-file"),
    ("readPlain", r#"{"name":"sub/../a.txt"}"#, "ok"),
    ("readCallback", r#"{"name":"../secret"}"#, "hook-file"),
    ("readCallback", r#"{"name":"a.txt"}"#, "ok"),
    ("readPromise", r#"{"name":"../secret"}"#, "hook-file"),
    ("readPromise", r#"{"name":"a.txt"}"#, "ok"),
    ("readStream", r#"{"name":"../secret"}"#, "hook-file"),
    ("readStream", r#"{"name":"a.txt"}"#, "ok"),
    ("readResolved", r#"{"name":"../../etc/passwd"}"#, "hook-file"),
    ("readResolved", r#"{"name":"/etc/passwd"}"#, "hook-file"),
    ("write", r#"{"name":"../../task/app.cjs"}"#, "hook-file"),
    ("write", r#"{"name":"new.txt"}"#, "ok"),
    ("unlink", r#"{"name":"../secret"}"#, "hook-file"),
    ("list", r#"{"name":"uploads"}"#, "ok"),
    ("list", r#"{"name":"../.."}"#, "hook-file"),
    ("configuration", r#"{"path":"/etc/hostname"}"#, "ok"),
    ("esmRead", r#"{"name":"../secret"}"#, "hook-file"),
];

const DYNAMO: &[(&str, &str, &str)] = &[
    ("dynamoChosen", r#"{"field":"email","value":"a@x.io","how":"EQ"}"#, "ok"),
    ("dynamoChosen", r#"{"field":"email","value":"*","how":"GT"}"#, "hook-nosql"),
    // Nebraska.
    ("dynamoOwn", r#"{"value":"NE"}"#, "ok"),
    ("dynamoPartiql", r#"{"value":"ann"}"#, "ok"),
    ("dynamoPartiql", r#"{"value":"x' OR '1'='1"}"#, "hook-sql"),
    ("dynamoExpression", r#"{"field":"id"}"#, "ok"),
    ("dynamoExpression", r#"{"field":"x) OR attribute_exists(id"}"#, "hook-sql"),
];

const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("mongoFind", r#"{"name":"ann","password":"$ne"}"#, "ok"),
    ("mongoFind", r#"{"name":"ann","password":{"$ne":""}}"#, "hook-nosql"),
    ("mongoOwn", r#"{"age":7,"name":"ann"}"#, "ok"),
    ("mongoOwn", r#"{"age":7,"name":{"$gt":""}}"#, "hook-nosql"),
    ("mongoBody", r#"{"body":"{\"name\":\"ann\"}"}"#, "ok"),
    ("mongoBody", r#"{"body":"{\"name\":{\"$regex\":\".*\"}}"}"#, "hook-nosql"),
    ("mongoWhere", r#"{"name":"ann"}"#, "ok"),
    ("mongoWhere", r#"{"name":"' || process.exit() || '"}"#, "hook-code"),
];

const HOSTS: &[(&str, &str, &str)] = &[
    ("connect", r#"{"host":"169.254.169.254"}"#, "hook-host"),
    ("connect", r#"{"host":"127.0.0.1"}"#, "hook-host"),
    ("connect", r#"{"host":"::ffff:169.254.169.254"}"#, "hook-host"),
    ("connect", r#"{"host":"10.1.2.3"}"#, "hook-host"),
    ("lookup", r#"{"host":"evil.example.invalid"}"#, "hook-host"),
    ("lookup", r#"{"host":"0xa9fea9fe"}"#, "hook-host"),
    ("get", r#"{"url":"http://2852039166/latest/meta-data/"}"#, "hook-host"),
    ("get", r#"{"url":"http://localhost:9/"}"#, "hook-host"),
    ("fetched", r#"{"url":"http://169.254.169.254/latest/"}"#, "hook-host"),
    ("fetched", r#"{"url":"http://evil.example.invalid/x"}"#, "hook-host"),
    ("fetchBucket", r#"{"bucket":"my-bucket"}"#, "ok"),
    ("fetchFixed", r#"{"name":"ann"}"#, "ok"),
    ("fetchFixed", r#"{"name":"http://api.other.invalid/"}"#, "ok"),
    ("fetchLocal", r#"{}"#, "ok"),
];

/// Node: `node`, or what a variable names, to try another version.
fn program() -> String {
    std::env::var("BUCKLER_TEST_NODE").unwrap_or_else(|_| "node".to_owned())
}

fn run(name: &str, cases: &[(&str, &str, &str)]) {
    let folder = folder(name);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/hooks");
    for file in ["app.cjs", "app.mjs", "worker.cjs"] {
        std::fs::copy(here.join(file), folder.join("task").join(file)).unwrap();
    }
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/node_modules");
    let has_packages = ["node-serialize", "js-yaml", "pg", "mysql2", "mongodb", "@aws-sdk/client-dynamodb"]
        .iter()
        .all(|name| packages.join(name).exists());
    if has_packages {
        std::os::unix::fs::symlink(packages.canonicalize().unwrap(), folder.join("task/node_modules"))
            .unwrap();
    } else {
        println!("cases with packages of npm are skipped: they are not installed");
    }
    for name in ["task/plugins", "tmp/uploads/sub"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    for file in ["task/plugins/blue.js", "tmp/uploads/a.txt", "tmp/uploads/sub/b.txt", "tmp/secret"] {
        std::fs::write(folder.join(file), "1").unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", folder.join("tmp/uploads/link")).unwrap();
    let needs = |name: &str| {
        ["unserialize", "yaml"].contains(&name)
            || ["pg", "mysql", "mongo", "dynamo"].iter().any(|package| name.starts_with(package))
    };
    let cases: Vec<_> = cases.iter().filter(|(name, ..)| has_packages || !needs(name)).copied().collect();
    let driver = here.join("driver.cjs");
    let mut runtime =
        Runtime::start(&program(), driver.to_str().unwrap(), &folder, &policy::Function::default());
    table(&mut runtime, &cases);
}

#[test]
fn commands_are_judged_by_their_structure() {
    run("node-commands", COMMANDS);
}

#[test]
fn code_takes_data_and_no_code() {
    run("node-code", CODE);
}

#[test]
fn data_makes_no_functions() {
    run("node-data", DATA);
}

#[test]
fn sql_is_judged_by_its_tokens() {
    run("node-sql", SQL);
}

#[test]
fn documents_take_values_and_no_operators() {
    run("node-documents", DOCUMENTS);
}

#[test]
fn conditions_of_dynamodb_are_the_codes_own() {
    run("node-dynamo", DYNAMO);
}

#[test]
fn files_stay_in_their_folder() {
    run("node-files", FILES);
}

#[test]
fn hosts_are_no_choice_of_input() {
    run("node-hosts", HOSTS);
}
