"""Compares the SAM policy templates that `iac` knows with those of aws-sam-translator (Apache-2.0)."""
import ast
import json
import re
from importlib.resources import files

SOURCE = files("samtranslator") / "policy_templates_data" / "policy_templates.json"
TEXT = r'"(?:[^"\\]|\\.|\\\n)*"'


def verify(text):
    """What differs, a line each."""
    ours, theirs = read_ours(text), read_theirs()
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield f"{name}: no such policy template"
        elif name not in ours:
            yield f"{name}: missing: {theirs[name]}"
        else:
            for one in theirs[name]:
                if one not in ours[name]:
                    yield f"{name}: not said: {one}"
            for one in ours[name]:
                if one not in theirs[name]:
                    yield f"{name}: too much: {one}"


def read_ours(text):
    """`template("Name", &[grant("actions", "resources"), only("actions", "resources", "condition")])`"""
    found, name = {}, None
    pattern = rf"\b(template|grant|only)\(\s*((?:{TEXT}\s*,?\s*)+)"
    for call, texts in re.findall(pattern, text[text.index("TEMPLATES") :]):
        words = [rust(one) for one in re.findall(TEXT, texts)]
        if call == "template":
            name = words[0]
            found[name] = []
        else:
            actions = [f"{part.split(':')[0]}:{one}" for part in words[0].split(" ") for one in part.split(":")[1].split(",")]
            condition = tuple(words[2].split(" ", 2)) if len(words) > 2 else ()
            found[name].append((sorted(set(actions)), sorted(words[1].split(" ")), condition))
    return found


def rust(literal):
    return ast.literal_eval(re.sub(r"\\\n\s*", "", literal))


def read_theirs():
    templates = json.loads(SOURCE.read_text())["Templates"]
    return {name: [statement(one) for one in listed(each["Definition"]["Statement"])] for name, each in templates.items()}


def statement(one):
    assert one["Effect"] == "Allow" and one.keys() <= {"Action", "Effect", "Resource", "Condition", "Sid"}, one
    resources = [filled(resource) for resource in listed(one["Resource"])]
    condition = ()
    for operator, keys in one.get("Condition", {}).items():
        for key, value in keys.items():
            condition += (operator, key, filled(value))
    return sorted(set(listed(one["Action"]))), sorted(resources), condition


def filled(value):
    """A text with parameters in braces, as the table writes it."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return "{%s}" % value["Ref"]
    sub = value["Fn::Sub"]
    text, names = (sub, {}) if isinstance(sub, str) else sub
    for name, meant in names.items():
        text = text.replace("${%s}" % name, filled(meant))
    text = text.replace("${AWS::Region}:${AWS::AccountId}", "{here}").replace("arn:${AWS::Partition}", "arn:aws")
    return re.sub(r"\$\{(.+?)\}", r"{\1}", text)


def listed(value):
    return value if isinstance(value, list) else [value]
