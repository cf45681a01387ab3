//! Which rules a call's name finds.
use model::Language;

use super::{Effect, Rule, rules};

/// The rules of a call, one a line, as short as they can be told apart.
fn found(language: Language, path: &str) -> Vec<String> {
    rules(language, path).into_iter().map(shown).collect()
}

fn shown(rule: &Rule) -> String {
    let effect = match &rule.effect {
        Effect::Sink(kind, condition) => format!("sink {kind:?} {condition:?}"),
        Effect::Clean(_) => "clean".to_owned(),
        Effect::Guard(_) => "guard".to_owned(),
        Effect::Test(_) => "test".to_owned(),
        Effect::Returns(returns) => format!("returns {returns:?}"),
        Effect::ReturnsIf(returns, condition) => format!("returns {returns:?} {condition:?}"),
    };
    format!("{effect} {:?}", rule.argument)
}

#[track_caller]
fn python(path: &str, expect: &[&str]) {
    assert_eq!(found(Language::Python, path), expect, "{path}");
}

#[track_caller]
fn javascript(path: &str, expect: &[&str]) {
    assert_eq!(found(Language::JavaScript, path), expect, "{path}");
    assert_eq!(found(Language::TypeScript, path), expect, "{path}");
}

#[test]
fn an_exact_name_finds_its_rules() {
    python("os.system", &["sink Command Always At(0, [\"command\", \"cmd\"])", "returns Fresh Any"]);
    python("my.os.system", &[]);
    javascript("eval", &["sink Code Always At(0, [])"]);
}

#[test]
fn a_driver_is_sure_where_an_unknown_receiver_must_look_like_sql() {
    let sink = "At(0, [\"query\", \"sql\", \"operation\", \"statement\"])";
    python("pymysql.connect().cursor().execute", &[&format!("sink Sql Always {sink}"), "returns Fresh Any"]);
    python(
        "?.execute",
        &["sink Sql SqlText At(0, [\"query\", \"sql\", \"operation\", \"statement\", \"qry\"])"],
    );
    python("execute", &[]);
}

#[test]
fn parts_of_a_package_are_names_in_it() {
    let merge = ["sink Prototype Structured From(1)", "returns Same Any"];
    javascript("lodash.merge", &merge);
    javascript("lodash/merge", &merge);
    javascript(
        "mysql2/promise.createConnection().execute",
        &["sink Sql Always At(0, [\"sql\", \"text\", \"query\"])", "returns Fresh Any"],
    );
}

#[test]
fn a_scope_covers_its_packages_and_a_package_says_more() {
    javascript("@aws-sdk/client-s3.S3Client().send", &["returns Fresh Any"]);
    javascript("@aws-sdk/util-dynamodb.unmarshall", &["returns Same At(0, [])"]);
}

#[test]
fn a_more_exact_name_takes_a_rule_back() {
    javascript("response.json", &[]);
    javascript("@prisma/client.PrismaClient().$queryRaw", &["returns Fresh Any"]);
    python("flask.send_from_directory", &[]);
}

#[test]
fn a_condition_stands_before_what_is_returned_otherwise() {
    python(
        "jwt.decode",
        &[
            "returns UnverifiedToken Option(\"verify_signature\", \"false\") At(0, [\"jwt\"])",
            "returns UnverifiedToken Option(\"verify\", \"false\") At(0, [\"jwt\"])",
            "returns Fresh Any",
        ],
    );
}

#[test]
fn other_languages_have_no_rules() {
    assert_eq!(found(Language::Java, "os.system"), Vec::<String>::new());
}

fn sinks(language: Language, path: &str) -> usize {
    rules(language, path).iter().filter(|rule| matches!(rule.effect, Effect::Sink(..))).count()
}

#[test]
fn every_kind_of_end_has_a_call_in_python() {
    for path in [
        "subprocess.run",
        "builtins.exec",
        "pickle.loads",
        "yaml.load",
        "psycopg2.connect().cursor().execute",
        "boto3.resource().Table().scan",
        "pymongo.MongoClient().db.users.find_one",
        "open",
        "pathlib.Path().read_text",
        "requests.get",
        "requests.Session().post",
        "urllib.request.urlopen",
        "jinja2.Template",
        "jinja2.Environment().from_string",
        "flask.render_template_string",
        "logging.getLogger().info",
        "flask.redirect",
        "ldap.initialize().search_s",
        "lxml.etree.fromstring",
        "lxml.etree.parse().xpath",
        "re.compile",
        "boto3.client().invoke",
        "boto3.client().converse",
        "tarfile.open().extractall",
        "boto3.client().download_file",
        "boto3.client().send_raw_email",
        "importlib.import_module",
    ] {
        assert!(sinks(Language::Python, path) > 0, "{path}");
    }
}

#[test]
fn every_kind_of_end_has_a_call_in_javascript() {
    for path in [
        "child_process.exec",
        "Function",
        "vm.runInNewContext",
        "node-serialize.unserialize",
        "mysql.createConnection().query",
        "knex().raw",
        "sequelize.Sequelize().query",
        "mongodb.MongoClient().db().collection().findOne",
        "fs.readFileSync",
        "fs.promises.readFile",
        "fs/promises.readFile",
        "axios",
        "axios.create().post",
        "got",
        "fetch",
        "https.get",
        "ejs.render",
        "handlebars.compile",
        "console.log",
        "response.send",
        "response.redirect",
        "ldapjs.createClient().search",
        "libxmljs.parseXml",
        "xpath.select",
        "RegExp",
        "deepmerge",
        "lodash.defaultsDeep",
        "@aws-sdk/lib-dynamodb.PutCommand",
        "aws-sdk.DynamoDB.DocumentClient().put",
        "aws-sdk.Lambda().invoke",
        "@aws-sdk/client-lambda.InvokeCommand",
        "@aws-sdk/client-bedrock-runtime.ConverseCommand",
        "adm-zip().extractAllTo",
    ] {
        assert!(sinks(Language::JavaScript, path) > 0, "{path}");
    }
}
