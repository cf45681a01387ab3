//! What runs and who it runs as: functions, triggers, roles, policies, state machines.
use super::attributes;

attributes! {
    Function {
        name: Text "its name in the account",
        description: Text "what people say it is for",
        runtime: Text "language and version, in the provider's words",
        handler: Text "entry point inside the code",
        code: Any "where the code is: folder, file, object or image",
        inline_code: Text "source text written in the template",
        package: Text "`Zip` or `Image`",
        image: Text "container image it runs",
        architectures: List "instruction sets",
        timeout_seconds: Int "longest run of one invocation",
        memory_mb: Int "memory, MiB",
        ephemeral_storage_mb: Int "size of `/tmp`, MiB",
        concurrency: Int "reserved concurrent executions",
        invocations_at_once: Int "invocations that one environment has at once, at most",
        provisioned_concurrency: Any "environments kept warm",
        environment: Map "environment variables: name to value",
        environment_key: Link(EncryptedBy) "customer key for the environment variables",
        role: Link(Assumes) "the role that it runs as",
        boundary: Any "permissions boundary of the role that a framework makes for it",
        layers: Link(Uses) "layers it loads",
        subnets: Link(RunsIn) "subnets it is attached to",
        security_groups: Link(RunsIn) "security groups it is attached to",
        network: Flag "runs inside a network of the account",
        file_system: Link(Uses) "network file systems it mounts",
        dead_letters: Link(DeadLetters) "where failed asynchronous events go",
        on_failure: Link(DeadLetters) "destination of failed asynchronous invocations",
        on_success: Link(SendsTo) "destination of successful asynchronous invocations",
        retries: Int "retries of an asynchronous invocation",
        event_age_seconds: Int "how long an asynchronous event may wait",
        tracing: Flag "requests are traced, whoever calls",
        tracing_mode: Text "`Active`, or `PassThrough` when only calls that are traced already are",
        log_group: Link(LogsTo) "where its logs go",
        log_format: Text "`JSON` or `Text`",
        log_level: Text "least level of application logs that is kept",
        signing: Link(Protects) "code signing configuration",
        snap_start: Flag "starts from a snapshot of the initialised environment",
        alias: Text "alias that a deployment publishes to",
        deployment: Map "gradual deployment settings",
        tenancy: Text "tenant isolation mode",
        recursive_loop: Text "what happens to recursive loops: `Allow` or `Terminate`",
        runtime_updates: Text "when runtime updates are applied",
        tags: Any "labels",
    }
    FunctionSetting {
        function: Link(PartOf) "the function that it sets",
        on_failure: Link(DeadLetters) "destination of failed asynchronous invocations",
        on_success: Link(SendsTo) "destination of successful asynchronous invocations",
        retries: Int "retries of an asynchronous invocation",
        event_age_seconds: Int "how long an asynchronous event may wait",
        provisioned_concurrency: Any "environments kept warm",
        recursive_loop: Text "what happens to recursive loops: `Allow` or `Terminate`",
        runtime_updates: Text "when runtime updates are applied",
        qualifier: Text "version or alias that it is for",
    }
    FunctionVersion {
        function: Link(PartOf) "the function that was published",
        name: Text "the alias's name; none for a version",
        version: Text "the version that an alias points at",
        description: Text "what people say it is for",
        provisioned_concurrency: Any "environments kept warm",
        routing: Any "shares of traffic to other versions",
    }
    FunctionUrl {
        function: Link(Invokes) "the function that answers",
        auth: Text "`NONE` or `AWS_IAM`",
        cors_origins: List "origins that browsers may call from",
        cors_credentials: Flag "browsers may send cookies from these origins",
        cors_methods: List "methods that browsers may use",
        cors_headers: List "headers that browsers may send",
        cors_exposed: List "headers of answers that code in browsers may read",
        cors_max_age: Int "seconds for which a browser need not ask again",
        invoke_mode: Text "`BUFFERED` or `RESPONSE_STREAM`",
    }
    Trigger {
        event: Text "`http-api`, `rest-api`, `websocket`, `function-url`, `load-balancer`, `object-store`, `queue`, `topic`, `stream`, `table-stream`, `kafka`, `broker`, `document-stream`, `schedule`, `event-bus`, `identity-pool`, `email`, `iot`, `graphql`, `state-machine`, `logs`, `voice`, `cdn`, `delivery-stream`, `authorizer`, `config`, `secret-rotation`, `custom-resource`, `direct`",
        function: Link(Triggers) "the function that it starts",
        source: Link(FedBy) "where its events come from",
        api: Link(FedBy) "the API that it is a route of",
        exposure: Text "`public` (anyone), `authenticated` (callers who prove who they are), `internal` (the account's own services)",
        auth: Text "how callers are known: `none`, `iam`, `jwt`, `user-pool`, `custom`, `api-key`, `mtls`",
        method: Text "HTTP method, upper case; `ANY` for all",
        path: Text "HTTP path or WebSocket route",
        enabled: Flag "switched on",
        batch_size: Int "records of one invocation, at most",
        batch_window_seconds: Int "how long a batch is gathered",
        filter: Any "only events that match start the function",
        on_failure: Link(DeadLetters) "where failed batches or events go",
        retries: Int "how often a failed event or batch is tried again; -1 for ever",
        record_age_seconds: Int "how old a record may get; -1 for ever",
        bisect: Flag "a failed batch is split to find the bad record",
        partial_failures: Flag "the function reports which records of a batch failed",
        concurrency: Int "concurrent invocations of this trigger, at most",
        parallelization: Int "concurrent batches of one shard",
        schedule: Text "rate or cron expression",
        pattern: Any "event pattern",
        authentication: Any "how the trigger signs in to its source (brokers, Kafka)",
        starting_position: Text "where in a stream it begins",
        cors_origins: List "origins that browsers may call from",
        throttle: Any "rate and burst of this route",
        input_schema: Any "schema that requests are validated against",
        key: Link(EncryptedBy) "customer key of the trigger's own data",
    }
    InvokePermission {
        function: Link(PartOf) "the function that may be invoked",
        principal: Text "who may invoke it: a service, an account, `*`",
        action: Text "what it may do",
        source: Link(FedBy) "only for events of this resource",
        source_account: Text "only for events of this account",
        organization: Text "only for accounts of this organisation",
        url_auth: Text "how callers of the function's URL are known: `NONE` or `AWS_IAM`",
        token: Any "secret token that the events carry",
    }
    Layer {
        name: Text "its name in the account",
        description: Text "what people say it is for",
        content: Any "where its files are",
        runtimes: List "runtimes it is made for",
        architectures: List "instruction sets it is made for",
        license: Text "licence of what is inside",
        retained: Flag "old versions stay when a new one is deployed",
    }
    LayerPermission {
        layer: Link(PartOf) "the layer that may be loaded",
        principal: Text "the account that may load it; `*` for all",
        organization: Text "only for accounts of this organisation",
    }
    CodeSigning {
        description: Text "what people say it is for",
        publishers: List "signing profiles that are trusted",
        untrusted: Text "what happens to code that nobody trusted signed: `Warn` or `Enforce`",
    }
    Role {
        name: Text "its name in the account",
        description: Text "what people say it is for",
        path: Text "its path in the account",
        boundary: Any "permissions boundary",
        managed_policies: List "policies attached by ARN",
        inline_policies: Any "policies written in the role",
        trust: Any "who may assume it, as written",
        session_seconds: Int "longest session",
        tags: Any "labels",
    }
    Policy {
        name: Text "its name in the account",
        description: Text "what people say it is for",
        document: Any "its text, as written",
        policy: Link(Uses) "the policy that an attachment attaches",
        roles: Link(AttachedTo) "roles that have it",
        users: Link(AttachedTo) "users who have it",
        groups: Link(AttachedTo) "groups that have it",
        tags: Any "labels",
    }
    PolicyDocument {
        document: Any "its text, as written",
    }
    User {
        name: Text "its name in the account",
        path: Text "its path in the account",
        boundary: Any "permissions boundary",
        groups: Link(Uses) "groups it is in",
        managed_policies: List "policies attached by ARN",
        inline_policies: Any "policies written in the user",
        login: Any "console password",
        tags: Any "labels",
    }
    Group {
        name: Text "its name in the account",
        path: Text "its path in the account",
        managed_policies: List "policies attached by ARN",
        inline_policies: Any "policies written in the group",
    }
    GroupMembership {
        group: Link(PartOf) "the group",
        users: Link(Uses) "its members",
    }
    AccessKey {
        user: Link(AttachedTo) "whose credentials",
        status: Text "`Active` or `Inactive`",
        password: Flag "a console password, not a key",
        pgp_key: Any "key that the secret is encrypted with",
    }
    PasswordPolicy {
        length_min: Int "least number of characters",
        lowercase: Flag "a lowercase letter is required",
        uppercase: Flag "an uppercase letter is required",
        numbers: Flag "a digit is required",
        symbols: Flag "a symbol is required",
        age_days_max: Int "days until a password expires",
        reuse_prevention: Int "earlier passwords that are refused",
        self_service: Flag "users may change their own password",
    }
    IdentityProvider {
        url: Text "issuer of the tokens",
        audiences: List "audiences that are accepted",
        thumbprints: List "fingerprints of its certificate",
    }
    InstanceProfile {
        name: Text "its name in the account",
        role: Link(Assumes) "the role that machines run as",
    }
    StateMachine {
        name: Text "its name in the account",
        mode: Text "`STANDARD` or `EXPRESS`",
        definition: Any "its states, in the Amazon States Language",
        role: Link(Assumes) "the role that it runs as",
        log_level: Text "`OFF`, `ERROR`, `FATAL` or `ALL`",
        log_group: Link(LogsTo) "where its logs go",
        log_data: Flag "inputs and outputs stand in the logs",
        tracing: Flag "executions are traced",
        key: Link(EncryptedBy) "customer key for definition and data",
        calls: Link(Invokes) "functions and workflows that its states call",
        services: List "service actions that its states call: `dynamodb:putItem`",
        wildcards: List "resources that its states name by pattern",
        unhandled: List "states that call something, and neither retry nor catch a failure",
        maps_unbounded: List "map states without a limit of concurrency",
        tags: Any "labels",
    }
}
