//! What a service says, section by section, with its variables resolved.
use model::{Data, Entry, Key, ProblemKind, Span, Value};

use super::build::{entry_of, normalised, set};
use super::variables::Variables;

/// A service of the framework.
#[derive(Debug)]
pub(super) struct Service {
    /// Where its document begins.
    pub at: Span,
    pub name: String,
    pub stage: Value,
    /// Settings that all functions share.
    pub provider: Value,
    pub provider_at: Span,
    pub functions: Vec<Function>,
    pub layers: Vec<Entry>,
    pub package: Option<Value>,
    pub state_machines: Vec<Entry>,
    pub plugins: Vec<String>,
    /// `iamRoleStatementsInherit` for functions that do not say it.
    pub inherits_statements: bool,
    /// The key that older versions write at the service.
    pub key: Option<Value>,
}

/// One function as the service writes it.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub key: Key,
    pub settings: Value,
    /// The logical id that the framework gives it.
    pub id: String,
}

impl Function {
    pub(super) fn span(&self) -> Span {
        self.key.at.to(self.settings.at)
    }

    /// A prefix of logical ids of what belongs to the function.
    pub(super) fn prefix(&self) -> String {
        normalised(&self.key.text)
    }

    /// A setting of the function, else of the provider. `null` says that the provider's does not apply.
    pub(super) fn setting<'v>(
        &'v self,
        name: &str,
        service: &'v Service,
        of_provider: &str,
    ) -> Option<&'v Value> {
        match self.settings.path(name) {
            Some(own) => Some(own).filter(|value| !value.is_null()),
            None if of_provider.is_empty() => None,
            None => set(&service.provider, of_provider),
        }
    }

    pub(super) fn own(&self, name: &str) -> Option<&Value> {
        set(&self.settings, name)
    }
}

impl Service {
    /// The service that the document describes.
    pub(super) fn read(variables: &mut Variables<'_, '_>, document: &Value) -> Self {
        let service = variables.section("service");
        let plugins = variables.section("plugins");
        let plugins = plugins.as_ref().map(|plugins| plugins.get("modules").unwrap_or(plugins));
        let inherit = variables.lookup("custom.serverless-iam-roles-per-function.defaultInherit");
        let (provider, provider_at) = provider(variables, document);
        Self {
            at: document.at,
            name: service
                .as_ref()
                .map_or_else(String::new, |service| service.get("name").unwrap_or(service).display()),
            stage: variables.stage(provider_at),
            provider,
            provider_at,
            functions: functions(variables),
            layers: section_entries(variables, "layers"),
            package: variables.section("package"),
            state_machines: state_machines(variables),
            plugins: plugins
                .map_or(&[][..], Value::one_or_many)
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            inherits_statements: inherit.is_some_and(|inherit| inherit.truth().is_true()),
            key: service.as_ref().and_then(|service| service.get("awsKmsKeyArn")).cloned(),
        }
    }

    /// A setting of the provider.
    pub(super) fn setting(&self, path: &str) -> Option<&Value> {
        set(&self.provider, path)
    }

    /// A setting of the provider with its key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        entry_of(&self.provider, key)
    }

    /// `name-stage`, as the framework begins the names of what it makes.
    pub(super) fn prefix(&self) -> String {
        format!("{}-{}", self.name, self.stage.display())
    }

    pub(super) fn has_plugin(&self, name: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin == name)
    }

    /// The function with this key.
    pub(super) fn function(&self, key: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.key.text == key)
    }
}

fn provider(variables: &mut Variables<'_, '_>, document: &Value) -> (Value, Span) {
    let at = entry_of(document, "provider").map_or(document.at, |entry| entry.key.at);
    let provider = variables.section("provider");
    let provider = provider.unwrap_or_else(|| Value::new(at, Data::Map(Vec::new())));
    match &provider.data {
        Data::Text(name) => {
            let key = Key { text: "name".to_owned(), at: provider.at };
            let name = Entry { key, value: Value::text(provider.at, name) };
            (Value::new(provider.at, Data::Map(vec![name])), at)
        }
        _ => (provider, at),
    }
}

/// The entries of a section that is a map, or a list of maps that are laid over each other.
fn section_entries(variables: &mut Variables<'_, '_>, name: &str) -> Vec<Entry> {
    let Some(section) = variables.section(name) else { return Vec::new() };
    let parts = section.one_or_many();
    for part in parts {
        if part.entries().is_empty() && !matches!(&part.data, Data::Map(_) | Data::Null | Data::Unknown(_)) {
            let message = format!("an entry of `{name}` is no map");
            variables.tell(ProblemKind::Unreadable, part.at, message, "write it as `name: { … }`");
        }
        // What made it unknown was told already, unless only a deployment knows it.
        if part.is_unknown() {
            let message = format!("`{name}` is not known: nothing of `{}` was read", part.display());
            variables.tell(ProblemKind::Unresolved, part.at, message, "write it in a YAML or JSON file");
        }
    }
    parts.iter().flat_map(Value::entries).cloned().collect()
}

fn functions(variables: &mut Variables<'_, '_>) -> Vec<Function> {
    let entries = section_entries(variables, "functions");
    let mut functions: Vec<Function> = Vec::with_capacity(entries.len());
    for entry in entries {
        if !matches!(entry.value.data, Data::Map(_)) {
            let message = format!("function `{}` has no settings that can be read", entry.key.text);
            let help = "write it as a map with at least `handler` or `image`";
            variables.tell(ProblemKind::Unreadable, entry.key.at, message, help);
        }
        let id = format!("{}LambdaFunction", normalised(&entry.key.text));
        // Of a key written twice the last one counts; it was told when the document was read.
        functions.retain(|known| known.key.text != entry.key.text);
        functions.push(Function { key: entry.key, settings: entry.value, id });
    }
    functions
}

fn state_machines(variables: &mut Variables<'_, '_>) -> Vec<Entry> {
    let Some(section) = variables.section("stepFunctions") else { return Vec::new() };
    let parts = section.one_or_many();
    parts.iter().filter_map(|part| part.get("stateMachines")).flat_map(Value::entries).cloned().collect()
}
