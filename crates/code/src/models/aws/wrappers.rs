//! Libraries that call the cloud on behalf of their caller.
use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::Aws;

/// What a call of a library does in the cloud.
#[derive(Debug)]
pub(crate) struct Wrapper {
    pub operations: Vec<Aws>,
    /// Parameters of the operations, and where the call has them: keywords or positions.
    pub parameters: Vec<(&'static str, Vec<&'static str>)>,
}

/// By package, then by name.
type Table = BTreeMap<&'static str, BTreeMap<&'static str, Wrapper>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("wrappers.txt").lines().filter(|line| !line.starts_with('#'));
        let mut table = Table::new();
        for ((package, name), wrapper) in lines.filter_map(line) {
            table.entry(package).or_default().insert(name, wrapper);
        }
        table
    })
}

fn line(line: &'static str) -> Option<((&'static str, &'static str), Wrapper)> {
    let mut words = line.split_whitespace();
    let key = words.next()?.rsplit_once(':')?;
    let operation = |text: &str| {
        let (service, operation) = text.split_once('.')?;
        Some(Aws { service: service.to_owned(), operation: operation.to_owned() })
    };
    let operations = words.next()?.split(',').map(operation).collect::<Option<Vec<Aws>>>()?;
    let parameter = |word: &'static str| {
        let (name, places) = word.split_once('=')?;
        Some((name, places.split('|').collect()))
    };
    let parameters = words.map(parameter).collect::<Option<Vec<_>>>()?;
    Some((key, Wrapper { operations, parameters }))
}

/// What a call does, by its path: `aws_secretsmanager_caching.SecretCache().get_secret_string`.
pub(crate) fn wrapper(path: &str) -> Option<&'static Wrapper> {
    let root = crate::value::root_of(path);
    let last = path.rsplit('.').next()?;
    // `@langchain/community/chat_models/bedrock` is in `@langchain/community`.
    let mut package = root;
    loop {
        let of_package = table().get(package);
        let found = of_package.and_then(|names| names.get(last));
        let is_package = path.len() == root.len() || last == "default";
        let any = || of_package.and_then(|names| names.get("*")).filter(|_| is_package);
        if let Some(found) = found.or_else(any) {
            return Some(found);
        }
        package = package.rsplit_once('/')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for text in include_str!("wrappers.txt").lines().filter(|line| !line.starts_with('#')) {
            assert!(line(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_call_is_found_in_any_module_of_its_package() {
        let found = |path: &str| wrapper(path).map_or(0, |wrapper| wrapper.operations.len());
        assert_eq!(found("aws_lambda_powertools.utilities.idempotency.DynamoDBPersistenceLayer"), 4);
        assert_eq!(found("@langchain/community/chat_models/bedrock.BedrockChat"), 1);
        assert_eq!(found("@middy/ssm"), 1);
        assert_eq!(found("@middy/core"), 0);
        assert_eq!(found("os.system"), 0);
    }
}
