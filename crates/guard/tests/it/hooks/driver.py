"""Runs a case a line: `["name", "event"]`."""
import json
import os
import sys

sys.path.insert(0, ".")
import app

# What programs print is no answer.
output = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
print("ready", file=output, flush=True)
for line in sys.stdin:
    name, event = json.loads(line)
    try:
        answer = "ok " + repr(getattr(app, name)(json.loads(event)))[:200].replace("\n", " ")
    except PermissionError as why:
        answer = ("refused " if "refused by Buckler" in str(why) else "error ") + str(why)
    except Exception as why:
        answer = "error " + repr(why)[:300].replace("\n", " ")
    print(answer, file=output, flush=True)
