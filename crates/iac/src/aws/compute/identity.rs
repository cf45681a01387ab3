//! Roles, policies, users, groups: every permission ends up on the identity that has it.
use model::{Data, Kind, NodeId, Policy, PolicyOrigin, Relation, Span, Value};

use crate::lower::{Field, Lowering, Mapping, field, flag, read_policy, trust};
use crate::resource::Resource;

const AWS_ROLE: &[Field] = &[
    field("name", "RoleName"),
    field("description", "Description"),
    field("path", "Path"),
    field("boundary", "PermissionsBoundary"),
    field("managed_policies", "ManagedPolicyArns"),
    field("inline_policies", "Policies"),
    field("trust", "AssumeRolePolicyDocument"),
    field("session_seconds", "MaxSessionDuration"),
    field("tags", "Tags"),
    trust("AssumeRolePolicyDocument"),
];

const TF_ROLE: &[Field] = &[
    field("name", "name"),
    field("name", "name_prefix"),
    field("description", "description"),
    field("path", "path"),
    field("boundary", "permissions_boundary"),
    field("managed_policies", "managed_policy_arns"),
    field("inline_policies", "inline_policy"),
    field("trust", "assume_role_policy"),
    field("session_seconds", "max_session_duration"),
    field("tags", "tags"),
    trust("assume_role_policy"),
];

const AWS_POLICY: &[Field] = &[
    field("name", "PolicyName"),
    field("name", "ManagedPolicyName"),
    field("description", "Description"),
    field("document", "PolicyDocument"),
    field("roles", "Roles"),
    field("roles", "RoleName"),
    field("users", "Users"),
    field("users", "UserName"),
    field("groups", "Groups"),
    field("groups", "GroupName"),
];

const TF_POLICY: &[Field] = &[
    field("name", "name"),
    field("name", "name_prefix"),
    field("description", "description"),
    field("document", "policy"),
    field("document", "inline_policy"),
    field("policy", "policy_arn"),
    field("policy", "policy_arns"),
    field("policy", "managed_policy_arn"),
    field("roles", "role"),
    field("roles", "role_name"),
    field("roles", "roles"),
    field("users", "user"),
    field("users", "users"),
    field("groups", "group"),
    field("groups", "groups"),
    field("tags", "tags"),
];

pub(in crate::aws) const MAPPINGS: &[Mapping] = &[
    Mapping::new(&["AWS::IAM::Role"], Kind::Role, AWS_ROLE).hook(own_permissions),
    Mapping::new(&["aws_iam_role"], Kind::Role, TF_ROLE).hook(own_permissions),
    Mapping::new(
        &[
            "AWS::IAM::Policy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "AWS::IAM::GroupPolicy",
        ],
        Kind::Policy,
        AWS_POLICY,
    )
    .hook(own_permissions),
    Mapping::new(
        &[
            "aws_iam_policy",
            "aws_iam_role_policy",
            "aws_iam_user_policy",
            "aws_iam_group_policy",
            "aws_ssoadmin_permission_set_inline_policy",
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
            "aws_iam_role_policy_attachments_exclusive",
            "aws_ssoadmin_managed_policy_attachment",
        ],
        Kind::Policy,
        TF_POLICY,
    )
    .hook(own_permissions),
    // Terraform's data source fetches a policy that stands in the account.
    Mapping::new(
        &["data.aws_iam_policy"],
        Kind::Policy,
        &[field("name", "name"), field("policy", "arn"), field("policy", "name")],
    )
    .hook(own_permissions),
    Mapping::new(&["data.aws_iam_policy_document"], Kind::PolicyDocument, &[field("document", "json")])
        .hook(document),
    Mapping::new(
        &["AWS::IAM::User"],
        Kind::User,
        &[
            field("name", "UserName"),
            field("path", "Path"),
            field("boundary", "PermissionsBoundary"),
            field("groups", "Groups"),
            field("managed_policies", "ManagedPolicyArns"),
            field("inline_policies", "Policies"),
            field("login", "LoginProfile"),
            field("tags", "Tags"),
        ],
    )
    .hook(own_permissions),
    Mapping::new(
        &["aws_iam_user"],
        Kind::User,
        &[
            field("name", "name"),
            field("path", "path"),
            field("boundary", "permissions_boundary"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::IAM::Group"],
        Kind::Group,
        &[
            field("name", "GroupName"),
            field("path", "Path"),
            field("managed_policies", "ManagedPolicyArns"),
            field("inline_policies", "Policies"),
        ],
    )
    .hook(own_permissions),
    Mapping::new(&["aws_iam_group"], Kind::Group, &[field("name", "name"), field("path", "path")]),
    Mapping::new(
        &["AWS::IAM::UserToGroupAddition"],
        Kind::GroupMembership,
        &[field("group", "GroupName"), field("users", "Users")],
    ),
    Mapping::new(
        &["aws_iam_group_membership"],
        Kind::GroupMembership,
        &[field("group", "group"), field("users", "users")],
    ),
    Mapping::new(
        &["aws_iam_user_group_membership"],
        Kind::GroupMembership,
        &[field("group", "groups"), field("users", "user")],
    ),
    Mapping::new(
        &["AWS::IAM::AccessKey"],
        Kind::AccessKey,
        &[field("user", "UserName"), field("status", "Status")],
    ),
    Mapping::new(
        &["aws_iam_access_key"],
        Kind::AccessKey,
        &[field("user", "user"), field("status", "status"), field("pgp_key", "pgp_key")],
    ),
    Mapping::new(
        &["aws_iam_user_login_profile"],
        Kind::AccessKey,
        &[field("user", "user"), field("pgp_key", "pgp_key")],
    )
    .hook(login_profile),
    Mapping::new(
        &["aws_iam_account_password_policy"],
        Kind::PasswordPolicy,
        &[
            field("length_min", "minimum_password_length"),
            flag("lowercase", "require_lowercase_characters"),
            flag("uppercase", "require_uppercase_characters"),
            flag("numbers", "require_numbers"),
            flag("symbols", "require_symbols"),
            field("age_days_max", "max_password_age"),
            field("reuse_prevention", "password_reuse_prevention"),
            flag("self_service", "allow_users_to_change_password"),
        ],
    ),
    Mapping::new(
        &["AWS::IAM::OIDCProvider"],
        Kind::IdentityProvider,
        &[field("url", "Url"), field("audiences", "ClientIdList"), field("thumbprints", "ThumbprintList")],
    ),
    Mapping::new(
        &["aws_iam_openid_connect_provider"],
        Kind::IdentityProvider,
        &[field("url", "url"), field("audiences", "client_id_list"), field("thumbprints", "thumbprint_list")],
    ),
    Mapping::new(&["AWS::IAM::SAMLProvider", "aws_iam_saml_provider"], Kind::IdentityProvider, &[]),
    Mapping::new(
        &["AWS::IAM::InstanceProfile"],
        Kind::InstanceProfile,
        &[field("name", "InstanceProfileName"), field("role", "Roles")],
    ),
    Mapping::new(
        &["aws_iam_instance_profile"],
        Kind::InstanceProfile,
        &[field("name", "name"), field("role", "role")],
    ),
];

/// What stands in the resource itself: inline policies, a document, managed policies by ARN.
fn own_permissions(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let Some(node) = lowering.node(id) else { return };
    let attr = |name: &str| node.attrs.get(name);
    let mut policies = Vec::new();
    for inline in attr("inline_policies").map_or(&[][..], Value::one_or_many) {
        let name = inline.get("PolicyName").or_else(|| inline.get("name")).map(Value::display);
        if let Some(document) = inline.get("PolicyDocument").or_else(|| inline.get("policy")) {
            policies.push(read_policy(&name.unwrap_or_default(), document, PolicyOrigin::Inline));
        }
    }
    if let Some(document) = attr("document") {
        let name = attr("name").map(Value::display).unwrap_or_default();
        policies.push(read_policy(&name, document, PolicyOrigin::Inline));
    }
    for attached in [attr("managed_policies"), attr("policy")].into_iter().flatten() {
        let named = attached.one_or_many().iter().filter(|value| lowering.target(value).is_none());
        policies.extend(named.map(managed));
    }
    if resource.provider_type == "AWS::IAM::ManagedPolicy" {
        // Its ARN is not known before deployment; its text is.
        policies.iter_mut().for_each(|policy| policy.origin = PolicyOrigin::Inline);
    }
    if let Some(node) = lowering.node_mut(id) {
        node.policies.extend(policies);
    }
}

fn managed(value: &Value) -> Policy {
    let arn = value.display();
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    Policy {
        name,
        origin: PolicyOrigin::Managed(arn),
        at: value.at,
        statements: Vec::new(),
        written_in: None,
    }
}

/// `data.aws_iam_policy_document`: its own statements, and those of the documents that it includes.
fn document(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let mut policies = Vec::new();
    if let Some(json) = resource.properties.get("json") {
        policies.push(read_policy("", json, PolicyOrigin::Inline));
    }
    for name in ["source_policy_documents", "override_policy_documents", "source_json", "override_json"] {
        for included in resource.properties.get(name).map_or(&[][..], Value::one_or_many) {
            policies.push(read_policy("", included, PolicyOrigin::Inline));
        }
    }
    if let Some(node) = lowering.node_mut(id) {
        node.policies = policies;
    }
}

fn login_profile(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    lowering.set(id, "password", Value::new(resource.name_at, Data::Bool(true)));
    let user = lowering.node(id).and_then(|node| node.attrs.get("user")).cloned();
    if let Some(user) = user.and_then(|value| lowering.target(&value)) {
        lowering.set(user, "login", Value::new(resource.name_at, Data::Bool(true)));
    }
}

/// A policy that is a reference to a document gets the document's statements. Documents may include
/// documents: a chain longer than this is cut, its statements stay empty.
const INCLUDES_MAX: usize = 8;

pub(super) fn fill_documents(lowering: &mut Lowering<'_>) {
    let mut waits = true;
    for _ in 0..INCLUDES_MAX {
        let mut filled = Vec::new();
        for node in &lowering.app.nodes {
            let policies = node.policies.iter().map(|policy| (false, policy));
            let resource_policies = node.resource_policies.iter().map(|policy| (true, policy));
            let mut index = [0_usize; 2];
            for (on_resource, policy) in policies.chain(resource_policies) {
                let place = index.get_mut(usize::from(on_resource));
                let at = place.map_or(0, |place| std::mem::replace(place, *place + 1));
                let Some(source) = policy.written_in.as_ref().filter(|_| policy.statements.is_empty()) else {
                    continue;
                };
                let document = lowering.find(source).and_then(|id| lowering.node(id));
                let Some(document) = document.filter(|node| node.kind == Kind::PolicyDocument) else {
                    continue;
                };
                if waits && is_waiting(lowering, document) {
                    continue;
                }
                let statements: Vec<_> =
                    document.policies.iter().flat_map(|policy| policy.statements.clone()).collect();
                if !statements.is_empty() {
                    filled.push((node.id, on_resource, at, statements));
                }
            }
        }
        // Documents that include each other would wait for ever.
        if filled.is_empty() && !std::mem::take(&mut waits) {
            return;
        }
        for (id, on_resource, at, statements) in filled {
            let Some(node) = lowering.node_mut(id) else { continue };
            let list = if on_resource { &mut node.resource_policies } else { &mut node.policies };
            if let Some(policy) = list.get_mut(at) {
                policy.statements = statements;
            }
        }
    }
}

/// Whether a document includes another one whose statements it has not yet got.
fn is_waiting(lowering: &Lowering<'_>, document: &model::Node) -> bool {
    let missing = document.policies.iter().filter(|policy| policy.statements.is_empty());
    let sources = missing.filter_map(|policy| lowering.node(lowering.find(policy.written_in.as_ref()?)?));
    sources
        .filter(|source| source.kind == Kind::PolicyDocument && source.id != document.id)
        .any(|source| source.policies.iter().any(|policy| !policy.statements.is_empty()))
}

/// Policies that are written on their own reach the identities they are attached to, and keep the
/// name of the node that holds their text.
pub(super) fn attach(lowering: &mut Lowering<'_>) {
    let mut attached: Vec<(NodeId, NodeId, Span)> = Vec::new();
    for node in &lowering.app.nodes {
        match node.kind {
            Kind::Policy => {
                let holders =
                    ["roles", "users", "groups"].into_iter().filter_map(|name| node.attrs.get(name));
                let holders: Vec<(NodeId, Span)> = holders
                    .flat_map(Value::one_or_many)
                    .filter_map(|value| Some((lowering.target(value)?, value.at)))
                    .collect();
                let attachment = node.attrs.get("policy");
                let sources: Vec<NodeId> = attachment.map_or_else(
                    || vec![node.id],
                    |value| {
                        let found = value.one_or_many().iter();
                        found.map(|value| lowering.target(value).unwrap_or(node.id)).collect()
                    },
                );
                for (holder, at) in holders {
                    attached.extend(sources.iter().map(|source| (*source, holder, at)));
                }
            }
            Kind::Role | Kind::User | Kind::Group => {
                let list = node.attrs.get("managed_policies").map_or(&[][..], Value::one_or_many);
                let found =
                    list.iter().filter_map(|value| Some((lowering.target(value)?, node.id, value.at)));
                attached.extend(found);
            }
            _ => {}
        }
    }
    attached.sort_unstable();
    attached.dedup_by_key(|(from, to, _)| (*from, *to));
    for (from, to, at) in attached {
        let Some(source) = lowering.node(from).filter(|node| node.kind == Kind::Policy) else { continue };
        let (name, policies) = (source.name.clone(), source.policies.clone());
        lowering.edge(from, Relation::AttachedTo, to, at);
        let Some(holder) = lowering.node_mut(to).filter(|node| node.kind != Kind::Policy) else { continue };
        holder.policies.extend(policies.into_iter().map(|mut policy| {
            policy.written_in.get_or_insert_with(|| name.clone());
            policy
        }));
    }
}
