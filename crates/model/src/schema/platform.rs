//! What an application stands on: networks, logs, builds, containers, machines.
use super::attributes;

attributes! {
    Network {
        cidr: Any "address range",
        default: Flag "the account's default network, taken over",
        dns: Flag "host names resolve inside",
    }
    Subnet {
        network: Link(PartOf) "the network",
        cidr: Any "address range",
        public_addresses: Flag "machines get public addresses",
        default: Flag "a default subnet, taken over",
    }
    SecurityGroup {
        name: Text "its name",
        description: Text "what people say it is for",
        network: Link(RunsIn) "the network",
        default: Flag "the network's default group, taken over",
        ingress: List "rules for what comes in: `protocol`, `from_port`, `to_port`, `cidrs`, `cidrs6`, `groups`, `prefix_lists`, `self`, `description`",
        egress: List "rules for what goes out, with the same fields",
    }
    SecurityGroupRule {
        group: Link(PartOf) "the security group",
        direction: Text "`ingress` or `egress`",
        protocol: Any "protocol; `-1` for all",
        from_port: Any "first port",
        to_port: Any "last port",
        cidrs: Any "address ranges",
        cidrs6: Any "IPv6 address ranges",
        groups: Any "security groups",
        prefix_lists: Any "prefix lists",
        self: Any "the group itself",
        description: Text "what people say it is for",
    }
    NetworkAcl {
        network: Link(RunsIn) "the network",
        subnets: Link(Protects) "subnets that it filters",
        ingress: List "rules for what comes in: `number`, `action`, `protocol`, `from_port`, `to_port`, `cidr`, `cidr6`",
        egress: List "rules for what goes out, with the same fields",
    }
    NetworkAclRule {
        acl: Link(PartOf) "the list that it belongs to",
        number: Int "rules with lower numbers come first",
        action: Text "`allow` or `deny`",
        egress: Flag "for what goes out",
        protocol: Any "protocol; `-1` for all",
        from_port: Any "first port",
        to_port: Any "last port",
        cidr: Text "address range",
        cidr6: Text "IPv6 address range",
    }
    NetworkEndpoint {
        network: Link(RunsIn) "the network",
        service: Any "the service that it reaches",
        type: Text "`Interface`, `Gateway`, `GatewayLoadBalancer`",
        subnets: Link(RunsIn) "its subnets",
        security_groups: Link(RunsIn) "its security groups",
        private_dns: Flag "the service's own host name leads here",
        acceptance: Flag "connections are accepted one by one",
        is_service: Flag "offers a service of one's own",
    }
    FlowLog {
        target: Link(Protects) "network, subnet or interface that it records",
        log_destination: Link(LogsTo) "where records go",
        traffic: Text "`ALL`, `ACCEPT`, `REJECT`",
    }
    Route {
        network: Link(PartOf) "the network",
        table: Link(PartOf) "the table that it belongs to",
        subnet: Link(PartOf) "the subnet that uses the table",
        cidr: Any "destination",
        cidr6: Any "IPv6 destination",
        gateway: Link(Uses) "internet gateway",
        nat: Link(Uses) "address translating gateway",
        instance: Link(Uses) "machine that forwards",
        peering: Link(Uses) "peering connection",
        routes: List "routes of a table: `cidr`, `cidr6`, `gateway`, `nat`, `instance`, `peering`",
    }
    DnsZone {
        name: Text "its name",
        networks: Any "networks that see a private zone",
        query_log: Any "where queries are recorded",
    }
    DnsRecord {
        zone: Link(PartOf) "the zone",
        name: Text "its name",
        type: Text "`A`, `CNAME`, …; `signature` and `association` for what only belongs to a zone",
        alias: Any "what an alias points to",
        records: List "values",
    }
    LogGroup {
        name: Text "its name",
        retention_days: Int "how long entries are kept",
        key: Link(EncryptedBy) "customer key",
        class: Text "log class",
        data_protection: Any "masking of sensitive data",
        tags: Any "labels",
    }
    Trail {
        name: Text "its name",
        bucket: Link(LogsTo) "where files go",
        log_group: Link(LogsTo) "where events go",
        key: Link(EncryptedBy) "customer key",
        validation: Flag "files can be checked for changes",
        multi_region: Flag "records every region",
        logging: Flag "switched on",
        topic: Link(SendsTo) "topic that hears of new files",
        global_events: Flag "records global services",
        is_store: Flag "an event data store",
        selectors: Any "what is recorded besides management events",
    }
    Alarm {
        name: Text "its name",
        namespace: Text "namespace of the metric",
        metric: Text "metric",
        dimensions: Any "what the metric is about",
        metrics: Any "expressions over metrics",
        actions: Link(SendsTo) "what happens on alarm",
        actions_enabled: Flag "actions are switched on",
    }
    ImageRegistry {
        name: Text "its name",
        mutability: Text "`IMMUTABLE` or `MUTABLE` tags",
        scan: Flag "images are scanned when pushed",
        encryption: Text "`AES256` or `KMS`",
        key: Link(EncryptedBy) "customer key",
        lifecycle: Any "when images are removed",
        public: Flag "a public registry",
    }
    Build {
        type: Text "`project`, `pipeline`, `repository`, `packages`",
        name: Text "its name",
        role: Link(Assumes) "role that it runs as",
        artifacts: Text "type of the artifact store; `NO_ARTIFACTS` for none",
        artifacts_unencrypted: Flag "artifacts are not encrypted",
        key: Link(EncryptedBy) "customer key",
        key_type: Text "kind of key",
        logs: Any "log settings",
        bucket_logs_unencrypted: Flag "logs in the bucket are not encrypted",
        cloud_logs: Any "log group settings",
        bucket_logs: Any "bucket log settings",
        privileged: Flag "builds run with full rights over their host",
        image: Text "build image",
        environment: List "environment variables: `name`, `value`, `type`",
        source: Text "type of the source",
        subnets: Link(RunsIn) "subnets of the build",
        security_groups: Link(RunsIn) "security groups of the build",
        policy: Any "permission policy",
    }
    Email {
        type: Text "`configuration-set`, `rule`, `identity`, `template`",
        tls: Text "`Require` or `Optional`",
        reputation: Flag "reputation metrics",
        function: Link(Invokes) "function that gets incoming mail",
        scan: Flag "incoming mail is scanned",
        rule_tls: Text "`Require` or `Optional` for incoming mail",
        domain: Text "domain or address that is verified",
    }
    Container {
        type: Text "`cluster`, `service`, `task`",
        insights: Any "settings: `name`, `value`",
        exec_logging: Text "logs of commands run inside: `NONE`, `DEFAULT`, `OVERRIDE`",
        exec_key: Link(EncryptedBy) "key of the command channel",
        exec: Any "settings of commands run inside",
        exec_logs_encrypted: Flag "command logs in the log group are encrypted",
        exec_bucket_encrypted: Flag "command logs in the bucket are encrypted",
        launch: Text "`FARGATE` or `EC2`",
        platform: Text "platform version",
        public_address: Flag "gets a public address",
        subnets: Link(RunsIn) "its subnets",
        security_groups: Link(RunsIn) "its security groups",
        role: Link(Assumes) "role that it runs as",
        execution_role: Link(Assumes) "role that starts it",
        containers: List "containers: `name`, `image`, `privileged`, `pid`, `read_only`, `environment`, `user`",
        pid: Text "`host` shares the host's processes",
        network_mode: Text "network mode",
        volumes: List "volumes: `name`, `efs`, `transit`",
        task: Link(Uses) "task that a service runs",
        cluster: Link(RunsIn) "cluster that it runs in",
        load_balancers: Link(FedBy) "target groups that feed it",
    }
    Machine {
        type: Text "`instance`, `template`, `launch-configuration`, `group`, `interface`",
        image: Text "image that it starts from",
        public_address: Any "gets a public address",
        interfaces: List "network interfaces: `public`, `subnet`, `security_groups`",
        metadata: Any "metadata service settings",
        metadata_endpoint: Text "`enabled` or `disabled`",
        metadata_tokens: Text "`required` or `optional`",
        metadata_hops: Int "network hops that a metadata answer may travel",
        root_volume: Any "root volume: `encrypted`, `snapshot`",
        volumes: List "further volumes: `encrypted`, `snapshot`, `disk`",
        user_data: Any "script that runs at the start",
        monitoring: Flag "detailed monitoring",
        optimized: Flag "dedicated bandwidth for volumes",
        role: Link(Assumes) "role or profile that it runs as",
        subnets: Link(RunsIn) "its subnets",
        security_groups: Link(RunsIn) "its security groups",
    }
    Volume {
        encrypted: Flag "encrypted at rest",
        key: Link(EncryptedBy) "customer key",
    }
    Ml {
        type: Text "`notebook`, `domain`, `model`, `endpoint`, `quality-job`, `flow`, `agent`",
        role: Link(Assumes) "role that it runs as",
        key: Link(EncryptedBy) "customer key",
        volume_key: Link(EncryptedBy) "customer key of its volumes",
        output_key: Link(EncryptedBy) "customer key of its results",
        internet: Text "direct internet access: `Enabled` or `Disabled`",
        root: Text "root access: `Enabled` or `Disabled`",
        metadata_version: Any "least version of the metadata service",
        isolated: Flag "runs without network",
        traffic_encrypted: Flag "traffic between its containers is encrypted",
        subnets: Link(RunsIn) "its subnets",
        security_groups: Link(RunsIn) "its security groups",
        guardrail: Any "guardrail that filters prompts and answers",
        function: Link(Invokes) "function that its actions call",
    }
    FileTransfer {
        endpoint: Text "`PUBLIC`, `VPC`, `VPC_ENDPOINT`",
        protocols: List "`SFTP`, `FTPS`, `FTP`, `AS2`",
        tls: Text "security policy",
        log_role: Link(Assumes) "role that writes its logs",
    }
    NestedStack {
        template: Any "where its template is",
        parameters: Map "values that it gets",
        topics: List "topics that hear of its events",
    }
}
