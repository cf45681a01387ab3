from pathlib import Path

ROOT = Path("/mnt/shared")


def inside(name):
    base = ROOT.resolve()
    target = (base / name.lstrip("/")).resolve()
    if target != base and base not in target.parents:
        raise ValueError("outside")
    return target


def handler(event, context):
    return {"statusCode": 200, "body": inside(event["pathParameters"]["name"]).read_text()}
