"""Which parameter of a request fills which variable of a resource's ARN."""
import re

ALWAYS_KNOWN = {"Partition", "Region", "Account"}
DEPTH_MAX = 4


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def base(variable):
    """`FunctionName`, `FunctionId` and `FunctionNameOrArn` are about `function`."""
    name = plain(variable)
    name = re.sub(r"(withoutleadingslash|withpath|nameorarn)$", "", name)
    return re.sub(r"(identifier|name|id|arn)$", "", name) or name


def members(model, shape_name, depth=0, path=""):
    """Texts of a request: path and shape. `A.B` inner ones, `A[]` each of a list."""
    shape = model["shapes"][shape_name]
    kind = shape["type"]
    if depth > DEPTH_MAX:
        return
    if kind == "string" and path:
        yield path
    elif kind == "structure":
        for name, member in shape.get("members", {}).items():
            yield from members(model, member["shape"], depth + 1, f"{path}.{name}" if path else name)
    elif kind == "list":
        yield from members(model, shape["member"]["shape"], depth, f"{path}[]")


def fits(parameter, variable, noun, operation):
    """How well a parameter names a variable of an ARN: `(rank, kind of name)`; the lower, the better.

    `noun` is the resource type where the variable is the one that tells resources of the type apart.
    """
    is_deep = "." in parameter or "[]" in parameter
    name = plain(parameter.rsplit(".", 1)[-1])
    about, whole = base(variable), plain(variable)
    if name == whole:
        return 0, "arn" if name.endswith("arn") else "name"
    if name.endswith(("arn", "arns")):
        owner = re.sub(r"arns?$", "", name)
        if noun and owner in (about, noun, noun + "name"):
            return 1, "arn"
        return (6, "arn") if noun and owner in ("", "resource") and not is_deep else None
    if name.endswith("url") and name.removesuffix("url") in (about, noun):
        return 2, "url"
    said = [one for one in (about, noun) if one]
    endings = ("", "s", "name", "names", "id", "ids", "identifier", "identifiers", "nameorarn")
    if any(name == one + ending for one in said for ending in endings):
        return 2, "name"
    is_own = any(plain(operation).endswith((one, one + "s")) for one in said)
    if name in ("name", "names", "id", "ids", "identifier") and is_own and noun and "." not in parameter:
        return 3, "name"
    return (6, "name") if name in ("resourcename", "resourceid") and noun and not is_deep else None


def variables(arn):
    return [name for name in re.findall(r"\$\{(\w+)\}", arn) if name not in ALWAYS_KNOWN]


def of_service(model, fact):
    """Lines `type|variable|parameter|kind|operations`; no operations: all that have the parameter."""
    found = {}
    having = {}
    by_name = {name.lower(): one for name, one in fact["actions"].items()}
    for operation, one in sorted(model["operations"].items()):
        action = by_name.get(operation.lower())
        if not action or "input" not in one:
            continue
        inputs = list(dict.fromkeys(members(model, one["input"]["shape"])))
        for kind, _, _ in action["resources"]:
            names = variables(fact["resources"][kind][0])
            for variable in names:
                having.setdefault((kind, variable), {})[operation] = inputs
                noun = plain(kind) if variable == names[-1] else ""
                for parameter, rank, how in best(inputs, variable, noun, operation):
                    # An ARN fills every variable.
                    key = (kind, "" if how == "arn" else variable, parameter, how)
                    having.setdefault(key[:2], {})[operation] = inputs
                    found.setdefault(key, (rank, []))[1].append(operation)
    for (kind, variable, parameter, how), (rank, operations) in sorted(found.items(), key=order):
        others = having[(kind, variable)].items()
        is_clear = all(parameter not in inputs for name, inputs in others if name not in operations)
        yield f"{kind}|{variable}|{parameter}|{how}|" + ("" if is_clear else ",".join(operations))


def order(one):
    (kind, variable, parameter, how), (rank, operations) = one
    return kind, rank, -len(operations), variable, parameter, how


def best(inputs, variable, noun, operation):
    """The parameters that name it: those of the request itself before those further in."""
    ranked = []
    for parameter in inputs:
        fit = fits(parameter, variable, noun, operation)
        if fit:
            ranked.append(("." in parameter or "[]" in parameter, fit[0], parameter, fit[1]))
    ranked.sort()
    first = ranked[0] if ranked else None
    return [
        (parameter, rank, how)
        for is_deep, rank, parameter, how in ranked
        if is_deep == first[0] and (rank <= 2 or rank == first[1])
    ]
