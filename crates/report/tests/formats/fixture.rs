//! A scan with something of everything, its names as hostile as a template can make them.
use std::collections::BTreeMap;

use model::{
    App, Check, Confidence, Coverage, Data, Date, Edge, Entry, FileId, Finding, Fix, Framework, FunctionCode,
    Key, Kind, Language, Node, NodeId, Patch, Policy, PolicyOrigin, Principal, Problem, ProblemKind, Project,
    Provider, Ref, Related, Relation, Secret, Severity, SkipOrigin, SourceFile, Span, Stale, StaleReason,
    Statement, Suppressed, Suppression, Undecided, Value,
};
use report::Scan;

/// Every trick at once: HTML, terminal escape, line break, direction mark, quotes, Markdown, CDATA.
pub(crate) const HOSTILE: &str =
    "</script><img src=x onerror=alert(1)>\u{1b}[31m\u{202e}`'\"|]]>&\n# @team [x](javascript:y) \u{9b}2J%0A";

pub(crate) const SECRET: &str = "hunter2-correct-horse";

/// Nothing but a finding says that this is a secret.
pub(crate) const UNNAMED: &str = "plain-but-secret";

pub(crate) static OPEN_URL: Check = Check {
    id: "public-function-url",
    since: "0.1.0",
    severity: Severity::High,
    confidence: Confidence::Certain,
    fix: None,
    controls: &["CWE-306", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
    also_known_as: &["CKV_AWS_258"],
    page: " # Public function URL\n\n Anyone on the internet can call this function.\n\n ## Why it matters\n\n `AuthType: NONE` skips IAM, so the\n handler is the only guard left. Scanners find it.\n\n ## What to do\n\n Require IAM, or put an API in front. Or do not.\n\n - one\n - `two`\n\n ```yaml fires\n Api: { Type: AWS::Lambda::Url }\n ```\n ```hcl quiet\n resource \"x\" \"y\" {}\n ```\n",
    area: "checks::api::public_function_url",
    run: |_, _| {},
};

pub(crate) static PLAIN_SECRET: Check = Check {
    id: "plain-text-secret",
    since: "0.1.0",
    severity: Severity::Critical,
    confidence: Confidence::Likely,
    fix: None,
    controls: &["CWE-798", "CSA:SAS-7"],
    also_known_as: &[],
    page: " # Secret in plain text\n\n Whoever reads the template has the secret.\n\n ## Why it matters\n\n It does.\n\n ## What to do\n\n Move it to a secret manager.\n\n ```yaml fires\n a: b\n ```\n ```yaml quiet\n a: c\n ```\n",
    area: "checks::supply::plain_text_secret",
    run: |_, _| {},
};

pub(crate) static NO_TRACING: Check = Check {
    id: "untraced-function",
    since: "0.1.0",
    severity: Severity::Low,
    confidence: Confidence::Possible,
    fix: None,
    controls: &["CWE-778", "CSA:SAS-5"],
    also_known_as: &["CKV_AWS_50"],
    page: " # Function without tracing\n\n Requests cannot be followed.\n\n ## Why it matters\n\n It does.\n\n ## What to do\n\n Switch tracing on.\n",
    area: "checks::logging::untraced_function",
    run: |_, _| {},
};

pub(crate) const TEMPLATE: &str = "Resources:\n  Api:\n    Type: AWS::Lambda::Url\n    Properties:\n      TargetFunctionArn: !Ref Handler\n      AuthType: NONE\n  Handler:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables:\n          DB_PASSWORD: \"hunter2-correct-horse\"\n          STAGE: plain-but-secret\n";

pub(crate) static COMMAND: Check = Check {
    id: "command-from-event",
    since: "0.1.0",
    severity: Severity::High,
    confidence: Confidence::Likely,
    fix: None,
    controls: &["CWE-78", "OWASP-SLS:S1"],
    also_known_as: &["B605"],
    page: " # Command built from an event\n\n Whoever sends the event runs programs.\n\n ## Why it matters\n\n It does.\n\n ## What to do\n\n Pass a list of arguments.\n",
    area: "checks::code::command_from_event",
    run: |_, _| {},
};

pub(crate) const CODE: &str = "import os\nKEY = \"a-key-in-the-code\"\n\n\ndef handler(event, context):\n    name = event[\"body\"]\n    greet(name)\n\n\ndef greet(who):\n    os.system(\"echo \" + who + KEY)  # one\n";

/// A secret that the code holds.
pub(crate) const CODE_SECRET: &str = "a-key-in-the-code";

/// The span of the `nth` occurrence of `text` in the template.
pub(crate) fn at(text: &str, nth: usize) -> Span {
    let (start, found) = TEMPLATE.match_indices(text).nth(nth).expect("is in the template");
    Span::new(FileId(0), start, start + found.len())
}

/// The span of the first occurrence of `text` in the code.
pub(crate) fn in_code(text: &str) -> Span {
    let start = CODE.find(text).expect("is in the code");
    Span::new(FileId(1), start, start + text.len())
}

fn code_of(function: u32, language: Language, coverage: Coverage) -> FunctionCode {
    FunctionCode {
        function: NodeId(function),
        language,
        coverage,
        handler: Some(in_code("handler")),
        files: vec![FileId(1)],
        imports: Vec::new(),
        flows: Vec::new(),
        calls: Vec::new(),
        uses: Vec::new(),
    }
}

/// What no template describes: a function of the code, and a secret.
fn files() -> App {
    let mut app = App::new(".", Framework::Files);
    let mut bare = node(0, Kind::Function, "src/app.py:handler", Span::NONE);
    bare.provider_type = String::new();
    bare.implicit = true;
    bare.partial = true;
    app.nodes.push(bare);
    app.code.push(code_of(0, Language::Python, Coverage::Whole));
    app.secrets.push(Secret {
        detector: "password",
        what: "a password",
        path: "src/app.py".to_owned(),
        at: in_code(CODE_SECRET),
        preview: "a…(17)".to_owned(),
        hash: "0".to_owned(),
        confidence: Confidence::Likely,
        in_test: false,
        is_example: false,
        is_personal: false,
        commit: None,
    });
    app
}

/// A finding in the code, with the way of the data and an exact fix.
fn command(node: &str) -> Finding {
    let step = |text: &str, message: &str| Related { at: in_code(text), message: message.to_owned() };
    let call = in_code("os.system(\"echo \" + who + KEY)");
    let mut finding =
        COMMAND.in_file(node, call, "`greet` runs a command that `event.body` is a part of").path(vec![
            step("event[\"body\"]", "`event.body` is chosen by who sends the event"),
            step("greet(name)", "it is passed as `who`"),
            step("who + KEY", "it ends in `os.system`"),
        ]);
    let arguments = "subprocess.run([\"echo\", who + KEY], check=True)".to_owned();
    let import = Span::new(FileId(1), 0, 0);
    finding = finding.fix(
        Fix::risky("run the program without a shell", Patch::Replace { at: call, text: arguments })
            .and(Patch::Replace { at: import, text: "import subprocess\n".to_owned() }),
    );
    finding.app = 1;
    finding
}

/// The same with everything hostile, and an edit that would repeat a secret.
fn hostile_command() -> Finding {
    let text = format!("KEY = load(\"{CODE_SECRET}\") # {HOSTILE}");
    let line = in_code("KEY = \"a-key-in-the-code\"");
    let mut finding = COMMAND
        .in_file(HOSTILE, line, HOSTILE)
        .path(vec![
            Related { at: at("Handler", 0), message: HOSTILE.to_owned() },
            Related { at: Span::NONE, message: HOSTILE.to_owned() },
        ])
        .fix(Fix::safe(HOSTILE, Patch::Replace { at: line, text }));
    finding.app = 1;
    finding
}

fn node(id: u32, kind: Kind, name: &str, name_at: Span) -> Node {
    Node {
        id: NodeId(id),
        kind,
        name: name.to_owned(),
        provider: Provider::Aws,
        provider_type: format!("AWS::{}", kind.as_str()),
        span: name_at,
        name_at,
        attrs: BTreeMap::new(),
        policies: Vec::new(),
        resource_policies: Vec::new(),
        owner: None,
        skips: Vec::new(),
        implicit: false,
        partial: false,
        construct: None,
    }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry { key: Key { text: key.to_owned(), at: value.at }, value }
}

fn statement(at: Span) -> Statement {
    Statement {
        sid: Some("One".to_owned()),
        effect: model::Effect::Allow,
        at,
        actions: vec![Value::text(at, "s3:GetObject")],
        not_actions: Vec::new(),
        resources: vec![Value::unknown(at, "parameter `Bucket` has no default", "${Bucket}")],
        not_resources: Vec::new(),
        principals: vec![Principal { kind: "AWS".to_owned(), value: Value::text(at, "*") }],
        not_principals: Vec::new(),
        conditions: vec![model::Condition {
            operator: "StringEquals".to_owned(),
            key: "aws:SourceAccount".to_owned(),
            values: vec![Value::text(at, "1")],
        }],
    }
}

fn app() -> App {
    let mut app = App::new("template.yaml", Framework::CloudFormation);
    let handler = at("Handler", 1);
    let mut url = node(0, Kind::FunctionUrl, "Api", at("Api", 0));
    url.attrs.insert("auth", Value::text(at("NONE", 0), "NONE"));
    let target = Ref { target: "Handler".to_owned(), attribute: None };
    url.attrs.insert("function", Value::new(at("!Ref Handler", 0), Data::Ref(target)));
    let mut function = node(1, Kind::Function, "Handler", handler);
    let variables = vec![
        entry("DB_PASSWORD", Value::text(at("\"hunter2-correct-horse\"", 0), SECRET)),
        Entry {
            key: Key { text: "STAGE".to_owned(), at: at("STAGE", 0) },
            value: Value::text(at(UNNAMED, 0), UNNAMED),
        },
        entry("ref", Value::new(handler, Data::Int(1))),
        entry(HOSTILE, Value::new(handler, Data::Joined(vec![Value::text(handler, HOSTILE)]))),
    ];
    function.attrs.insert("environment", Value::new(handler, Data::Map(variables)));
    function.policies.push(Policy {
        name: "Own".to_owned(),
        origin: PolicyOrigin::Template("S3ReadPolicy".to_owned()),
        at: handler,
        statements: vec![statement(handler)],
        written_in: None,
    });
    let mut hostile = node(2, Kind::Bucket, HOSTILE, handler);
    hostile.provider_type = HOSTILE.to_owned();
    hostile.owner = Some(NodeId(1));
    app.nodes = vec![url, function, hostile];
    app.code.push(code_of(1, Language::Java, Coverage::None(HOSTILE.to_owned())));
    app.edges = vec![
        Edge { from: NodeId(0), relation: Relation::Invokes, to: NodeId(1), at: handler },
        Edge { from: NodeId(1), relation: Relation::SendsTo, to: NodeId(2), at: handler },
    ];
    app
}

/// What a [`Scan`] borrows from.
pub(crate) struct Fixture {
    pub(crate) project: Project,
    pub(crate) checks: Vec<&'static Check>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) stale: Vec<Stale>,
    pub(crate) undecided: Vec<Undecided>,
}

fn acceptances(url: &Node, hostile: &Node) -> (Vec<Suppressed>, Vec<Stale>) {
    let suppression = |name: &str, at, origin| Suppression {
        name: name.to_owned(),
        reason: HOSTILE.to_owned(),
        until: Some(Date::new(2027, 1, 31)),
        at,
        origin,
    };
    let in_source = suppression("CKV_AWS_258", Some(at("Api", 0)), Some(SkipOrigin::Checkov));
    let suppressed = vec![
        Suppressed { finding: OPEN_URL.on(url, "auth", "`Api` answers all"), by: in_source },
        Suppressed {
            finding: NO_TRACING.at(hostile, "quiet"),
            by: suppression("untraced-function", None, None),
        },
    ];
    let stale = vec![
        Stale {
            suppression: suppression(HOSTILE, Some(at("Api", 0)), Some(SkipOrigin::Buckler)),
            why: StaleReason::UnknownCheck,
        },
        Stale { suppression: suppression("a", None, None), why: StaleReason::Expired(Date::new(2026, 1, 1)) },
        Stale { suppression: suppression("b", None, None), why: StaleReason::Unused },
    ];
    (suppressed, stale)
}

pub(crate) fn fixture() -> Fixture {
    let app = app();
    let (url, function, hostile) = (&app.nodes[0], &app.nodes[1], &app.nodes[2]);
    let mut findings = vec![
        OPEN_URL
            .on(url, "auth", "`Api` answers anyone")
            .related(at("Handler", 0), "the function that answers")
            .fix(Fix::risky("require IAM", url.set("auth", "AWS_IAM")).and(function.unset("tags"))),
        OPEN_URL
            .at(hostile, HOSTILE)
            .related(at("Handler", 1), HOSTILE)
            .fix(Fix::safe(HOSTILE, Patch::Unset { node: HOSTILE.to_owned(), attr: "tags" })),
        PLAIN_SECRET
            .at(function, "`Handler` has a secret in `DB_PASSWORD`")
            .at(at("\"hunter2-correct-horse\"", 0)),
        PLAIN_SECRET.at(function, "`Handler` has a secret in `STAGE`").at(at("STAGE", 0)),
        NO_TRACING.at(function, "`Handler` is not traced"),
        NO_TRACING.at(function, "`Handler` is not traced"),
        NO_TRACING.at(function, "`Handler` says little").severity(Severity::Info),
        NO_TRACING
            .at(function, "`Environment` is\nwide")
            .severity(Severity::Medium)
            .at(at("Environment:\n        Variables:", 0)),
        command("src/app.py:handler"),
        hostile_command(),
    ];
    let (suppressed, stale) = acceptances(url, hostile);
    let problem = |kind, at, message: &str| Problem {
        kind,
        path: "template.yaml".to_owned(),
        at,
        message: message.to_owned(),
        help: "give it a value".to_owned(),
    };
    let project = Project {
        files: vec![SourceFile::new("template.yaml", TEMPLATE), SourceFile::new("src/app.py", CODE)],
        problems: vec![
            problem(ProblemKind::Unresolved, Some(at("Handler", 0)), "parameter `Stage` has no default"),
            problem(ProblemKind::Unreadable, None, HOSTILE),
        ],
        apps: vec![app, files()],
    };
    report::sort(&project, &mut findings);
    let undecided =
        vec![Undecided { check: &NO_TRACING, app: 0, node: HOSTILE.to_owned(), reason: HOSTILE.to_owned() }];
    Fixture {
        project,
        checks: vec![&OPEN_URL, &PLAIN_SECRET, &NO_TRACING, &COMMAND],
        findings,
        suppressed,
        stale,
        undecided,
    }
}

impl Fixture {
    pub(crate) fn scan(&self) -> Scan<'_> {
        Scan {
            project: &self.project,
            root: HOSTILE,
            folder: ".",
            version: "0.1.0",
            date: Date::new(2026, 11, 22),
            docs: Some("https://docs.example/checks"),
            checks: &self.checks,
            findings: &self.findings,
            suppressed: &self.suppressed,
            stale: &self.stale,
            undecided: &self.undecided,
            known: 4,
            fixes: &fix_text,
        }
    }

    /// Only what a template may say in good faith.
    pub(crate) fn calm(mut self) -> Self {
        let calm = |text: &str| !text.contains("</script>");
        self.project.apps[0].nodes.pop();
        self.project.apps[0].edges.pop();
        self.project.apps[0].code[0].coverage =
            Coverage::None("the code of Java functions is not analysed".to_owned());
        self.project.problems.retain(|problem| calm(&problem.message));
        self.findings.retain(|finding| calm(&finding.message));
        self.suppressed.clear();
        self.stale.retain(|stale| calm(&stale.suppression.name));
        self.undecided.clear();
        self
    }
}

fn fix_text(finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    Some(if fix.title.contains("</script>") {
        HOSTILE.to_owned()
    } else {
        "set `AuthType: AWS_IAM`".to_owned()
    })
}
