import re


def is_safe(name):
    return re.fullmatch(r"[a-z0-9_.-]+", name) is not None
