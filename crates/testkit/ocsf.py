"""Checks events, a line of JSON each, against a checkout of ocsf-schema: `ocsf.py SCHEMA EVENTS`.

Reads classes, objects and their attributes as the schema's repository writes them: `extends`, `$include`, enumerations that add up.
What profiles add is not asked for.
"""
import glob
import json
import os
import sys

ROOT, EVENTS = sys.argv[1:]


def load(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return json.load(file)


def load_all(folder):
    paths = glob.glob(f"{folder}/**/*.json", root_dir=ROOT, recursive=True)
    all_of = (load(path) | {"path": path} for path in paths)
    return {one.get("name", os.path.basename(one["path"])[:-5]): one for one in all_of}


DICTIONARY = load("dictionary.json")["attributes"]
OBJECTS, CLASSES = load_all("objects"), load_all("events")
CATEGORIES = load("categories.json")["attributes"]
problems = []


def merged(first, then):
    enum = first.get("enum", {}) | then.get("enum", {})
    return first | then | ({"enum": enum} if enum else {})


def attributes(one, known):
    """The attributes of a class or an object, with those of what it extends and includes."""
    found = attributes(known[one["extends"]], known) if one.get("extends") in known else {}
    own = dict(one.get("attributes", {}))
    included = own.pop("$include", [])
    for path in [included] if isinstance(included, str) else included:
        for name, said in load(path).get("attributes", {}).items():
            if name != "$include":
                found[name] = merged(found.get(name, {}), said | {"requirement": "optional"})
    for name, said in own.items():
        found[name] = merged(found.get(name, {}), said)
    return found


def category(one):
    while one and "category" not in one:
        one = CLASSES.get(one.get("extends"))
    return one and CATEGORIES.get(one["category"], {}).get("uid")


def check_value(value, name, said, path):
    said = merged(DICTIONARY.get(name, {}), said)
    kind, enum = said.get("type", ""), said.get("enum")
    if isinstance(value, list) != bool(said.get("is_array")):
        problems.append(f"{path}: a list where none is, or none where one is")
    for one in value if isinstance(value, list) else [value]:
        # Numbers of classes and categories are written by the schema's own compiler.
        if enum and name not in ("category_uid", "class_uid", "type_uid") and kind == "integer_t" and str(one) not in enum:
            problems.append(f"{path}: {one} is none of {sorted(enum)}")
        if kind in ("integer_t", "long_t", "timestamp_t", "port_t") and not isinstance(one, int):
            problems.append(f"{path}: {one!r} is no {kind}")
        if kind.endswith("string_t") and not isinstance(one, str):
            problems.append(f"{path}: {one!r} is no {kind}")
        shape = OBJECTS.get(said.get("object_type") or kind)
        if isinstance(one, dict) and shape:
            check(one, shape, path, OBJECTS)
        elif isinstance(one, dict) and kind != "object_t":
            problems.append(f"{path}: an object where a {kind} is")


def check(given, shape, path, known):
    wanted = attributes(shape, known)
    for name, value in given.items():
        if name not in wanted:
            problems.append(f"{path}.{name}: no attribute of {shape.get('caption')}")
        elif value is not None:
            check_value(value, name, wanted[name], f"{path}.{name}")
    for name, said in wanted.items():
        if said.get("requirement") == "required" and given.get(name) is None:
            problems.append(f"{path}.{name}: is required")
    for names in shape.get("constraints", {}).get("at_least_one", []) and [shape["constraints"]["at_least_one"]]:
        if all(given.get(name) is None for name in names):
            problems.append(f"{path}: has none of {names}")


BY_NUMBER = {category(one) * 1000 + one["uid"]: one for one in CLASSES.values() if "uid" in one and category(one)}
with open(EVENTS, encoding="utf-8") as lines:
    for event in map(json.loads, lines):
        if event["class_uid"] in BY_NUMBER:
            event.pop("unmapped", None)
            check(event, BY_NUMBER[event["class_uid"]], str(event["class_uid"]), CLASSES)
        else:
            problems.append(f"{event['class_uid']}: no such class")
for problem in sorted(set(problems)):
    print(problem)
sys.exit(bool(problems))
