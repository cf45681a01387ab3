"""A SAM template in moto: its resources, what they are called, and the permissions of a policy with these names.

moto reads CloudFormation and no SAM: functions, tables and state machines are rewritten, everything that no
handler talks to (APIs, distributions, permissions) is left out.
"""

import json
import os
import re

import yaml

ACCOUNT = "123456789012"
REGION = "us-east-1"
KEPT = {
    "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Kinesis::Stream",
    "AWS::SSM::Parameter", "AWS::KMS::Key", "AWS::Events::EventBus", "AWS::IAM::Role",
    "AWS::StepFunctions::StateMachine", "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
}
ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{R}:{A}:table/{name}", "AWS::S3::Bucket": "s3:::{name}", "AWS::SQS::Queue": "sqs:{R}:{A}:{name}",
    "AWS::Kinesis::Stream": "kinesis:{R}:{A}:stream/{name}", "AWS::SSM::Parameter": "ssm:{R}:{A}:parameter/{name}",
    "AWS::KMS::Key": "kms:{R}:{A}:key/{name}", "AWS::Events::EventBus": "events:{R}:{A}:event-bus/{name}",
    "AWS::Lambda::Function": "lambda:{R}:{A}:function:{name}", "AWS::Cognito::UserPool": "cognito-idp:{R}:{A}:userpool/{name}",
    "AWS::IAM::Role": "iam::{A}:role/{name}", "AWS::Logs::LogGroup": "logs:{R}:{A}:log-group:{name}",
}
PSEUDO = {"AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::StackName": "app", "AWS::URLSuffix": "amazonaws.com"}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


class Loader(yaml.SafeLoader):
    """Short tags become `Fn::`."""


def short(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {"Ref" if name == "Ref" else f"Fn::{name}": value}


Loader.add_multi_constructor("!", short)
Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in each if tag != "tag:yaml.org,2002:timestamp"]
    for first, each in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(folder):
    for name in ("template.yaml", "template.yml", "template.json"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path) as file:
                return yaml.load(file, Loader)
    raise SystemExit(f"no template in {folder}")


class Stack:
    def __init__(self, template):
        self.template = template
        self.names = {}
        defaults = (template.get("Globals") or {}).get("Function") or {}
        self.functions = {}
        for logical, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                own = resource.get("Properties") or {}
                merged = {**defaults, **own}
                variables = ((defaults.get("Environment") or {}).get("Variables") or {}) | ((own.get("Environment") or {}).get("Variables") or {})
                self.functions[logical] = {**merged, "Variables": variables}

    def plain(self):
        """The template that moto reads."""
        resources = {}
        for logical, resource in self.template["Resources"].items():
            kind, properties = resource["Type"], resource.get("Properties") or {}
            if kind == "AWS::Serverless::SimpleTable":
                key = properties.get("PrimaryKey") or {"Name": "id", "Type": "String"}
                kind, properties = "AWS::DynamoDB::Table", {
                    **({"TableName": properties["TableName"]} if "TableName" in properties else {}),
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": key["Name"], "AttributeType": key["Type"][0]}],
                    "KeySchema": [{"AttributeName": key["Name"], "KeyType": "HASH"}],
                }
            elif kind == "AWS::Serverless::StateMachine":
                kind, properties = "AWS::StepFunctions::StateMachine", {
                    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/machine", "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
                }
            elif kind == "AWS::Serverless::Function":
                function = self.functions[logical]
                kind, properties = "AWS::Lambda::Function", {
                    "FunctionName": function.get("FunctionName", logical), "Handler": function["Handler"], "Runtime": function["Runtime"],
                    "Role": f"arn:aws:iam::{ACCOUNT}:role/other", "Code": {"ZipFile": "def handler(event, context): pass"},
                }
            if kind in KEPT:
                resources[logical] = {"Type": kind, "Properties": properties}
        parameters = {
            name: {**each, "Default": each.get("Default", "parameter")} for name, each in (self.template.get("Parameters") or {}).items()
        }
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            **({"Parameters": parameters} if parameters else {}),
            "Resources": without(resources, set(self.template["Resources"]) - set(resources)),
        }

    def create(self, client):
        client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(TRUST))
        cloudformation = client("cloudformation")
        cloudformation.create_stack(StackName="app", TemplateBody=json.dumps(self.plain()))
        self.kinds = {}
        for each in cloudformation.describe_stack_resources(StackName="app")["StackResources"]:
            logical = each["LogicalResourceId"]
            # moto tells no id of an event bus.
            self.names[logical] = each.get("PhysicalResourceId") or self.text(self.template["Resources"][logical]["Properties"]["Name"])
            self.kinds[each["LogicalResourceId"]] = each["ResourceType"]
        for logical, resource in self.template["Resources"].items():
            made = self.by_hand(client, logical, resource)
            if made:
                self.names[logical] = made
                self.kinds[logical] = resource["Type"]

    def by_hand(self, client, logical, resource):
        """What moto's CloudFormation does not know."""
        properties = resource.get("Properties") or {}
        if resource["Type"] == "AWS::SecretsManager::Secret":
            return client("secretsmanager").create_secret(Name=self.text(properties.get("Name", logical)), SecretString="{}")["ARN"]
        if resource["Type"] == "AWS::Cognito::UserPool":
            return client("cognito-idp").create_user_pool(PoolName=logical, AliasAttributes=["email"])["UserPool"]["Id"]
        return None

    def variables(self, logical):
        return {key: self.text(value) for key, value in self.functions[logical]["Variables"].items()}

    def events(self, logical, kind):
        """Queues and streams that the platform polls with the function's role, by what stands behind them."""
        for event in (self.functions[logical].get("Events") or {}).values():
            if event["Type"] == kind:
                yield self.text(event["Properties"].get("Queue") or event["Properties"].get("Stream"))

    def attribute(self, logical, name):
        physical = self.names.get(logical, "unknown")
        kind = self.kinds.get(logical)
        if name == "Arn" and kind in ARNS:
            plain = physical.rsplit("/", 1)[1] if kind == "AWS::SQS::Queue" else physical.lstrip("/")
            return physical if physical.startswith("arn:") else "arn:aws:" + ARNS[kind].format(R=REGION, A=ACCOUNT, name=plain)
        if name in ("QueueName", "TopicName", "Name"):
            return re.split(r"[:/]", physical)[-1]
        if name == "DBClusterArn":
            own = (self.template["Resources"].get(logical) or {}).get("Properties") or {}
            return f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{own.get('DBClusterIdentifier', physical)}"
        if name == "StreamArn":
            return self.attribute(logical, "Arn") + "/stream/*"
        return physical

    def named(self, name):
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.names:
            return self.names[name]
        parameter = (self.template.get("Parameters") or {}).get(name)
        if parameter is not None:
            return str(parameter.get("Default", "parameter"))
        if "." in name and name.split(".")[0] in self.template["Resources"]:
            return self.attribute(*name.split(".", 1))
        return None

    def text(self, value):
        """What an expression of the template comes to; `${X}` in a text too."""
        if isinstance(value, dict) and len(value) == 1:
            (kind, inner), = value.items()
            if kind == "Ref":
                return self.named(inner) or inner
            if kind == "Fn::GetAtt":
                inner = inner.split(".", 1) if isinstance(inner, str) else inner
                return self.attribute(inner[0], inner[1])
            if kind == "Fn::Sub":
                text, extra = (inner, {}) if isinstance(inner, str) else inner
                return self.text(re.sub(r"\$\{(\w+)\}", lambda m: self.text(extra[m[1]]) if m[1] in extra else m[0], text))
            if kind == "Fn::Join":
                return inner[0].join(self.text(each) for each in inner[1])
        if not isinstance(value, str):
            return str(value)
        tag = re.fullmatch(r"!(Ref|GetAtt|Sub)\s+['\"]?(.*?)['\"]?", value)
        if tag:
            return self.text({"Ref" if tag[1] == "Ref" else f"Fn::{tag[1]}": tag[2]})
        return re.sub(r"\$\{([^}!]+)\}", lambda found: self.named(found[1].strip()) or found[0], value)


def without(value, dropped):
    """Leaves out what names a resource that is not there."""
    if isinstance(value, list):
        return [without(each, dropped) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("Ref") in dropped:
        return "unknown"
    if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in dropped:
        return "arn:aws:lambda:us-east-1:123456789012:function:unknown"
    if isinstance(value.get("Fn::Sub"), str):
        return {"Fn::Sub": re.sub(r"\$\{(\w+)[^}]*\}", lambda m: "unknown" if m[1] in dropped else m[0], value["Fn::Sub"])}
    return {key: without(each, dropped) for key, each in value.items()}
