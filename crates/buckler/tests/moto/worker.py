"""Runs one handler once, as a runtime would: `worker.py FOLDER MODULE FUNCTION`, the event on stdin.

The last line of stdout says how it went. Sleeping takes no time, and nothing but this machine can be reached.
"""

import importlib
import json
import os
import socket
import sys
import time


class Context:
    def __init__(self):
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"
        self.log_stream_name = "stream"
        self.aws_request_id = "00000000-0000-0000-0000-000000000000"
        self.memory_limit_in_mb = 128

    def get_remaining_time_in_millis(self):
        return 10_000


def loopback_only():
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] != "127.0.0.1":
            raise OSError("only this machine can be reached")
        return connect(self, address)

    socket.socket.connect = guarded
    look_up = socket.getaddrinfo

    def local(host, *rest, **named):
        if host not in ("127.0.0.1", "localhost"):
            raise OSError("only this machine can be reached")
        return look_up(host, *rest, **named)

    socket.getaddrinfo = local


def main():
    folder, module, function = sys.argv[1:]
    os.chdir(folder)
    sys.path.insert(0, folder)
    time.sleep = lambda _seconds: None
    loopback_only()
    event = json.load(sys.stdin)
    # What the runtime of the template has, and this Python no longer.
    exec(os.environ.pop("HARNESS_PRELUDE", ""), {})
    try:
        handler = getattr(importlib.import_module(module.replace("/", ".")), function)
        outcome = {"returned": handler(event, Context())}
    except BaseException as error:  # what the runtime would report
        outcome = {"raised": f"{type(error).__name__}: {error}"}
    print()
    print(json.dumps(outcome, default=str))


main()
