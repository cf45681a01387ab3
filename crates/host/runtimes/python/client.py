"""A small client of the Lambda Runtime API for Python; where `awslambdaric` can be imported, that runs instead."""
import os
import sys

HANDLER = sys.argv[1]
ROOT = os.environ["LAMBDA_TASK_ROOT"]
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
# The folder of this very file is none of the function's.
sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]

try:
    import buckler_host_endpoint
except ImportError:
    pass

if os.environ.pop("_HOST_RIC", "1") != "0":
    try:
        import awslambdaric
    except ImportError:
        pass
    else:
        import runpy

        sys.argv = ["bootstrap", HANDLER]
        runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
        sys.exit(0)

import decimal
import http.client
import importlib
import json
import logging
import time
import traceback

BASE = "/2018-06-01/runtime"


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self._deadline = int(headers.get("Lambda-Runtime-Deadline-Ms", "0"))
        self.client_context = _object(headers.get("Lambda-Runtime-Client-Context"))
        self.identity = _object(headers.get("Lambda-Runtime-Cognito-Identity")) or _Object({})

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class _Object:
    def __init__(self, values):
        self.__dict__.update(values)

    def __getattr__(self, name):
        return None


def _object(text):
    return _Object(json.loads(text)) if text else None


class _Connection:
    def __init__(self):
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        self._make = lambda: http.client.HTTPConnection(host, int(port))
        self._open = self._make()

    def call(self, method, place, body=None, headers=None):
        for last in (False, True):
            try:
                self._open.request(method, BASE + place, body, headers or {})
                answer = self._open.getresponse()
                return answer.status, answer.headers, answer.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._open.close()
                self._open = self._make()
                if last:
                    raise


def _default(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")


def _described(error):
    frames = traceback.format_list(
        [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    )
    return {
        "errorMessage": str(error),
        "errorType": getattr(error, "_kind", type(error).__name__),
        "requestId": "",
        "stackTrace": frames,
    }


def _fail(connection, place, error, request_id=""):
    body = _described(error)
    body["requestId"] = request_id
    shown = f"[ERROR] {body['errorType']}: {body['errorMessage']}"
    if body["stackTrace"]:
        shown += "\nTraceback (most recent call last):\n" + "".join(body["stackTrace"])
    print(shown, flush=True)
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": body["errorType"]}
    connection.call("POST", place, json.dumps(body), headers)


def _named(kind, message):
    error = Exception(message)
    error._kind = kind
    return error


def _load(handler):
    if "." not in handler:
        raise _named("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack")
    module_name, name = handler.rsplit(".", 1)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise _named("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        raise _named("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}")
    try:
        return getattr(module, name)
    except AttributeError:
        raise _named("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'")


class _Formatter(logging.Formatter):
    converter = time.gmtime


def _restored(connection):
    """The end of the initialisation and what follows it, with the hooks of AWS's `snapshot_restore_py` where that is there."""
    try:
        from snapshot_restore_py import get_after_restore, get_before_snapshot
    except ImportError:
        get_after_restore = get_before_snapshot = list
    place = "/init/error"
    try:
        hooks = get_before_snapshot()
        while hooks:
            function, args, named = hooks.pop()
            function(*args, **named)
        connection.call("GET", "/restore/next")
        place = "/restore/error"
        for function, args, named in get_after_restore():
            function(*args, **named)
    except BaseException as error:
        _fail(connection, place, error)
        sys.exit(1)


def _workers():
    """Where the environment has several invocations at once, each has a process, as with AWS's own client."""
    for _ in range(int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1")) - 1):
        if os.fork() == 0:
            return


def main():
    _workers()
    connection = _Connection()
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING)
    request = {"id": ""}
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
        handler.addFilter(lambda record: setattr(record, "aws_request_id", request["id"]) or True)
    try:
        function = _load(HANDLER)
    except BaseException as error:
        _fail(connection, "/init/error", error)
        sys.exit(1)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        _restored(connection)
    while True:
        status, headers, body = connection.call("GET", "/invocation/next")
        request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        if status != 200 or not request_id:
            raise SystemExit(f"the platform answered {status} to next")
        request["id"] = request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        try:
            event = json.loads(body)
            answer = json.dumps(function(event, Context(headers)), default=_default)
        except Exception as error:
            _fail(connection, f"/invocation/{request_id}/error", error, request_id)
        else:
            sys.stdout.flush()
            connection.call("POST", f"/invocation/{request_id}/response", answer, {"Content-Type": "application/json"})


main()
