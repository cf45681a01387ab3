"""Do derived permissions suffice, and is each of them needed?

    harness.py --app FOLDER (--buckler PROGRAM | --policies FILE) [--events FILE] [--only FUNCTION] [--node-modules FOLDER]

For each function of the SAM template in FOLDER: its resources are created in moto (on loopback, nothing else is
reached), a role gets exactly the derived policy, and the real handler runs with the role's keys. No request may
be denied. Then each action is taken out of the policy alone, and the handler must meet a denial of that action.

moto authenticates and keeps roles and policies; which permission a request asks for, on which ARN, says
`touched.py`. What cannot be proved here: permissions that AWS asks for behind an operation (`iam:PassRole`, KMS of an
encrypted resource, services that read with the caller's rights), presigned URLs that nobody opens, conditions.

FILE of events: for each function `before` (set-up calls), `events`, `environment`, `files` (null: taken away), `prelude`
(Python that runs first), `may_raise`, `unproved` (action: why), `expect`.
Exit code: 0 proved, 1 not, 2 could not be tried.
"""

import argparse
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS_MAX = 60

try:
    import boto3
    import requests
    from botocore import xform_name
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from moto import settings
    from moto.core.config import default_user_config
    from moto.iam import access_control
    from moto.server import ThreadedMotoServer
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (`pip install 'moto[all,server]' boto3`)")
    sys.exit(2)

import touched
from stack import ACCOUNT, REGION, TRUST, Stack, read

class Decisions:
    """What was asked of moto with the function's keys, in order."""

    def __init__(self):
        self.asked = []

    def install(self):
        def check(request, resource):
            if request._action == "sts:GetCallerIdentity":
                return
            policies = [access_control.IAMPolicy(each) for each in request._access_key.collect_policies()]
            for action, where in touched.permissions(request, resource):
                allowed = permitted(policies, action, where)
                self.asked.append((action, where, allowed))
                if not allowed:
                    request._action = action
                    request._raise_access_denied()

        access_control.IAMRequestBase.check_action_permitted = check
        # Who asks is known by the key; signatures are not what is tried here.
        access_control.IAMRequestBase.check_signature = lambda request: None


def permitted(policies, action, where):
    results = []
    for policy in policies:
        if where is not None:
            results.append(policy.is_action_permitted(action, where))
            continue
        for statement in policy._policy_json["Statement"]:
            if access_control.IAMPolicyStatement(statement)._check_element_matches("Action", action):
                results.append(access_control.PermissionResult.PERMITTED)
    kinds = access_control.PermissionResult
    return kinds.PERMITTED in results and kinds.DENIED not in results


class Answers(BaseHTTPRequestHandler):
    """Web services that a handler calls, with the answers of the events file."""

    answers = {}

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps(self.answers.get(self.path, {})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass


BASE = ("logs:CreateLog", "logs:PutLogEvents", "xray:", "ec2:")


def policies_of(document, known):
    """Function to pairs of action and resources, from either format of `buckler privileges` or from a hand-written file."""
    if "functions" in document:
        named = {each["name"]: each for each in document["functions"]}
    elif "Statement" in document:
        named = {name: document for name in known}
    else:
        named = document
    return {name: list(pairs_of(each)) for name, each in named.items()}


def pairs_of(function):
    """What the platform needs to run any function is left out: nothing here would ask for it."""
    if isinstance(function, list):
        for each in function:
            yield from pairs_of(each)
    elif "needed" in function:
        for need in function["needed"]:
            yield need["action"], need.get("resources") or ["*"]
    else:
        for statement in function["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            resources = resources if isinstance(resources, list) else [resources]
            for action in [actions] if isinstance(actions, str) else actions:
                if not action.startswith(BASE):
                    yield action, resources


def derived(options, known):
    if options.policies:
        with open(options.policies) as file:
            return policies_of(json.load(file), known)
    command = [options.buckler, "privileges", "--format", options.format, options.app]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX * 5)
    try:
        return policies_of(json.loads(run.stdout), known)
    except ValueError:
        print(f"{' '.join(command)} printed no JSON (exit code {run.returncode}):\n{run.stderr[-2000:]}")
        sys.exit(2)


class Bench:
    def __init__(self, options, events):
        self.options = options
        self.events = events
        self.decisions = Decisions()
        self.decisions.install()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        default_user_config["lambda"] = {"use_docker": False}
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        self.endpoint = "http://127.0.0.1:%d" % server.get_host_and_port()[1]
        Answers.answers = events.get("http", {})
        web = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.web = f"http://127.0.0.1:{web.server_address[1]}"

    def client(self, service, keys=("admin", "admin", None)):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
            aws_session_token=keys[2], config=Config(retries={"max_attempts": 0}),
        )

    def fresh(self, logical):
        """An account with the template's resources and nothing else."""
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        requests.post(f"{self.endpoint}/moto-api/reset", timeout=SECONDS_MAX)
        stack = Stack(read(self.options.app))
        stack.create(self.client)
        for service, operation, arguments in self.events["functions"].get(logical, {}).get("before", []):
            getattr(self.client(service), operation)(**filled(arguments, stack, self.web))
        return stack

    def role(self, policy):
        iam = self.client("iam")
        iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(TRUST))
        if policy:
            statements = [{"Effect": "Allow", "Action": [action], "Resource": resources} for action, resources in policy]
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName="function", PolicyName="derived", PolicyDocument=document)
        got = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/function", RoleSessionName="run")["Credentials"]
        return got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"]

    def run(self, logical, pairs, left_out=None):
        """All events of a function under a policy: what was asked, and how each ended."""
        stack = self.fresh(logical)
        policy = []
        for action, resources in pairs:
            if action != left_out:
                policy.append((action, [stack.text(each) for each in resources]))
        keys = self.role(policy)
        self.decisions.asked.clear()
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        outcomes = []
        self.poll(stack, logical, keys, {action for action, _ in pairs}, before=True)
        for event in self.events["functions"][logical]["events"]:
            outcomes.append(self.invoke(stack, logical, filled(event, stack, self.web), keys))
        self.poll(stack, logical, keys, {action for action, _ in pairs}, before=False)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        return list(self.decisions.asked), outcomes, policy

    def poll(self, stack, logical, keys, granted, before):
        """What the platform does with the function's role around an invocation."""
        if self.options.format == "iam" and not granted & {"sqs:ReceiveMessage", "kinesis:GetRecords"}:
            # SAM grants polling unasked, and the IAM format leaves out what the framework gives.
            return
        for arn in stack.events(logical, "SQS"):
            self.poll_queue(arn, self.client("sqs", keys), granted, before)
        for arn in stack.events(logical, "Kinesis"):
            if before:
                self.poll_stream(arn, self.client("kinesis", keys), granted)
        # moto keeps streams of tables under names of its own; they are not polled.

    def poll_queue(self, arn, sqs, granted, before):
        url = f"{self.endpoint}/{ACCOUNT}/{arn.rsplit(':', 1)[1]}"
        if before:
            got = attempt(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=1).get("Messages")
            self.receipt = got[0]["ReceiptHandle"] if got else "none"
            attempt(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
            return
        if "sqs:ChangeMessageVisibility" in granted:
            attempt(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=self.receipt, VisibilityTimeout=0)
        attempt(sqs.delete_message, QueueUrl=url, ReceiptHandle=self.receipt)

    def poll_stream(self, arn, kinesis, granted):
        """Reading is needed; of the rest only what was derived, since sources of AWS differ."""
        name = arn.rsplit("/", 1)[1]
        for operation in ("DescribeStream", "DescribeStreamSummary", "ListShards"):
            if f"kinesis:{operation}" in granted:
                attempt(getattr(kinesis, xform_name(operation)), StreamName=name)
        if "kinesis:ListStreams" in granted:
            attempt(kinesis.list_streams)
        first = attempt(kinesis.get_shard_iterator, StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")
        if first:
            attempt(kinesis.get_records, ShardIterator=first["ShardIterator"])

    def invoke(self, stack, logical, event, keys):
        function = stack.functions[logical]
        given = self.events["functions"][logical]
        module, name = function["Handler"].rsplit(".", 1)
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, "code")
            shutil.copytree(os.path.join(self.options.app, function.get("CodeUri", ".")), folder)
            for path, text in given.get("files", {}).items():
                if text is None:
                    pathlib.Path(folder, path).unlink(missing_ok=True)
                    continue
                os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
                with open(os.path.join(folder, path), "w") as file:
                    file.write(text)
            environment = {
                "PATH": os.environ["PATH"], "HOME": scratch, "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1], "AWS_SESSION_TOKEN": keys[2], "AWS_MAX_ATTEMPTS": "1",
                "AWS_LAMBDA_FUNCTION_NAME": stack.names[logical], "AWS_EC2_METADATA_DISABLED": "true",
                "HARNESS_PRELUDE": given.get("prelude", ""),
                **stack.variables(logical), **filled(given.get("environment", {}), stack, self.web),
            }
            command = [sys.executable, os.path.join(HERE, "worker.py"), folder, module, name]
            if str(function["Runtime"]).startswith("node"):
                if self.options.node_modules:
                    os.symlink(os.path.abspath(self.options.node_modules), os.path.join(scratch, "node_modules"))
                command = ["node", os.path.join(HERE, "worker.cjs"), folder, module, name]
            try:
                ran = subprocess.run(command, input=json.dumps(event), env=environment, capture_output=True, text=True, timeout=SECONDS_MAX)
                return json.loads(ran.stdout.rstrip().rsplit("\n", 1)[-1])
            except (ValueError, subprocess.TimeoutExpired) as error:
                return {"raised": f"the handler said nothing: {error}"}


def attempt(call, **arguments):
    """The decision is on record before anything can fail."""
    try:
        return call(**arguments)
    except ClientError:
        return {}


def filled(value, stack, web):
    if isinstance(value, list):
        return [filled(each, stack, web) for each in value]
    if isinstance(value, dict):
        return {key: filled(each, stack, web) for key, each in value.items()}
    return stack.text(value.replace("${web}", web)) if isinstance(value, str) else value


def prove(bench, logical, pairs):
    """Lines of the table, and whether all is proved."""
    given = bench.events["functions"][logical]
    unproved = given.get("unproved", {})
    asked, outcomes, policy = bench.run(logical, pairs)
    lines, good = [], True
    for action, where, allowed in asked:
        if not allowed:
            good = False
            lines.append((action, where, "DENIED under the derived policy"))
    for outcome, expected in zip(outcomes, given.get("expect", [])):
        if expected not in json.dumps(outcome):
            good = False
            lines.append(("outcome", "", f"expected {expected!r}, got {json.dumps(outcome)[:200]}"))
    for outcome in outcomes:
        if "raised" in outcome and not given.get("may_raise"):
            good = False
            lines.append(("outcome", "", outcome["raised"][:200]))
    seen = {action for action, _, _ in asked}
    resources = {}
    for action, where in policy:
        resources.setdefault(action, []).extend(where)
    for action in dict.fromkeys(action for action, _ in pairs):
        shown = " ".join(resources.get(action, []))
        if action not in seen:
            why = unproved.get(action)
            lines.append((action, shown, f"not asked: {why}" if why else "NOT ASKED by any event: not needed, or no event for it"))
            good = good and why is not None
            continue
        again, _, _ = bench.run(logical, pairs, left_out=action)
        denied = [each for each in again if each[0] == action and not each[2]]
        lines.append((action, shown, "denied without it" if denied else "STILL ALLOWED without it"))
        good = good and bool(denied)
    return lines, good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", required=True)
    parser.add_argument("--buckler")
    parser.add_argument("--policies")
    parser.add_argument("--events")
    parser.add_argument("--format", default="json", choices=["json", "iam"])
    parser.add_argument("--only", action="append")
    parser.add_argument("--node-modules")
    options = parser.parse_args()
    if not options.buckler and not options.policies:
        parser.error("--buckler or --policies")
    with open(options.events or os.path.join(options.app, "events.json")) as file:
        events = json.load(file)
    policies = derived(options, list(events["functions"]))
    bench = Bench(options, events)
    failed, proved, removed = [], 0, 0
    for logical in events["functions"]:
        if options.only and logical not in options.only:
            continue
        if logical not in policies:
            print(f"{logical}: NOTHING was derived for it")
            failed.append(logical)
            continue
        lines, good = prove(bench, logical, policies[logical])
        denials = sum(how == "denied without it" for _, _, how in lines)
        verdict = "NOT PROVED" if not good else "proved" if denials else "runs, nothing could be taken away"
        print(f"{logical}: {verdict}")
        for action, where, how in lines:
            print(f"    {action:38} {how:32} {where or ''}"[:220])
        removed += denials
        failed += [] if good else [logical]
        proved += good and denials > 0
        sys.stdout.flush()
    print(f"\n{proved} functions proved, {removed} single removals denied, {len(failed)} not proved: {' '.join(failed)}")
    sys.exit(1 if failed or not proved else 0)


if __name__ == "__main__":
    main()
