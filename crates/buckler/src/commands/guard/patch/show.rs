//! What was done and what is left, for people and for programs.
use iac::Variable;
use model::{App, Framework, Node, Project};
use serde_json::json;

use super::wish::Wish;
use super::{Outcome, Patched, Work};

pub(super) fn text(work: &Work, project: &Project, is_written: bool) -> String {
    let mut text = String::new();
    for one in &work.patched {
        let what = match &one.outcome {
            Outcome::Changed if is_written => "gets the guard (written)".to_owned(),
            Outcome::Changed => "gets the guard".to_owned(),
            Outcome::Already => "has the guard already".to_owned(),
            Outcome::ByHand(why) => format!("NOT CHANGED: {why}"),
        };
        text.push_str(&format!("{} ({}): {what}\n", one.function, one.place));
        for note in &one.notes {
            text.push_str(&format!("  note: {note}\n"));
        }
        if let Some(snippet) = &one.snippet {
            text.push_str("  by hand:\n");
            snippet.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
        }
    }
    if !is_written && !work.edits.is_empty() {
        text.push('\n');
        text.push_str(&iac::unified(project, &work.edits));
        text.push_str("\nnothing is written (`--write` writes it)\n");
    }
    text
}

pub(super) fn json(work: &Work, project: &Project, is_written: bool) -> String {
    let value = json!({
        "version": 1,
        "written": is_written && !work.texts.is_empty(),
        "functions": work.patched.iter().map(one).collect::<Vec<_>>(),
        "files": work.texts.keys().collect::<Vec<_>>(),
        "diff": iac::unified(project, &work.edits),
    });
    format!("{value:#}\n")
}

fn one(patched: &Patched) -> serde_json::Value {
    let (outcome, why) = match &patched.outcome {
        Outcome::Changed => ("changed", None),
        Outcome::Already => ("already", None),
        Outcome::ByHand(why) => ("by-hand", Some(why)),
    };
    json!({
        "function": patched.function,
        "place": patched.place,
        "outcome": outcome,
        "why": why,
        "notes": patched.notes,
        "snippet": patched.snippet,
    })
}

/// What a person writes where the template is not changed.
pub(super) fn snippet(app: &App, node: &Node, wish: &Wish) -> String {
    let layer = &wish.equipment.layer;
    let variables: Vec<(&str, String)> = wish
        .equipment
        .variables
        .iter()
        .map(|(name, value)| match value {
            Variable::Text(text) => (name.as_str(), format!("\"{text}\"")),
            Variable::Expression(text) => (name.as_str(), text.clone()),
        })
        .collect();
    let lines = |form: &dyn Fn(&str, &str) -> String| -> String {
        variables.iter().map(|(name, value)| form(name, value)).collect()
    };
    if node.has("image") || node.text("package") == Some("Image") {
        return format!(
            "# the unpacked layer.zip beside the Dockerfile; on an image that is not AWS's: ENTRYPOINT [\"/opt/buckler-exec\", …]\n\
             COPY layer/ /opt/\n{}",
            lines(&|name, value| format!("ENV {name}={value}\n"))
        );
    }
    match app.framework {
        Framework::Cdk => format!(
            "// in the source of `{}`\n\
             fn.addLayers(lambda.LayerVersion.fromLayerVersionArn(this, 'BucklerGuard', '{layer}'));\n{}",
            node.construct.as_deref().unwrap_or(&node.name),
            lines(&|name, value| format!("fn.addEnvironment('{name}', {});\n", value.replace('"', "'")))
        ),
        Framework::Terraform | Framework::TerraformPlan => format!(
            "layers = [\"{layer}\"]\nenvironment {{\n  variables = {{\n{}  }}\n}}\n",
            lines(&|name, value| format!("    {name} = {value}\n"))
        ),
        Framework::Serverless => {
            format!(
                "layers:\n  - {layer}\nenvironment:\n{}",
                lines(&|name, value| format!("  {name}: {value}\n"))
            )
        }
        Framework::CloudFormation | Framework::Sam | Framework::Files => format!(
            "Layers:\n  - {layer}\nEnvironment:\n  Variables:\n{}",
            lines(&|name, value| format!("    {name}: {value}\n"))
        ),
    }
}
