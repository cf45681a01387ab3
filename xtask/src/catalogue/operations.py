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
    "s3": ["object|ObjectName|Key|name|", "object|ObjectName|Prefix|name|"],
    "ssm": ["parameter|ParameterNameWithoutLeadingSlash|Path|name|"],
    "bedrock-runtime": [
        "foundation-model|ResourceId|modelId|name|",
        "inference-profile|ResourceId|modelId|name|",
    ],
}
# Where the action is the method of HTTP.
METHODS = {"apigateway", "apigatewayv2"}

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
        free = [name for name, operation in operations if is_free(operation)]
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


def is_free(operation):
    return operation.get("authtype") == "none" or operation.get("auth") == ["smithy.api#noAuth"]


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
        if re.search(r"(?i)role_?arns?$", last) or ("iam:PassRole" in depends and re.search(r"(?i)role(id)?$", last)):
            yield parameter


def verify(hand, sdk, facts):
    return []
