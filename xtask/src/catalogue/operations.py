"""Operations of the SDKs (botocore, Apache-2.0): their prefix, and what has no action of its own name."""
import re

from botocore.loaders import Loader

import bindings

# Where neither the signing name nor the endpoint is the prefix.
PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway",
}

# Parameters that no likeness of names shows.
SPECIAL = {
    "bedrock": ["foundation-model|ResourceId|modelIdentifier|name|", "default-prompt-router||promptRouterArn|arn|"],
    "bedrock-agentcore": [
        "runtime||agentRuntimeArn|arn|",
        "workload-identity|WorkloadIdentityName|workloadName|name|",
        "*|Name|resourceCredentialProviderName|name|",
    ],
    "bedrock-runtime": [
        "foundation-model|ResourceId|modelId|name|",
        "inference-profile|ResourceId|modelId|name|",
        "application-inference-profile|ResourceId|modelId|name|",
        "async-invoke||invocationArn|arn|",
    ],
    "cloudfront-keyvaluestore": ["key-value-store||KvsARN|arn|"],
    "iam": ["oidc-provider||OpenIDConnectProviderArn|arn|", "mfa|MfaTokenIdWithPath|VirtualMFADeviceName|name|"],
    "mwaa": ["*|EnvironmentName|Name|name|"],
    "pinpoint": ["*|AppId|ApplicationId|name|"],
    "s3": ["object|ObjectName|Key|name|", "object|ObjectName|Prefix|name|"],
    "ses": ["identity||SourceArn|arn|", "identity|IdentityName|Source|name|", "identity|IdentityName|BounceSender|name|"],
    "sesv2": ["identity||FromEmailAddressIdentityArn|arn|", "identity|IdentityName|FromEmailAddress|name|"],
    "ssm": ["parameter|ParameterNameWithoutLeadingSlash|Path|name|", "servicesetting|ResourceId|SettingId|name|"],
    "sts": ["federated-user|FederatedUserName|Name|name|"],
}
# Where the action is the method of HTTP.
METHODS = {"apigateway", "apigatewayv2"}

STARTERS = ("Create", "Put", "Register", "Run", "Start", "Update")
# They give roles out, or keep them, and pass none on.
TAKE_ROLES = {"STS", "IAM", "SSO", "Cognito Identity"}


def read(facts):
    loader = Loader()
    names = {service: {name.lower(): name for name in fact["actions"]} for service, fact in facts.items()}
    sdk = {}
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        sdk[service] = {"prefix": prefix(service, model, names), "model": model}
    return sdk


def prefix(service, model, names):
    """The prefix under which most operations have an action of their own name."""
    if service in PREFIXES:
        return PREFIXES[service]
    metadata = model["metadata"]

    def score(candidate):
        return sum(name.lower() in names[candidate] for name in model["operations"])

    said = [metadata.get("signingName"), metadata["endpointPrefix"], service]
    said = [name for name in dict.fromkeys(said) if name in names]
    best = max(said, key=score, default=None)
    if best is None or score(best) * 2 < len(model["operations"]):
        other = max(names, key=score)
        if score(other) * 2 > len(model["operations"]):
            return other
    return best


def lines(sdk, facts):
    yield "# Services of the SDKs (botocore 1.44.5, Apache-2.0) and their prefixes. `cargo xtask catalogue` writes this file."
    yield "# Below each: `-` operations that need no permission, `^` an operation that passes a role on and the parameter"
    yield "# that names it, `=` method and path of an operation whose action is its method, and parameters that name"
    yield "# resources: type, variable of its ARN, parameter, kind of name, operations (none: all with this parameter)."
    for service, one in sdk.items():
        model, fact = one["model"], facts.get(one["prefix"])
        yield f"[{service} {one['prefix'] or '-'}]"
        operations = sorted(model["operations"].items())
        free = [name for name, operation in operations if is_free(operation, model)]
        if free:
            yield f"-{','.join(free)}"
        if fact is None:
            continue
        for name, operation in operations:
            for role in roles(name, operation, model, fact):
                yield f"^{name} {role}"
        if service in METHODS:
            for name, operation in operations:
                if name not in fact["actions"]:
                    yield f"={operation['http']['method']} {path(operation, model)} {name}"
        yield from SPECIAL.get(service, [])
        yield from bindings.of_service(model, fact)


# A token of the user's own, or nothing at all, instead of credentials of AWS.
FREE = (["smithy.api#noAuth"], ["smithy.api#httpBearerAuth"])


def is_free(operation, model):
    auth = operation.get("auth") or model["metadata"].get("auth")
    return operation.get("authtype") == "none" or auth in FREE


def path(operation, model):
    """The path of the request, with the names of parameters as callers write them."""
    path = operation["http"]["requestUri"].split("?")[0]
    shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {}
    for name, member in shape.get("members", {}).items():
        if member.get("location") == "uri":
            path = path.replace("{%s}" % member["locationName"], "{%s}" % name)
            path = path.replace("{%s+}" % member["locationName"], "{%s}" % name)
    # Version 2 of the API stands under `/v2`, which is no part of the ARN.
    return path.removeprefix("/v2")


def roles(name, operation, model, fact):
    """Parameters that name a role which the service will act as."""
    if "input" not in operation:
        return
    action = fact["actions"].get(name, {"level": "Write", "depends": []})
    takes = name.startswith(("Cancel", "Describe", "Disassociate", "Get", "Remove"))
    if takes or action["level"] in ("Read", "List") or model["metadata"]["serviceId"] in TAKE_ROLES:
        return
    depends = action["depends"]
    inputs = dict.fromkeys(bindings.members(model, operation["input"]["shape"]))
    for parameter in inputs:
        last = parameter.rsplit(".", 1)[-1].removesuffix("[]")
        is_top = parameter == last and name.startswith(STARTERS)
        is_role = re.search(r"(?i)role_?arns?$", last) or (is_top and last.lower() == "role")
        if model["metadata"]["serviceId"].startswith("API"):
            is_role = is_role or last.lower() in ("credentials", "authorizercredentials")
        if is_role or last in ("CredentialsArn", "AuthorizerCredentialsArn") or ("iam:PassRole" in depends and re.search(r"(?i)role(id)?$", last)):
            yield parameter


def verify(hand, sdk, facts):
    """What the hand-kept table says of operations, parameters, actions and resource types that are not there."""
    wrong, service = [], ""
    for number, line in enumerate(hand.splitlines(), 1):
        if line.startswith("["):
            service = line.strip("[]")
            if service not in sdk:
                wrong.append(f"operations.txt:{number}: no service `{service}`")
        elif line and not line.startswith("#") and service in sdk:
            names, *permissions = line.split()
            for name in names.split(","):
                wrong += [f"operations.txt:{number}: {why}" for why in faults(name, permissions, sdk[service], facts)]
    return wrong


def faults(name, permissions, one, facts):
    operation = one["model"]["operations"].get(name)
    if operation is None:
        yield f"no operation `{name}`"
        return
    known = set(parameters(one["model"], operation["input"]["shape"])) if "input" in operation else set()
    for text in permissions:
        if text == "-":
            continue
        text, _, when = text.partition("?")
        action, _, on = text.partition("@")
        kind, _, parameter = on.partition(":")
        prefix, _, bare = action.rpartition(":")
        fact = facts.get(prefix or one["prefix"], {"actions": {}, "resources": {}})
        if bare not in fact["actions"]:
            yield f"no action `{prefix or one['prefix']}:{bare}`"
        elif kind and kind != "*" and kind not in [name for name, _, _ in fact["actions"][bare]["resources"]]:
            yield f"`{bare}` knows no resource type `{kind}`, only {[name for name, _, _ in fact['actions'][bare]['resources']]}"
        said = [one for one in re.split(r"[=^]", when.lstrip("!"))[0].split("|") if one and one != "~"]
        for one_parameter in [*said, *(part for part in parameter.split("+") if part)]:
            if one_parameter not in known:
                yield f"`{name}` has no parameter `{one_parameter}`"


def parameters(model, shape_name, depth=0, path=""):
    """Every parameter of a request, with those of structures and lists of structures."""
    shape = model["shapes"][shape_name]
    if depth > bindings.DEPTH_MAX:
        return
    if path:
        yield path
    if shape["type"] == "structure":
        for name, member in shape.get("members", {}).items():
            yield from parameters(model, member["shape"], depth + 1, f"{path}.{name}" if path else name)
    elif shape["type"] == "list":
        yield from parameters(model, shape["member"]["shape"], depth, f"{path}[]")
    elif shape["type"] == "map":
        yield f"{path}{{}}"
        yield from parameters(model, shape["value"]["shape"], depth, f"{path}{{}}")


def unmapped(hand, sdk, facts):
    """Operations that neither a name, a method nor the table maps."""
    said, service = set(), ""
    for line in hand.splitlines():
        if line.startswith("["):
            service = line.strip("[]")
        elif line and not line.startswith("#"):
            said.update((service, name) for name in line.split()[0].split(","))
    for service, one in sdk.items():
        names = {name.lower() for name in facts.get(one["prefix"], {"actions": {}})["actions"]}
        for name, operation in one["model"]["operations"].items():
            if (service, name) in said or is_free(operation, one["model"]) or name.lower() in names:
                continue
            if service not in METHODS:
                yield service, name
