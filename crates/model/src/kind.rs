//! What a node is, in words that no provider owns.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What a node is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[doc = $doc])* $name,)* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The name in every output: `user-pool`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// Code that runs when a trigger fires.
    Function = "function",
    /// Code or libraries shared by functions.
    Layer = "layer",
    /// A published version or an alias of a function.
    FunctionVersion = "function-version",
    /// A setting of a function that is written as its own resource.
    FunctionSetting = "function-setting",
    /// An HTTPS endpoint of one function, without an API in front.
    FunctionUrl = "function-url",
    /// What starts a function: one event source of one function.
    Trigger = "trigger",
    /// A grant on the function's side: who may invoke it.
    InvokePermission = "invoke-permission",
    /// A grant on a layer's side: which accounts may load it.
    LayerPermission = "layer-permission",
    /// Which publishers may sign a function's code.
    CodeSigning = "code-signing",
    /// An identity that a workload assumes.
    Role = "role",
    /// Permissions written on their own and attached to identities.
    Policy = "policy",
    /// A policy text written on its own, used by others (`aws_iam_policy_document`).
    PolicyDocument = "policy-document",
    /// A person's or a program's long-lived identity.
    User = "user",
    /// A set of users.
    Group = "group",
    /// Which users are in a group, written on its own.
    GroupMembership = "group-membership",
    /// Long-lived credentials of a user.
    AccessKey = "access-key",
    /// Rules for the passwords of an account.
    PasswordPolicy = "password-policy",
    /// Who vouches for identities from outside: OpenID Connect or SAML.
    IdentityProvider = "identity-provider",
    /// The role that virtual machines run as.
    InstanceProfile = "instance-profile",
    /// A workflow of steps that call functions and services.
    StateMachine = "state-machine",
    /// A host or service outside of the application, or how the application signs in to it.
    Integration = "integration",

    /// An HTTP, REST or WebSocket API.
    Api = "api",
    /// A deployed stage of an API.
    ApiStage = "api-stage",
    /// One method and path of an API.
    ApiRoute = "api-route",
    /// What an API route calls.
    ApiIntegration = "api-integration",
    /// A piece of an API without a kind of its own: path segment, model, mapping, key, data source.
    ApiPart = "api-part",
    /// What an API asks about the caller.
    Authorizer = "authorizer",
    /// A domain name in front of an API.
    ApiDomain = "api-domain",
    /// Quota and rate of API keys.
    UsagePlan = "usage-plan",
    /// Settings of the methods of a stage, written on their own.
    ApiMethodSettings = "api-method-settings",
    /// A snapshot of an API's definition.
    ApiDeployment = "api-deployment",
    /// A GraphQL API.
    GraphqlApi = "graphql-api",
    /// A cache in front of an API's resolvers.
    ApiCache = "api-cache",
    /// A load balancer.
    LoadBalancer = "load-balancer",
    /// A port of a load balancer.
    Listener = "listener",
    /// What a load balancer sends requests to.
    TargetGroup = "target-group",
    /// TLS settings of a load balancer, written on their own.
    TlsPolicy = "tls-policy",
    /// A content delivery network's distribution.
    Cdn = "cdn",
    /// Response headers that a CDN adds.
    ResponseHeaders = "response-headers",
    /// A web application firewall's rules.
    Waf = "waf",
    /// A firewall put in front of something.
    WafAssociation = "waf-association",
    /// Where something sends its logs, written on its own.
    LogConfig = "log-config",
    /// A TLS certificate.
    Certificate = "certificate",
    /// People who sign in.
    UserPool = "user-pool",
    /// A program that signs people in.
    UserPoolClient = "user-pool-client",
    /// Cloud credentials for people who signed in, or did not.
    IdentityPool = "identity-pool",
    /// Which roles an identity pool hands out.
    IdentityPoolRoles = "identity-pool-roles",

    /// An object store.
    Bucket = "bucket",
    /// Switches that forbid public access to a bucket.
    PublicAccessBlock = "public-access-block",
    /// A setting of a bucket that is written as its own resource.
    BucketSetting = "bucket-setting",
    /// A policy on a resource, written on its own.
    ResourcePolicy = "resource-policy",
    /// A key-value or document table.
    Table = "table",
    /// A message queue.
    Queue = "queue",
    /// A publish-subscribe topic.
    Topic = "topic",
    /// A subscription to a topic.
    Subscription = "subscription",
    /// A stream of records.
    Stream = "stream",
    /// A stream that delivers to a store.
    DeliveryStream = "delivery-stream",
    /// A relational database instance.
    Database = "database",
    /// A cluster of database instances (relational, document or graph).
    DatabaseCluster = "database-cluster",
    /// Parameters of a database engine.
    DatabaseParameters = "database-parameters",
    /// A copy of a database at a time.
    DatabaseSnapshot = "database-snapshot",
    /// A ledger database.
    Ledger = "ledger",
    /// A time-series database.
    TimeSeries = "time-series",
    /// A database proxy.
    DatabaseProxy = "database-proxy",
    /// An in-memory cache.
    Cache = "cache",
    /// A network file system.
    FileSystem = "file-system",
    /// An entry point to a file system.
    FileSystemAccess = "file-system-access",
    /// A search engine's domain.
    SearchDomain = "search-domain",
    /// A data warehouse.
    Warehouse = "warehouse",
    /// Settings for queries over files.
    QueryWorkgroup = "query-workgroup",
    /// A data-preparation job, crawler or its security settings.
    DataJob = "data-job",
    /// A message broker or a streaming cluster.
    Broker = "broker",
    /// A secret in a secret manager.
    Secret = "secret",
    /// When and how a secret rotates.
    SecretRotation = "secret-rotation",
    /// A configuration parameter.
    Parameter = "parameter",
    /// An encryption key.
    Key = "key",
    /// Where backups are kept.
    BackupVault = "backup-vault",
    /// What is backed up.
    BackupSelection = "backup-selection",

    /// A virtual network.
    Network = "network",
    /// A subnet.
    Subnet = "subnet",
    /// A stateful firewall of network interfaces.
    SecurityGroup = "security-group",
    /// One rule of a security group, written on its own.
    SecurityGroupRule = "security-group-rule",
    /// A stateless firewall of a subnet.
    NetworkAcl = "network-acl",
    /// One rule of a network access list, written on its own.
    NetworkAclRule = "network-acl-rule",
    /// A private way to a service.
    NetworkEndpoint = "network-endpoint",
    /// Records of network traffic.
    FlowLog = "flow-log",
    /// A route or a table of routes.
    Route = "route",
    /// A DNS zone.
    DnsZone = "dns-zone",
    /// A DNS record.
    DnsRecord = "dns-record",
    /// A group of log streams.
    LogGroup = "log-group",
    /// An audit trail of the cloud account.
    Trail = "trail",
    /// An alarm on a metric.
    Alarm = "alarm",
    /// A bus of events.
    EventBus = "event-bus",
    /// Which events go where.
    EventRule = "event-rule",
    /// A schedule.
    Schedule = "schedule",
    /// A container image registry.
    ImageRegistry = "image-registry",
    /// A build project or pipeline.
    Build = "build",
    /// E-mail sending or receiving.
    Email = "email",
    /// A container service, cluster or task.
    Container = "container",
    /// A virtual machine or its template.
    Machine = "machine",
    /// A block storage volume.
    Volume = "volume",
    /// A machine-learning model, notebook or agent.
    Ml = "ml",
    /// A managed file transfer server.
    FileTransfer = "file-transfer",
    /// A stack inside the stack.
    NestedStack = "nested-stack",
    /// A value that a deployment gives to a template.
    TemplateParameter = "template-parameter",
    /// A resource that the model has no word for yet.
    Other = "other",
}

impl Kind {
    /// The kind with this name in outputs.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// Whose cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    Aws,
    Azure,
    Google,
    Other,
}

impl Provider {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Google => "google",
            Self::Other => "other",
        }
    }
}

/// How one node relates to another. Read as "from RELATION to".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A trigger starts a function.
    Triggers,
    /// A trigger takes its events from a source.
    FedBy,
    /// A caller invokes a function or a state machine.
    Invokes,
    /// A workload runs as a role.
    Assumes,
    /// A role's statement names the resource.
    Grants,
    /// A policy is attached to an identity.
    AttachedTo,
    /// A route, stage or listener belongs to an API or load balancer.
    PartOf,
    /// Failed events go there.
    DeadLetters,
    /// Data at rest is encrypted with this key.
    EncryptedBy,
    /// Runs in this network, subnet or security group.
    RunsIn,
    /// Logs go there.
    LogsTo,
    /// A firewall, authorizer or policy protects the target.
    Protects,
    /// Records, messages or files flow there.
    SendsTo,
    /// Uses a layer, version, secret, parameter or anything else by reference.
    Uses,
}

impl Relation {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triggers => "triggers",
            Self::FedBy => "fed-by",
            Self::Invokes => "invokes",
            Self::Assumes => "assumes",
            Self::Grants => "grants",
            Self::AttachedTo => "attached-to",
            Self::PartOf => "part-of",
            Self::DeadLetters => "dead-letters",
            Self::EncryptedBy => "encrypted-by",
            Self::RunsIn => "runs-in",
            Self::LogsTo => "logs-to",
            Self::Protects => "protects",
            Self::SendsTo => "sends-to",
            Self::Uses => "uses",
        }
    }
}
