"""Which permissions a request to AWS asks for, and on which resources.

moto checks the name of the operation, and outside of S3 the resource `*`. This table says both better, for
the services of the sample application and of the applications that `harness.py` is run on. It is made by hand
from AWS's service authorization reference and knows nothing of Buckler.

`None` as resource: not known here, only the action is checked.
"""

import json
import re
from urllib.parse import parse_qs, unquote

ACCOUNT = "123456789012"
REGION = "us-east-1"

PREFIXES = {"monitoring": "cloudwatch", "email": "ses"}
NAMES = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "polly:speech": "polly:SynthesizeSpeech",
    "s3:HeadBucket": "s3:ListBucket",
}
# A call that names no lexicon, terminology or dataset is about `*`.
STAR = {"cloudwatch", "polly", "translate", "rekognition", "textract", "comprehend", "sts", "tag"}
ITEM_WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
SQL = {"select": "PartiQLSelect", "insert": "PartiQLInsert", "update": "PartiQLUpdate", "delete": "PartiQLDelete"}


def arn(service, resource):
    return resource if resource.startswith("arn:") else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def body_of(request):
    """The parameters, from JSON or from a form."""
    raw = request._body or b""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    try:
        return json.loads(raw)
    except ValueError:
        form = parse_qs(raw.decode(errors="replace")) or request._data or {}
        return {key: values[0] if isinstance(values, list) else values for key, values in form.items()}


def table(name):
    return name if name.startswith("arn:") else arn("dynamodb", f"table/{name}")


def dynamodb(operation, body):
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in body.get("TransactItems", []):
            for kind, inner in item.items():
                yield "GetItem" if kind == "Get" else ITEM_WRITES[kind], table(inner["TableName"])
    elif operation in ("BatchWriteItem", "BatchGetItem"):
        for name in body.get("RequestItems", {}):
            yield operation, table(name)
    elif operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        for each in body.get("Statements") or body.get("TransactStatements") or [body]:
            verb = each["Statement"].split()[0].lower()
            name = re.search(r'(?:from|into|update)\s+"?([\w.-]+)', each["Statement"], re.I)
            yield SQL[verb], table(name.group(1))
    elif operation in ("ListTables", "DescribeLimits"):
        yield operation, "*"
    else:
        index = f"/index/{body['IndexName']}" if body.get("IndexName") else ""
        yield operation, table(body["TableName"]) + index if "TableName" in body else None


def s3(operation, request, resource):
    """moto has found out action and object."""
    headers = {key.lower(): value for key, value in request._headers.items()}
    path = unquote(request._path)
    if request._method == "POST" and re.search(r"\?.*\bdelete\b", path):
        body = request._body.decode() if isinstance(request._body, bytes) else request._body
        for each in re.findall(r"<Object>(.*?)</Object>", body, re.S):
            key = re.search(r"<Key>(.*?)</Key>", each, re.S).group(1)
            yield "DeleteObjectVersion" if "<VersionId>" in each else "DeleteObject", f"{resource}/{key}"
        return
    yield operation, resource
    if operation == "PutObject" and "x-amz-copy-source" in headers:
        yield "GetObject", "arn:aws:s3:::" + unquote(headers["x-amz-copy-source"]).lstrip("/").split("?")[0]
    if operation == "PutObject" and "x-amz-acl" in headers:
        yield "PutObjectAcl", resource
    if operation == "PutObject" and "x-amz-tagging" in headers:
        yield "PutObjectTagging", resource


def queue(body):
    name = body.get("QueueUrl", body.get("QueueName"))
    return arn("sqs", name.rsplit("/", 1)[-1]) if name else "*"


def stream(body):
    name = body.get("StreamARN") or body.get("StreamName")
    if name is None and "ShardIterator" in body:
        return None
    return "*" if name is None else arn("kinesis", name if name.startswith("arn:") else f"stream/{name}")


def secret(body):
    """A secret that is called by its name has six characters more in its ARN."""
    name = body["SecretId"]
    return name if name.startswith("arn:") else arn("secretsmanager", f"secret:{name}-abcdef")


def function(path):
    name = re.search(r"/functions/([^/?]+)", unquote(path))
    return "*" if name is None else arn("lambda", name.group(1) if name.group(1).startswith("arn:") else f"function:{name.group(1)}")


def key(body):
    name = body.get("KeyId")
    if name is None:
        return None
    return arn("kms", name if name.startswith(("arn:", "alias/")) else f"key/{name}")


def parameters(body):
    names = body.get("Names") or [body.get("Name") or body.get("Path")]
    return [arn("ssm", "parameter/" + name.lstrip("/")) if not name.startswith("arn:") else name for name in names]


def other(service, operation, request):
    body = body_of(request)
    if service == "sqs":
        yield operation.replace("Batch", ""), queue(body)
    elif service == "sns":
        yield operation.replace("Batch", ""), body.get("TopicArn") or body.get("TargetArn") or "*"
    elif service == "kinesis":
        yield operation, stream(body)
    elif service == "secretsmanager":
        yield operation, secret(body) if "SecretId" in body else "*"
    elif service == "lambda":
        yield operation, function(request._path)
    elif service == "kms":
        yield {"ReEncrypt": "ReEncryptFrom"}.get(operation, operation), key(body)
    elif service == "ssm":
        yield from ((operation, each) for each in parameters(body))
    elif service == "states":
        yield operation, body.get("stateMachineArn")
    elif service == "events":
        for entry in body.get("Entries", [{}]):
            bus = entry.get("EventBusName", "default")
            yield operation, bus if bus.startswith("arn:") else arn("events", f"event-bus/{bus}")
    elif service == "cognito-idp":
        pool = body.get("UserPoolId")
        yield operation, arn("cognito-idp", f"userpool/{pool}") if pool else "*"
    elif service == "ses":
        yield operation, arn("ses", f"identity/{body['Source']}") if "Source" in body else "*"
    elif service == "logs":
        group = body.get("logGroupName")
        yield operation, arn("logs", f"log-group:{group}") if group else "*"
    elif service == "scheduler":
        name = unquote(request._path).split("?")[0].rsplit("/", 1)[1]
        yield operation, arn("scheduler", f"schedule/{body.get('GroupName', 'default')}/{name}")
    elif service == "rds-data":
        yield operation, body.get("resourceArn")
    else:
        yield operation, "*" if service in STAR else None


def behind(service, operation, body):
    """What AWS asks the caller for beside the operation itself."""
    for each in ("Image", "Document", "SourceImage", "TargetImage"):
        thing = (body.get(each) or {}).get("S3Object") if isinstance(body.get(each), dict) else None
        if thing:
            yield "s3:GetObject", f"arn:aws:s3:::{thing.get('Bucket')}/{thing.get('Name')}"
    if service == "rds-data" and "secretArn" in body:
        yield "secretsmanager:GetSecretValue", body["secretArn"]
    if service == "scheduler" and operation in ("CreateSchedule", "UpdateSchedule"):
        yield "iam:PassRole", body["Target"]["RoleArn"]


def permissions(request, resource):
    """Pairs of action and resource that this request needs."""
    service, operation = request._action.split(":", 1)
    service = PREFIXES.get(service, service)
    if service == "s3":
        found = s3(operation, request, resource)
    elif service == "dynamodb":
        found = dynamodb(operation, body_of(request))
    else:
        found = other(service, operation, request)
    for name, where in found:
        action = f"{service}:{name}"
        yield NAMES.get(action, action), where
    if service not in ("s3", "dynamodb"):
        yield from behind(service, operation, body_of(request))
