"""Operations of the SDKs (botocore, Apache-2.0): their prefix, and what has no action of its own name."""
from botocore.loaders import Loader

# Where neither the signing name nor the endpoint is the prefix.
PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway",
}


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


def lines(sdk):
    yield "# Services of the SDKs (botocore 1.44.5, Apache-2.0) and their prefixes. `cargo xtask catalogue` writes this file."
    for service, one in sdk.items():
        yield f"[{service} {one['prefix'] or '-'}]"
        free = sorted(name for name, op in one["model"]["operations"].items() if op.get("authtype") == "none" or op.get("auth") == ["smithy.api#noAuth"])
        if free:
            yield f"-{','.join(free)}"


def verify(hand, sdk, facts):
    return []
