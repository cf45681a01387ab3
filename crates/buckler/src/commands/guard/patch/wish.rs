//! What a function is to get, and what stands against it.
use iac::{Equipment, Variable};
use model::{App, Data, Framework, Kind, Node, Value};

use crate::args::PatchArguments;

/// Where Lambda finds the wrapper of the layer.
const WRAPPER: &str = "/opt/buckler-exec";
/// Where the guard looks for a function's own bootstrap.
const BOOTSTRAP: &str = "/var/task/bootstrap.function";
/// Shown where no layer is named.
const LAYER: &str = "arn:aws:lambda:REGION:ACCOUNT:layer:buckler-guard:1";
/// Lambda starts no wrapper on these.
const WITHOUT_WRAPPER: &[&str] = &[
    "nodejs",
    "nodejs4.3",
    "nodejs6.10",
    "nodejs8.10",
    "python2.7",
    "python3.6",
    "python3.7",
    "ruby2.5",
    "java8",
    "go1.x",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
];

/// What a function is to get.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub equipment: Equipment,
    /// Why nothing can be written.
    pub refused: Option<String>,
    pub notes: Vec<String>,
}

impl Wish {
    pub(super) fn new(app: &App, node: &Node, arguments: &PatchArguments) -> Self {
        let mut wish = Self {
            equipment: Equipment { layer: String::new(), variables: Vec::new() },
            refused: refused(app, node),
            notes: Vec::new(),
        };
        wish.layer(node, arguments);
        let runtime = node.text("runtime").unwrap_or_default();
        if runtime.starts_with("provided") {
            wish.variable("BUCKLER_BOOTSTRAP", BOOTSTRAP);
            wish.notes.push(
                "rename the package's `bootstrap` to `bootstrap.function` and build the layer with `--bootstrap`: \
                 Lambda starts the package's own `bootstrap` before the layer's"
                    .to_owned(),
            );
        } else {
            wish.wrapper(node);
        }
        wish.function(app, node);
        if node.has("signing") {
            wish.notes.push("its code must be signed: sign the layer with the same profile".to_owned());
        }
        wish
    }

    fn variable(&mut self, name: &str, value: &str) {
        self.equipment.variables.push((name.to_owned(), Variable::Text(value.to_owned())));
    }

    /// The layer of the function's architecture.
    fn layer(&mut self, node: &Node, arguments: &PatchArguments) {
        let architectures = node.get("architectures").map(Value::one_or_many).unwrap_or_default();
        let is_arm = architectures.iter().any(|one| one.as_str() == Some("arm64"));
        let layer = match (is_arm, &arguments.layer_arm64) {
            (true, Some(layer)) => Some(layer),
            (true, None) => {
                self.notes.push(
                    "it runs on arm64: the layer must be built for it; `--layer-arm64` names one of its own"
                        .to_owned(),
                );
                arguments.layer.as_ref()
            }
            (false, _) => arguments.layer.as_ref(),
        };
        self.equipment.layer = layer.map_or_else(|| LAYER.to_owned(), Clone::clone);
    }

    /// The one wrapper that Lambda takes; the user's own is started by the guard.
    fn wrapper(&mut self, node: &Node) {
        let environment = node.get("environment");
        let own = environment.and_then(|known| known.get("AWS_LAMBDA_EXEC_WRAPPER"));
        match own.map(|value| &value.data) {
            None => {}
            Some(Data::Text(path)) if path == WRAPPER || path.is_empty() => {}
            Some(Data::Text(path)) => {
                let path = path.clone();
                self.variable("BUCKLER_EXEC_WRAPPER", &path);
                self.notes.push(format!("its own wrapper `{path}` is started by the guard"));
            }
            Some(_) => {
                self.refused.get_or_insert_with(|| {
                    "`AWS_LAMBDA_EXEC_WRAPPER` is made by an expression: give that to `BUCKLER_EXEC_WRAPPER`".to_owned()
                });
            }
        }
        self.variable("AWS_LAMBDA_EXEC_WRAPPER", WRAPPER);
    }

    /// Its name in the policy bundle.
    fn function(&mut self, app: &App, node: &Node) {
        let name = "BUCKLER_FUNCTION";
        let written = app.functions().filter(|other| other.name_at == node.name_at).count();
        let instance = (app.framework == Framework::Terraform).then(|| node.name.rsplit_once('[')).flatten();
        match instance {
            // `count` and `for_each`: each instance says its own.
            Some((base, key)) if !base.contains('[') && !base.starts_with("module.") => {
                let index = match key.starts_with('"') {
                    true => "\\\"${each.key}\\\"",
                    false => "${count.index}",
                };
                let text = format!("\"{base}[{index}]\"");
                self.equipment.variables.push((name.to_owned(), Variable::Expression(text)));
            }
            None if written <= 1 => self.variable(name, &node.name),
            _ => self.notes.push(format!(
                "one block makes {written} functions: each is known by its name in the account, which the policy must know"
            )),
        }
    }
}

/// Why the layer cannot be added to a function at all.
fn refused(app: &App, node: &Node) -> Option<String> {
    if node.is("package", "Image") == model::Tri::True || node.has("image") {
        return Some(
            "a container image takes no layers: copy the files of the layer to `/opt` in its Dockerfile"
                .to_owned(),
        );
    }
    let is_edge = |trigger: &Node| {
        trigger.text("event") == Some("cdn")
            && trigger
                .get("function")
                .and_then(Value::as_ref)
                .is_some_and(|function| function.target == node.name)
    };
    if app.nodes.iter().any(|other| other.kind == Kind::Trigger && is_edge(other)) {
        return Some("a function at the edge (CloudFront) takes neither layers nor variables".to_owned());
    }
    let runtime = node.text("runtime")?;
    WITHOUT_WRAPPER
        .contains(&runtime)
        .then(|| format!("`{runtime}` starts no wrapper: move the function to a newer runtime"))
}
