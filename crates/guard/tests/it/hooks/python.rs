//! Python: audit hooks and wrappers.
use super::harness::{Runtime, folder, table, tool};
use std::path::Path;

const COMMANDS: &[(&str, &str, &str)] = &[
    ("system", r#"{"name":"ann"}"#, "ok"),
    ("system", r#"{"name":"ann-2.txt"}"#, "ok"),
    ("system", r#"{"name":"x; id"}"#, "hook-command"),
    ("system", r#"{"name":"x\u003b\u0020id"}"#, "hook-command"),
    ("system", r#"{"name":"$(id)"}"#, "hook-command"),
    ("system", r#"{"name":"`id`"}"#, "hook-command"),
    ("system", r#"{"name":"x|id"}"#, "hook-command"),
    ("system", r#"{"name":"x\nid"}"#, "hook-command"),
    ("system", r#"{"name":"x>/etc/x"}"#, "hook-command"),
    ("system", r#"{"name":"x${IFS}y"}"#, "hook-command"),
    ("system", r#"{"name":"-e"}"#, "hook-command"),
    ("system", r#"{"name":"-5"}"#, "ok"),
    ("system_quoted", r#"{"name":"a; b | c $(d)"}"#, "ok"),
    ("system_quoted", r#"{"name":"x'; id #"}"#, "hook-command"),
    ("system_double", r#"{"name":"a; b | c"}"#, "ok"),
    ("system_double", r#"{"name":"costs $5"}"#, "ok"),
    ("system_double", r#"{"name":"$(id)"}"#, "hook-command"),
    ("system_double", r#"{"name":"\"; id; \""}"#, "hook-command"),
    ("system_shlex", r#"{"name":"it's; a $(test) \"of\" `all`"}"#, "ok"),
    ("popen", r#"{"name":"x && id"}"#, "hook-command"),
    ("popen", r#"{"name":"x"}"#, "ok"),
    // As a pattern of files an address fits none; `&` ends the command all the same.
    ("popen", r#"{"name":"https://example.org/a?page=[1]*2"}"#, "ok"),
    ("popen", r#"{"name":"https://example.org/a?page=1&other=2"}"#, "hook-command"),
    ("popen", r#"{"name":"https://example.org/ /etc/pass??"}"#, "hook-command"),
    ("popen", r#"{"name":"/???/pass*://"}"#, "hook-command"),
    ("popen", r#"{"name":"*"}"#, "ok"),
    ("shell_true", r#"{"name":"/tmp; cat /etc/passwd"}"#, "hook-command"),
    ("shell_true", r#"{"name":"/tmp"}"#, "ok"),
    ("shell_array", r#"{"name":"x;id"}"#, "hook-command"),
    ("shell_array", r#"{"name":"x"}"#, "ok"),
    ("array", r#"{"name":"x; id | $(y)"}"#, "ok"),
    ("array", r#"{"name":"--output=/etc/passwd"}"#, "hook-command"),
    ("array_end", r#"{"name":"--help"}"#, "ok"),
    ("program", r#"{"name":"/bin/echo"}"#, "hook-command"),
    ("program", r#"{"name":"echo"}"#, "hook-command"),
    ("converted", r#"{"action":"convert"}"#, "ok"),
    ("converted", r#"{"action":"true"}"#, "ok"),
    ("static", r#"{"name":"true; echo harmless"}"#, "ok"),
    ("nested", r#"{"body":"{\"data\":{\"name\":\"x;id\"}}"}"#, "hook-command"),
    ("nested", r#"{"body":"{\"data\":{\"name\":\"\\u0078\\u003bid\"}}"}"#, "hook-command"),
    ("nested", r#"{"body":"{\"data\":{\"name\":\"xid\"}}"}"#, "ok"),
    ("decoded", r#"{"body":"eDtpZA=="}"#, "hook-command"),
    ("decoded", r#"{"body":"eGlk"}"#, "ok"),
    ("unquoted", r#"{"key":"a%3Bid.txt"}"#, "hook-command"),
    ("unquoted", r#"{"Records":[],"key":"a+b.txt"}"#, "ok"),
    ("unquoted", r#"{"Records":[],"key":"a+-b.txt"}"#, "hook-command"),
    ("unquoted", r#"{"Records":[],"key":"a+/etc/passwd"}"#, "hook-command"),
    ("unquoted", r#"{"Records":[],"key":"a+..+b=c"}"#, "hook-command"),
    ("unquoted", r#"{"key":"a-b.txt"}"#, "ok"),
    ("form", r#"{"body":"name=x%26%26id&other=1"}"#, "hook-command"),
    ("form", r#"{"body":"name=x&other=1"}"#, "ok"),
    ("split", r#"{"key":"uploads/x;id;.jpg"}"#, "hook-command"),
    ("split", r#"{"key":"uploads/cat.jpg"}"#, "ok"),
    ("spawned", r#"{"name":"; id"}"#, "hook-command"),
    ("spawned", r#"{"name":"x"}"#, "ok"),
    ("python", r#"{"name":"__import__('os').system('id')"}"#, "hook-code"),
    ("python", r#"{"name":"42"}"#, "ok"),
    ("forked", r#"{"name":"x;id"}"#, "hook-command"),
    ("forked", r#"{"name":"x"}"#, "ok"),
    ("threaded", r#"{"name":"x;id"}"#, "hook-command"),
    ("threaded", r#"{"name":"x"}"#, "ok"),
];

const CODE: &[(&str, &str, &str)] = &[
    ("evaluated", r#"{"code":"2 + 3 * (4 - 1)"}"#, "ok"),
    ("evaluated", r#"{"code":"{'a': [1, 2.5, True, None]}"}"#, "ok"),
    ("evaluated", r#"{"code":"'eval() and os.system are only words'"}"#, "ok"),
    ("evaluated", r#"{"code":"__import__('os').system('id')"}"#, "hook-code"),
    ("evaluated", r#"{"code":"[].__class__.__base__.__subclasses__()"}"#, "hook-code"),
    ("evaluated", r#"{"code":"open('/etc/passwd').read()"}"#, "hook-code"),
    ("evaluated", r#"{"code":"TMP"}"#, "hook-code"),
    ("evaluated", r#"{"code":"9**9**9"}"#, "hook-code"),
    ("evaluated_local", r#"{"code":"14"}"#, "ok"),
    ("evaluated_local", r#"{"code":"globals()"}"#, "hook-code"),
    ("evaluated_text", r#"{"code":"os.system('id')"}"#, "hook-code"),
    ("evaluated_text", r#"{"code":"eval(x) is only text"}"#, "ok"),
    ("executed", r#"{"code":"1; import os; os.system('id')"}"#, "hook-code"),
    ("executed", r#"{"code":"17"}"#, "ok"),
    ("compiled", r#"{"code":"os.environ"}"#, "hook-code"),
    ("compiled", r#"{"code":"7"}"#, "ok"),
    ("literal", r#"{"code":"{'x': __import__}"}"#, "error"),
    ("literal", r#"{"code":"[1, 'two']"}"#, "ok"),
    ("own_code", r#"{"code":"def double(x)"}"#, "ok"),
    ("imported", r#"{"module":"antigravity"}"#, "hook-module"),
    ("imported_plugin", r#"{"module":"blue"}"#, "ok"),
    ("imported_plugin", r#"{"module":"..x"}"#, "error"),
    ("imported_late", r#"{"module":"colorsys"}"#, "ok"),
];

const DATA: &[(&str, &str, &str)] = &[
    // cos\nsystem\n(S'id'\ntR.
    ("unpickled", r#"{"data":"Y29zCnN5c3RlbQooUydpZCcKdFIu"}"#, "hook-data"),
    // Protocol 4: a class of the application's own library, brought by the event.
    (
        "unpickled",
        r#"{"data":"gASVKQAAAAAAAACMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzLg=="}"#,
        "hook-data",
    ),
    // {'a': 1}
    ("unpickled", r#"{"data":"gASVCgAAAAAAAAB9lIwBYZRLAXMu"}"#, "ok"),
    ("unpickled_own", r#"{"data":"OrderedDict"}"#, "ok"),
    // A code object of Python 3.11, cut: refused before it is read.
    (
        "unmarshalled",
        r#"{"data":"4wAAAAAAAAAAAAAAAAIAAAAAAAAA8wgAAACXAGQAUwApAU4AcgIAAACpAA=="}"#,
        "hook-data",
    ),
    ("yaml_unsafe", r#"{"data":"!!python/object/apply:os.system ['id']"}"#, "hook-data"),
    ("yaml_unsafe", r#"{"data":"!!python/object/new:colorsys.hls_to_rgb [1,1,1]"}"#, "hook-data"),
    ("yaml_unsafe", r#"{"data":"a: [1, 2]\nb: text with eval() and !python words"}"#, "ok"),
    ("yaml_safe", r#"{"data":"a: 1"}"#, "ok"),
    ("json_pickled", r#"{"data":"{\"py/object\": \"subprocess.Popen\"}"}"#, "hook-data"),
    (
        "json_pickled",
        r#"{"data":"{\"py/reduce\": [{\"py/type\": \"os.system\"}, {\"py/tuple\": [\"id\"]}]}"}"#,
        "hook-data",
    ),
    ("json_pickled", r#"{"data":"{\"a\": 1}"}"#, "ok"),
];

const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("mongo_find", r#"{"name":"ann","password":"secret"}"#, "ok"),
    ("mongo_find", r#"{"name":"$ne","password":"costs $5"}"#, "ok"),
    ("mongo_find", r#"{"name":"ann","password":{"$ne":""}}"#, "hook-nosql"),
    ("mongo_find", r#"{"name":{"$regex":".*"},"password":{"$gt":""}}"#, "hook-nosql"),
    ("mongo_own", r#"{"age":7,"name":"ann"}"#, "ok"),
    ("mongo_own", r#"{"age":7,"name":"$gt and $or are words"}"#, "ok"),
    ("mongo_own", r#"{"age":7,"name":{"$gt":""}}"#, "hook-nosql"),
    ("mongo_where", r#"{"name":"ann"}"#, "ok"),
    ("mongo_where", r#"{"name":"' || sleep(9) || '"}"#, "hook-code"),
    ("mongo_body", r#"{"body":"{\"filter\":{\"name\":\"ann\"}}"}"#, "ok"),
    ("mongo_body", r#"{"body":"{\"filter\":{\"name\":{\"$nin\":[1]}}}"}"#, "hook-nosql"),
    ("mongo_body", r#"{"body":"{\"filter\":{\"name\":{\"\u0024ne\":1}}}"}"#, "hook-nosql"),
];

const DYNAMO: &[(&str, &str, &str)] = &[
    ("dynamo_chosen", r#"{"field":"email","value":"a@x.io","how":"EQ"}"#, "ok"),
    ("dynamo_chosen", r#"{"field":"email","value":"*","how":"GT"}"#, "hook-nosql"),
    ("dynamo_chosen", r#"{"body":"{\"how\":\"NE\"}","field":"email","value":"*","how":"NE"}"#, "hook-nosql"),
    ("dynamo_chosen", r#"{"field":"email","value":"*","how":"LE"}"#, "hook-nosql"),
    // Nebraska.
    ("dynamo_own", r#"{"value":"NE"}"#, "ok"),
    ("dynamo_partiql", r#"{"value":"ann"}"#, "ok"),
    ("dynamo_partiql", r#"{"value":"x' OR '1'='1"}"#, "hook-sql"),
    ("dynamo_expression", r#"{"field":"id"}"#, "ok"),
    ("dynamo_expression", r#"{"field":"x) OR attribute_exists(id"}"#, "hook-sql"),
];

const SQL: &[(&str, &str, &str)] = &[
    ("sql_text", r#"{"name":"ann"}"#, "ok"),
    ("sql_text", r#"{"name":"select * from users; drop table users --"}"#, "ok"),
    ("sql_text", r#"{"name":"x' OR '1'='1"}"#, "hook-sql"),
    ("sql_text", r#"{"name":"x' UNION SELECT 1,2,3 --"}"#, "hook-sql"),
    ("sql_text", r#"{"name":"x\u0027/**/or/**/1=1--"}"#, "hook-sql"),
    ("sql_text", r#"{"name":"'--"}"#, "hook-sql"),
    ("sql_like", r#"{"name":"a%' OR 1=1 --"}"#, "hook-sql"),
    ("sql_like", r#"{"name":"order by"}"#, "ok"),
    ("sql_number", r#"{"id":"1"}"#, "ok"),
    ("sql_number", r#"{"id":"-1.5"}"#, "ok"),
    ("sql_number", r#"{"id":"1 OR 1=1"}"#, "hook-sql"),
    ("sql_number", r#"{"id":"1;SELECT 1"}"#, "hook-sql"),
    ("sql_number", r#"{"id":"(SELECT 1)"}"#, "hook-sql"),
    ("sql_list", r#"{"ids":"1, 2, 3"}"#, "ok"),
    ("sql_list", r#"{"ids":"1) OR (1=1"}"#, "hook-sql"),
    ("sql_order", r#"{"order":"name desc"}"#, "ok"),
    ("sql_order", r#"{"order":"(CASE WHEN 1=1 THEN id END)"}"#, "hook-sql"),
    ("sql_bound", r#"{"name":"x' OR '1'='1"}"#, "ok"),
    ("sql_bound", r#"{"name":"INSERT INTO users (id, name) VALUES (?, ?)"}"#, "ok"),
    ("sql_bound", r#"{"name":"SELECT * FROM users WHERE name LIKE"}"#, "ok"),
    ("sql_script", r#"{"name":"bob"}"#, "ok"),
    ("sql_script", r#"{"name":"b'; DELETE FROM users; --"}"#, "hook-sql"),
    ("sql_comment", r#"{"name":"hello there"}"#, "ok"),
    ("sql_comment", r#"{"name":"*/ UNION SELECT 1,2,3 /*"}"#, "hook-sql"),
    ("sql_whole", r#"{"sql":"SELECT 1 FROM users"}"#, "hook-sql"),
];

const FILES: &[(&str, &str, &str)] = &[
    ("read", r#"{"name":"a.txt"}"#, "ok"),
    ("read", r#"{"name":"sub/b.txt"}"#, "ok"),
    ("read", r#"{"name":"sub/../a.txt"}"#, "ok"),
    ("read", r#"{"name":"../../task/app.py"}"#, "hook-file"),
    ("read", r#"{"name":"/etc/passwd"}"#, "hook-file"),
    ("read", r#"{"name":"link"}"#, "hook-file"),
    ("read_plain", r#"{"name":"../secret"}"#, "hook-file"),
    ("read_plain", r#"{"name":"..%2fsecret","x":"."}"#, "error"),
    ("read_normal", r#"{"name":"../../etc/passwd"}"#, "hook-file"),
    ("write", r#"{"name":"../../etc/new"}"#, "ok"),
    ("write_any", r#"{"name":"../../task/app.py"}"#, "hook-file"),
    ("remove", r#"{"name":"gone"}"#, "ok"),
    ("remove", r#"{"name":"../../task/app.py"}"#, "hook-file"),
    ("listed", r#"{"name":"uploads"}"#, "ok"),
    ("listed", r#"{"name":"../.."}"#, "hook-file"),
    ("copied", r#"{"name":"../evil"}"#, "hook-file"),
    ("copied", r#"{"name":"c.txt"}"#, "ok"),
    ("moved", r#"{"name":"../../task/app.py"}"#, "hook-file"),
    ("moved", r#"{"name":"m.txt"}"#, "ok"),
    ("configuration", r#"{"path":"/etc/hostname"}"#, "ok"),
];

const HOSTS: &[(&str, &str, &str)] = &[
    ("connect", r#"{"host":"169.254.169.254"}"#, "hook-host"),
    ("connect", r#"{"host":"0xa9fea9fe"}"#, "hook-host"),
    ("connect", r#"{"host":"2852039166"}"#, "hook-host"),
    ("connect", r#"{"host":"127.1"}"#, "hook-host"),
    ("connect", r#"{"host":"10.1.2.3"}"#, "hook-host"),
    ("resolve", r#"{"host":"evil.example.invalid"}"#, "hook-host"),
    ("resolve", r#"{"host":"metadata.google.internal"}"#, "hook-host"),
    ("resolve", r#"{"host":"::ffff:169.254.169.254"}"#, "hook-host"),
    ("fetch", r#"{"url":"http://169.254.169.254/latest/meta-data/"}"#, "hook-host"),
    ("fetch", r#"{"url":"http://0251.0376.0251.0376/"}"#, "hook-host"),
    ("fetch", r#"{"url":"http://localhost:9/"}"#, "hook-host"),
    ("fetch", r#"{"url":"http://evil.example.invalid/x"}"#, "hook-host"),
    ("fetch", r#"{"url":"file:///etc/passwd"}"#, "hook-file"),
    ("fetch_bucket", r#"{"bucket":"my-bucket"}"#, "ok"),
    ("fetch_fixed", r#"{"name":"ann"}"#, "ok"),
    ("fetch_fixed", r#"{"name":"http://api.other.invalid/"}"#, "ok"),
    ("fetch_local", r#"{"name":"x"}"#, "ok"),
    ("fetch_configured", r#"{"headers":{"host":"api.configured.invalid"}}"#, "ok"),
];

fn runtime(name: &str, program: &str, policy: &policy::Function) -> Runtime {
    let folder = folder(name);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/hooks");
    std::fs::copy(here.join("app.py"), folder.join("task/app.py")).unwrap();
    std::fs::create_dir_all(folder.join("task/plugins")).unwrap();
    std::fs::write(folder.join("task/plugins/blue.py"), "").unwrap();
    std::fs::create_dir_all(folder.join("tmp/uploads/sub")).unwrap();
    for file in ["tmp/uploads/a.txt", "tmp/uploads/sub/b.txt", "tmp/secret"] {
        std::fs::write(folder.join(file), "x").unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", folder.join("tmp/uploads/link")).unwrap();
    Runtime::start(program, here.join("driver.py").to_str().unwrap(), &folder, policy)
}

/// The tools' Python, or what a variable names, to try another version.
fn program() -> String {
    if let Ok(program) = std::env::var("BUCKLER_TEST_PYTHON") {
        return program;
    }
    tool("python/bin/python").unwrap_or_else(|| "python3".to_owned())
}

/// Whether the tools' Python has a package that a case needs.
fn has(package: &str) -> bool {
    let found = std::process::Command::new(program()).args(["-c", &format!("import {package}")]).output();
    let has = found.is_ok_and(|output| output.status.success());
    if !has {
        println!("cases of {package} are skipped: it is not installed");
    }
    has
}

fn run(name: &str, cases: &[(&str, &str, &str)]) {
    let mut runtime = runtime(name, &program(), &policy::Function::default());
    table(&mut runtime, cases);
}

#[test]
fn commands_are_judged_by_their_structure() {
    run("py-commands", COMMANDS);
}

#[test]
fn code_takes_data_and_no_code() {
    run("py-code", CODE);
}

#[test]
fn data_makes_no_objects() {
    let (yaml, pickle) = (has("yaml"), has("jsonpickle"));
    let cases: Vec<_> = DATA
        .iter()
        .filter(|(name, ..)| (yaml || !name.starts_with("yaml")) && (pickle || !name.starts_with("json_")))
        .copied()
        .collect();
    run("py-data", &cases);
}

#[test]
fn sql_is_judged_by_its_tokens() {
    run("py-sql", SQL);
}

#[test]
fn documents_take_values_and_no_operators() {
    if has("pymongo") {
        run("py-documents", DOCUMENTS);
    }
}

#[test]
fn the_line_that_is_told_is_the_applications_own() {
    let mut runtime = runtime("py-packages", &program(), &policy::Function::default());
    // As `pip install --target` and every packaging tool leave it.
    let task =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hooks-py-packages-{}/task", std::process::id()));
    std::fs::create_dir_all(task.join("Runner-1.0.dist-info")).unwrap();
    std::fs::write(
        task.join("Runner-1.0.dist-info/RECORD"),
        "runner/__init__.py,,\nRunner-1.0.dist-info/RECORD,,\n",
    )
    .unwrap();
    std::fs::create_dir_all(task.join("runner")).unwrap();
    std::fs::write(task.join("runner/__init__.py"), "import os\ndef run(text): os.system(text)\n").unwrap();
    let answer = runtime.case("packaged", r#"{"name":"x; id"}"#);
    assert!(answer.starts_with("refused"), "{answer}");
    let told = runtime.told.take();
    let refused = told.iter().find(|one| one.action == guard::Action::Blocked).unwrap();
    let at = &refused.facts.iter().find(|(name, _)| *name == "at").unwrap().1;
    assert!(at.contains("/task/app.py:"), "{at}");
}

#[test]
fn conditions_of_dynamodb_are_the_codes_own() {
    if has("boto3") {
        run("py-dynamo", DYNAMO);
    }
}

#[test]
fn files_stay_in_their_folder() {
    run("py-files", FILES);
}

#[test]
fn hosts_are_no_choice_of_input() {
    run("py-hosts", HOSTS);
}
