//! What runs and who it runs as: functions, triggers, roles, policies, state machines.
use model::Kind;

use crate::lower::{Lowering, Mapping, equals, field, trust};
use crate::reader::Reader;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Lambda::Function"],
        Kind::Function,
        &[
            field("runtime", "Runtime"),
            field("handler", "Handler"),
            field("timeout_seconds", "Timeout"),
            field("memory_mb", "MemorySize"),
            field("environment", "Environment.Variables"),
            field("role", "Role"),
            equals("tracing", "TracingConfig.Mode", "Active"),
        ],
    ),
    Mapping::new(
        &["aws_lambda_function"],
        Kind::Function,
        &[
            field("runtime", "runtime"),
            field("handler", "handler"),
            field("timeout_seconds", "timeout"),
            field("memory_mb", "memory_size"),
            field("environment", "environment.variables"),
            field("role", "role"),
            equals("tracing", "tracing_config.mode", "Active"),
        ],
    ),
    Mapping::new(
        &["AWS::Lambda::Url"],
        Kind::FunctionUrl,
        &[field("function", "TargetFunctionArn"), field("auth", "AuthType")],
    )
    .owner("function"),
    Mapping::new(
        &["AWS::IAM::Role"],
        Kind::Role,
        &[field("name", "RoleName"), trust("AssumeRolePolicyDocument")],
    ),
];

pub(super) fn finish(_lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {}
