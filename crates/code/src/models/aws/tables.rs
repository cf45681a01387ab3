//! Names of services, operations, waiters and resources between the SDKs.
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How one service is called.
#[derive(Debug)]
pub(super) struct Service {
    /// botocore's name.
    pub name: &'static str,
    /// Words of method names with more than one capital, by their lower case.
    spelled: BTreeMap<String, &'static str>,
    /// Whole method names that the words do not explain.
    irregular: BTreeMap<&'static str, &'static str>,
}

impl Service {
    /// `put_object` to `PutObject`.
    pub(super) fn operation(&self, method: &str) -> String {
        match self.irregular.get(method) {
            Some(operation) => (*operation).to_owned(),
            None => self.words(method),
        }
    }

    fn words(&self, method: &str) -> String {
        let word = |word: &str| match self.spelled.get(word) {
            Some(spelled) => (*spelled).to_owned(),
            None => super::capital(word),
        };
        method.split('_').map(word).collect()
    }
}

/// Every service, by each of its names.
#[derive(Debug)]
struct Services {
    all: Vec<Service>,
    by_name: BTreeMap<&'static str, usize>,
    by_package: BTreeMap<&'static str, usize>,
    /// Lower case, without dashes.
    by_class: BTreeMap<String, usize>,
}

fn services() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let mut services = Services {
            all: Vec::new(),
            by_name: BTreeMap::new(),
            by_package: BTreeMap::new(),
            by_class: BTreeMap::new(),
        };
        lines(include_str!("services.txt")).for_each(|line| services.add(line));
        services
    })
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Services {
    fn add(&mut self, line: &'static str) {
        let mut columns = line.split(' ');
        let (Some(name), Some(package), Some(class)) = (columns.next(), columns.next(), columns.next())
        else {
            return;
        };
        let package = if package == "-" { name } else { package };
        let position = self.all.len();
        let mut service = Service { name, spelled: BTreeMap::new(), irregular: BTreeMap::new() };
        for word in columns {
            match word.split_once('=') {
                Some((method, operation)) => drop(service.irregular.insert(method, operation)),
                None => drop(service.spelled.insert(word.to_lowercase(), word)),
            }
        }
        self.all.push(service);
        self.by_name.insert(name, position);
        self.by_package.insert(package, position);
        // A name that another service has by right is not taken away: `events` is both of two old classes.
        self.by_class.entry(package.replace('-', "")).or_insert(position);
        self.by_class.entry(name.replace('-', "")).or_insert(position);
        if class != "-" {
            self.by_class.insert(class.to_lowercase(), position);
        }
    }
}

/// The service with this name in botocore.
pub(super) fn by_name(name: &str) -> Option<&'static Service> {
    let services = services();
    services.by_name.get(name).and_then(|position| services.all.get(*position))
}

/// The service of `@aws-sdk/client-<package>`.
pub(super) fn by_package(package: &str) -> Option<&'static Service> {
    let services = services();
    services.by_package.get(package).and_then(|position| services.all.get(*position))
}

/// The service of a class of the JavaScript SDK's version 2, or of its module: `StepFunctions`, `dynamodb`.
pub(super) fn by_class(class: &str) -> Option<&'static Service> {
    let services = services();
    services.by_class.get(&class.to_lowercase()).and_then(|position| services.all.get(*position))
}

/// The operation behind a waiter, in any spelling: `function_active`, `functionActive`, `FunctionActive`.
pub(super) fn waiter(service: &str, waiter: &str) -> Option<&'static str> {
    let wanted = waiter.replace('_', "");
    let of_service = lines(include_str!("waiters.txt")).filter_map(|line| {
        let rest = line.strip_prefix(service)?.strip_prefix(' ')?;
        rest.split_once(' ')
    });
    of_service
        .filter(|(_, waiters)| waiters.split(' ').any(|known| known.eq_ignore_ascii_case(&wanted)))
        .map(|(operation, _)| operation)
        .next()
}

/// What a member of a boto3 resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub operation: Option<&'static str>,
    /// The type of resource it gives.
    pub gives: Option<&'static str>,
}

/// A member of a boto3 resource; `kind` is `-` for the service itself, `*put` names a method of collections.
pub(super) fn member(service: &str, kind: &str, name: &str) -> Option<Member> {
    static MEMBERS: OnceLock<BTreeMap<(&str, &str, &str), Member>> = OnceLock::new();
    let members = MEMBERS.get_or_init(|| {
        let mut members = BTreeMap::new();
        for line in lines(include_str!("resources.txt")) {
            let mut columns = line.split(' ');
            let (Some(service), Some(kind)) = (columns.next(), columns.next()) else { continue };
            for column in columns {
                let (head, gives) =
                    column.split_once('>').map_or((column, None), |(head, to)| (head, Some(to)));
                let (name, operation) =
                    head.split_once('=').map_or((head, None), |(name, op)| (name, Some(op)));
                members.insert((service, kind, name), Member { operation, gives });
            }
        }
        members
    });
    members.get(&(service, kind, name)).copied()
}
