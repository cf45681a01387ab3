//! Source that is written to be expensive: the analysis ends, and says what it left out.
use std::fmt::Write as _;

use model::{Coverage, FunctionCode, MemorySource, Problem, ReadError, Source};

use crate::Limits;

const TEMPLATE: &str = r"
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Run:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: app.handler, Runtime: RUNTIME }
";

fn read(source: &dyn Source) -> (Vec<FunctionCode>, Vec<Problem>) {
    let mut project = iac::read(source, &iac::Options::default());
    crate::attach(&mut project, source, &Limits::default());
    let code = project.apps.iter().flat_map(|app| app.code.clone()).collect();
    (code, project.problems)
}

fn run(file: &str, text: &str) -> (FunctionCode, Vec<Problem>) {
    let runtime = if file.ends_with(".py") { "python3.13" } else { "nodejs22.x" };
    let template = TEMPLATE.replace("RUNTIME", runtime);
    let (code, problems) = read(&MemorySource::new([("template.yaml", template.as_str()), (file, text)]));
    (code.first().unwrap().clone(), problems)
}

/// The analysis says that it left something out.
fn is_told(code: &FunctionCode, problems: &[Problem]) -> bool {
    let limits = [model::ProblemKind::Limit, model::ProblemKind::Unresolved, model::ProblemKind::Unreadable];
    code.coverage != Coverage::Whole && problems.iter().any(|problem| limits.contains(&problem.kind))
}

fn has_flow(code: &FunctionCode) -> bool {
    !code.flows.is_empty()
}

const PYTHON_END: &str = "\nimport os\ndef handler(event, context):\n    os.system(event['name'])\n";
const JAVASCRIPT_END: &str =
    "\nconst cp = require('child_process');\nexports.handler = async (event) => cp.exec(event.name);\n";

#[test]
fn a_line_of_a_megabyte_is_read() {
    let text = format!("x = '{}'{PYTHON_END}", "a".repeat(1 << 20));
    assert!(has_flow(&run("app.py", &text).0));
    let items = "'a', ".repeat(200_000);
    assert!(has_flow(&run("app.py", &format!("x = [{items}]{PYTHON_END}")).0));
    assert!(has_flow(&run("app.js", &format!("const x = [{items}];{JAVASCRIPT_END}")).0));
    let sum = "'a' + ".repeat(150_000);
    let (code, problems) = run("app.js", &format!("const x = {sum}'b';{JAVASCRIPT_END}"));
    assert!(has_flow(&code) || is_told(&code, &problems));
}

#[test]
fn deep_nesting_is_told() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("-", ""), ("not ", ""), ("lambda: ", "")] {
        let (code, problems) = run("app.py", &format!("x = {}{PYTHON_END}", deep(open, close)));
        assert!(is_told(&code, &problems), "{open}: {:?}", code.coverage);
    }
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("!", ""),
        ("{a:", "}"),
        ("() => ", ""),
        ("`${", "}`"),
        ("<a>{", "}</a>"),
    ] {
        let (code, problems) = run("app.jsx", &format!("const x = {};{JAVASCRIPT_END}", deep(open, close)));
        assert!(is_told(&code, &problems), "{open}: {:?}", code.coverage);
    }
}

struct Binary(MemorySource);

impl Source for Binary {
    fn paths(&self) -> &[String] {
        self.0.paths()
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError> {
        if path == "app.py" { Err(ReadError::NotText) } else { self.0.read(path, bytes_max) }
    }
}

#[test]
fn what_is_no_text_is_told() {
    let template = TEMPLATE.replace("RUNTIME", "python3.13");
    let (code, problems) =
        read(&Binary(MemorySource::new([("template.yaml", template.as_str()), ("app.py", "")])));
    assert!(matches!(code[0].coverage, Coverage::None(_)), "{:?}", code[0].coverage);
    assert!(problems.iter().any(|problem| problem.path == "app.py" && problem.message.contains("not UTF-8")));
}

#[test]
fn a_small_bundle_is_read() {
    let module = "function(e,t,n){\"use strict\";t.run=function(e){return n(1).exec(e)}},";
    let text = format!(
        "(()=>{{var m=[{}];function n(i){{return require(\"child_process\")}}exports.handler=async e=>n(1).exec(e.name)}})();",
        module.repeat(200)
    );
    let (code, problems) = run("app.js", &text);
    assert!(has_flow(&code) || is_told(&code, &problems), "{:?}", code.coverage);
    assert!(has_flow(&code));
}

#[test]
fn many_functions_in_a_circle_end() {
    let mut python = String::new();
    let mut javascript = String::new();
    for index in 0..5_000 {
        let next = (index + 1) % 5_000;
        writeln!(python, "def f{index}(x):\n    return f{next}(x)").unwrap();
        writeln!(javascript, "function f{index}(x) {{ return f{next}(x); }}").unwrap();
    }
    let (code, problems) = run(
        "app.py",
        &format!("{python}\nimport os\ndef handler(event, context):\n    os.system(f0(event['x']))\n"),
    );
    assert!(is_told(&code, &problems) && has_flow(&code));
    let end = "exports.handler = async (event) => require('child_process').exec(f0(event.x));";
    let (code, problems) = run("app.js", &format!("{javascript}{end}"));
    assert!(is_told(&code, &problems) && has_flow(&code));
}

#[test]
fn a_tree_of_calls_ends() {
    let mut text = String::from("def f60(x):\n    return x\n");
    for index in (0..60).rev() {
        let next = index + 1;
        writeln!(text, "def f{index}(x):\n    return f{next}(x) + f{next}(x)").unwrap();
    }
    let (code, problems) = run(
        "app.py",
        &format!("{text}\nimport os\ndef handler(event, context):\n    os.system(f0(event['x']))\n"),
    );
    assert!(is_told(&code, &problems) && has_flow(&code));
}

#[test]
fn a_tree_of_closures_ends() {
    let mut text = String::from("const f60 = (g) => g;\n");
    for index in (0..60).rev() {
        let next = index + 1;
        writeln!(text, "const f{index} = (g) => f{next}((x) => g(g(x)));").unwrap();
    }
    let end = "exports.handler = async (event) => f0((x) => require('child_process').exec(x))(event.x);";
    let (code, problems) = run("app.js", &format!("{text}{end}"));
    assert!(is_told(&code, &problems));
}

#[test]
fn a_long_chain_of_branches_ends() {
    let head = "import os\ndef handler(event, context):\n    x = event['x']\n";
    let (mut chain, mut row) = (format!("{head}    if x == 'a':\n        pass\n"), head.to_owned());
    let mut javascript =
        String::from("exports.handler = async (event) => {\n  let x = event.x;\n  if (x === 'a') {}\n");
    for index in 0..100_000 {
        writeln!(chain, "    elif x == 'k{index}':\n        y = {index}").unwrap();
        writeln!(row, "    if x == 'k{index}':\n        y = {index}").unwrap();
        writeln!(javascript, "  else if (x === 'k{index}') {{ y = {index}; }}").unwrap();
    }
    chain.push_str("    os.system(x)\n");
    row.push_str("    os.system(x)\n");
    javascript.push_str("  require('child_process').exec(x);\n};\n");
    for (file, text) in [("app.py", chain), ("app.py", row), ("app.js", javascript)] {
        let (code, problems) = run(file, &text);
        assert!(has_flow(&code) || is_told(&code, &problems), "{file}: {:?}", code.coverage);
    }
}

#[test]
fn a_giant_object_is_read() {
    let mut python = String::from("x = {\n");
    let mut javascript = String::from("const x = {\n");
    for index in 0..100_000 {
        writeln!(python, "  'k{index}': {{'a': {index}}},").unwrap();
        writeln!(javascript, "  k{index}: {{ a: {index} }},").unwrap();
    }
    let (code, problems) = run("app.py", &format!("{python}}}{PYTHON_END}"));
    assert!(has_flow(&code) || is_told(&code, &problems));
    let (code, problems) = run("app.js", &format!("{javascript}}};{JAVASCRIPT_END}"));
    assert!(has_flow(&code) || is_told(&code, &problems));
}

#[test]
fn variables_and_branches_do_not_multiply() {
    let mut text = String::from("def handler(event, context):\n");
    for index in 0..2_000 {
        writeln!(text, "    v{index} = event['a{index}']").unwrap();
    }
    for index in 0..2_000 {
        writeln!(text, "    if v{index}:\n        v{index} = v{index} + 'x'").unwrap();
    }
    let (code, problems) = run("app.py", &format!("{text}    __import__('os').system(v1)\n"));
    assert!(has_flow(&code) || is_told(&code, &problems), "{:?}", code.coverage);
}

#[test]
fn objects_of_objects_do_not_multiply() {
    let mut text = String::from("import json\ndef handler(event, context):\n    x0 = {'a': event['a']}\n");
    for index in 0..2_000 {
        let next = index + 1;
        writeln!(text, "    x{next} = {{'l': x{index}, 'r': x{index}, 's': [x{index}, x{index}]}}\n    json.dumps(x{next})")
            .unwrap();
    }
    let (code, problems) = run("app.py", &format!("{text}    __import__('os').system(json.dumps(x1))\n"));
    assert!(has_flow(&code) || is_told(&code, &problems), "{:?}", code.coverage);
}

#[test]
fn texts_that_double_stay_bounded() {
    let mut text =
        String::from("import os\ndef handler(event, context):\n    x = 'ab' + event['x']\n    y = 'ab'\n");
    for _ in 0..200 {
        text.push_str("    x = x + x\n    y = y + y\n");
    }
    let (code, problems) = run("app.py", &format!("{text}    os.system(x + y)\n"));
    assert!(has_flow(&code) || is_told(&code, &problems), "{:?}", code.coverage);
}

#[test]
fn deep_calls_of_deep_expressions_need_no_deep_stack_of_the_caller() {
    let mut text = String::from("def f45(x):\n    return x\n");
    for index in 0..45 {
        let next = index + 1;
        writeln!(text, "def f{index}(x):\n    return {}f{next}(x){}", "[".repeat(190), "]".repeat(190))
            .unwrap();
    }
    let end = "import os\ndef handler(event, context):\n    os.system(f0(event['x']))\n";
    let (code, problems) = run("app.py", &format!("{text}{end}"));
    assert!(is_told(&code, &problems), "{:?}", code.coverage);
}
