//! `buckler guard patch`: what adds the layer to each function, in the words of its template.
use model::Node;
use serde_json::json;

use crate::args::PatchArguments;
use crate::commands::{CommandError, reading};
use crate::exit::Exit;
use crate::output;

/// Where Lambda finds the wrapper of the layer.
const WRAPPER: &str = "/opt/buckler-exec";

/// The words of a template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// CloudFormation and SAM.
    CloudFormation,
    Serverless,
    Terraform,
    /// CDK output: the snippet is for the program that writes it.
    Cdk,
}

struct Snippet {
    function: String,
    place: String,
    text: String,
    note: Option<String>,
}

pub(super) fn run(arguments: &PatchArguments) -> Result<Exit, CommandError> {
    let read = reading::read(&arguments.reading)?;
    let mut snippets = Vec::new();
    for app in &read.project.apps {
        for node in app.functions() {
            if arguments.function.is_empty() || arguments.function.contains(&node.name) {
                snippets.push(snippet(&read, node, &arguments.layer));
            }
        }
    }
    if let Some(name) =
        arguments.function.iter().find(|name| snippets.iter().all(|one| one.function != **name))
    {
        return Err(CommandError::Function { name: name.clone() });
    }
    let text = if arguments.json {
        let list: Vec<_> = snippets
            .iter()
            .map(|one| json!({"function": one.function, "place": one.place, "snippet": one.text, "note": one.note}))
            .collect();
        format!("{}\n", json!({ "functions": list }))
    } else {
        snippets.iter().map(shown).collect()
    };
    output::put(&arguments.reading.writing, &text)?;
    Ok(if snippets.is_empty() { Exit::Incomplete } else { Exit::Clean })
}

fn shown(snippet: &Snippet) -> String {
    let mut text = format!("# {} ({})\n{}", snippet.function, snippet.place, snippet.text);
    if let Some(note) = &snippet.note {
        text.push_str(&format!("# {note}\n"));
    }
    text.push('\n');
    text
}

fn dialect(path: &str) -> Dialect {
    let name = path.rsplit('/').next().unwrap_or(path).split(':').next().unwrap_or_default();
    if name.ends_with(".tf") || name.ends_with(".tf.json") {
        Dialect::Terraform
    } else if name.starts_with("serverless") {
        Dialect::Serverless
    } else if name.ends_with(".template.json") || path.contains("cdk.out/") {
        Dialect::Cdk
    } else {
        Dialect::CloudFormation
    }
}

fn snippet(read: &reading::Read, node: &Node, layer: &str) -> Snippet {
    let place = read.project.locate(node.span);
    let text_of = |name: &str| node.text(name).map(str::to_owned);
    // The wrapper variable does not exist on runtimes that bring their own bootstrap.
    let is_provided = text_of("runtime").is_some_and(|runtime| runtime.starts_with("provided"));
    let variable = if is_provided {
        ("BUCKLER_BOOTSTRAP", "/var/task/bootstrap.function")
    } else {
        ("AWS_LAMBDA_EXEC_WRAPPER", WRAPPER)
    };
    let text = written(dialect(&place), &node.name, layer, variable);
    let note = is_provided.then(|| {
        "rename the package's `bootstrap` to `bootstrap.function`, and build the layer with `--bootstrap`"
            .to_owned()
    });
    Snippet { function: node.name.clone(), place, text, note }
}

fn written(dialect: Dialect, function: &str, layer: &str, (name, value): (&str, &str)) -> String {
    match dialect {
        Dialect::CloudFormation => format!(
            "  {function}:\n    Properties:\n      Layers:\n        - {layer}\n      Environment:\n        Variables:\n          \
             {name}: {value}\n          BUCKLER_FUNCTION: {function}\n"
        ),
        Dialect::Serverless => format!(
            "functions:\n  {function}:\n    layers:\n      - {layer}\n    environment:\n      {name}: {value}\n      \
             BUCKLER_FUNCTION: {function}\n"
        ),
        Dialect::Terraform => format!(
            "  layers = [\"{layer}\"]\n  environment {{\n    variables = {{\n      {name} = \"{value}\"\n      \
             BUCKLER_FUNCTION = \"{function}\"\n    }}\n  }}\n"
        ),
        Dialect::Cdk => format!(
            "fn.addLayers(lambda.LayerVersion.fromLayerVersionArn(this, 'BucklerGuard', '{layer}'));\n\
             fn.addEnvironment('{name}', '{value}');\nfn.addEnvironment('BUCKLER_FUNCTION', '{function}');\n"
        ),
    }
}
