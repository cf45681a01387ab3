"""Handlers with every kind of sink. Events are no part of this file: what stands in code is known to be no input."""
import ast
import base64
import importlib
import io
import json
import marshal
import os
import pickle
import shlex
import shutil
import socket
import sqlite3
import subprocess
import urllib.parse

TMP = os.environ["APP_TMP"]


# Programs.
def system(event):
    return os.system(f"echo {event['name']} > /dev/null")


def system_quoted(event):
    return os.system("echo '" + event["name"] + "' > /dev/null")


def system_double(event):
    return os.system('echo "%s" > /dev/null' % event["name"])


def system_shlex(event):
    return os.system("echo " + shlex.quote(event["name"]) + " > /dev/null")


def popen(event):
    return os.popen("echo " + event["name"]).read()


def shell_true(event):
    return subprocess.run(f"ls {event['name']} 2>/dev/null", shell=True).returncode


def shell_array(event):
    return subprocess.run(["sh", "-c", "echo " + event["name"]], stdout=subprocess.DEVNULL).returncode


def array(event):
    return subprocess.run(["echo", event["name"]], stdout=subprocess.DEVNULL).returncode


def array_end(event):
    return subprocess.run(["ls", "--", event["name"]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def program(event):
    return subprocess.run([event["name"], "x"], stdout=subprocess.DEVNULL).returncode


def converted(event):
    return subprocess.run(["true", "convert", event["action"]]).returncode


def static(event):
    return os.system("true; echo harmless > /dev/null")


def nested(event):
    return os.system("echo " + json.loads(event["body"])["data"]["name"] + " > /dev/null")


def decoded(event):
    return os.system("echo " + base64.b64decode(event["body"]).decode() + " > /dev/null")


def unquoted(event):
    return os.system("echo " + urllib.parse.unquote_plus(event["key"]) + " > /dev/null")


def form(event):
    return os.system("echo " + urllib.parse.parse_qs(event["body"])["name"][0] + " > /dev/null")


def split(event):
    return os.system("file " + event["key"].split("/")[-1] + " > /dev/null 2>&1")


def spawned(event):
    return os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", "true " + event["name"]], {}), 0)[1]


def python(event):
    return subprocess.run(["python3", "-c", "x = " + event["name"]], stderr=subprocess.DEVNULL).returncode


def forked(event):
    pid = os.fork()
    if pid == 0:
        try:
            os.system("true " + event["name"])
        except PermissionError:
            os._exit(7)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7:
        raise PermissionError(1, "refused by Buckler: in the child")


def threaded(event):
    import threading
    failed = []

    def run():
        try:
            os.system("true " + event["name"])
        except PermissionError as why:
            failed.append(why)
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


# Code.
def evaluated(event):
    return eval(event["code"])


def evaluated_local(event):
    factor = 3
    return eval("factor * (" + event["code"] + ")")


def executed(event):
    exec("value = " + event["code"])


def compiled(event):
    return eval(compile(event["code"], "<event>", "eval"))


def literal(event):
    return ast.literal_eval(event["code"])


def evaluated_text(event):
    return eval("len('" + event["code"] + "')")


def own_code(event):
    scope = {}
    exec("def double(x):\n    return x * 2\nresult = double(21)", scope)
    return scope["result"]


def imported(event):
    return importlib.import_module(event["module"]).__name__


def imported_plugin(event):
    return importlib.import_module("plugins." + event["module"]).__name__


def imported_late(event):
    import colorsys
    return colorsys.__name__


# Data.
def unpickled(event):
    return pickle.loads(base64.b64decode(event["data"]))


def unpickled_own(event):
    import collections
    return pickle.loads(pickle.dumps(collections.OrderedDict(a=event["data"])))


def unmarshalled(event):
    return type(marshal.loads(base64.b64decode(event["data"])))


def yaml_unsafe(event):
    import yaml
    return yaml.load(event["data"], Loader=yaml.UnsafeLoader)


def yaml_safe(event):
    import yaml
    return yaml.safe_load(event["data"])


def json_pickled(event):
    import jsonpickle
    return jsonpickle.decode(event["data"], **({"on_missing": "ignore"} if False else {}))


# SQL.
def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE users (id INTEGER, name TEXT, total REAL)")
    connection.execute("INSERT INTO users VALUES (1, 'ann', 2.5)")
    return connection


def sql_text(event):
    return database().execute("SELECT * FROM users WHERE name = '" + event["name"] + "'").fetchall()


def sql_like(event):
    return database().cursor().execute("SELECT * FROM users WHERE name LIKE '%" + event["name"] + "%' ORDER BY id").fetchall()


def sql_number(event):
    return database().execute("SELECT * FROM users WHERE id = %s" % event["id"]).fetchall()


def sql_list(event):
    return database().execute(f"SELECT * FROM users WHERE id IN ({event['ids']})").fetchall()


def sql_order(event):
    return database().execute(f"SELECT * FROM users ORDER BY {event['order']}").fetchall()


def sql_bound(event):
    connection = database()
    connection.execute("INSERT INTO users (id, name) VALUES (?, ?)", (2, event["name"]))
    return connection.execute("SELECT * FROM users WHERE name LIKE ? ORDER BY name", (event["name"],)).fetchall()


def sql_script(event):
    return database().executescript("UPDATE users SET name = '" + event["name"] + "' WHERE id = 1;")


def sql_comment(event):
    return database().execute("SELECT * FROM users /* " + event["name"] + " */ WHERE id = 1").fetchall()


def sql_whole(event):
    return database().execute(event["sql"]).fetchall()


def packaged(event):
    import runner
    runner.run("echo " + event["name"])


# Documents: the client is real, and no server is needed to be asked about.
def documents():
    import pymongo
    return pymongo.MongoClient(connect=False)["shop"]["users"]


def mongo_find(event):
    documents().find({"name": event["name"], "password": event["password"]})


def mongo_own(event):
    documents().find({"age": {"$gt": event["age"]}, "$or": [{"name": event["name"]}]})


def mongo_where(event):
    documents().find({"$where": "this.name == '" + event["name"] + "'"})


def mongo_body(event):
    documents().find(json.loads(event["body"])["filter"])


# DynamoDB: the client is real, and nobody listens where it asks.
def dynamo(operation, **parameters):
    import boto3, botocore.config, botocore.exceptions
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
    config = botocore.config.Config(retries={"max_attempts": 0})
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9", config=config, **keys)
    try:
        getattr(client, operation)(**parameters)
    except botocore.exceptions.EndpointConnectionError:
        pass


def dynamo_chosen(event):
    condition = {"AttributeValueList": [{"S": event["value"]}], "ComparisonOperator": event["how"]}
    # The name of the table has a comparison in it.
    dynamo("scan", TableName="TABLE_OF_USERS", ScanFilter={event["field"]: condition})


def dynamo_own(event):
    condition = {"AttributeValueList": [{"S": event["value"]}], "ComparisonOperator": "NE"}
    dynamo("scan", TableName="users", ScanFilter={"state": condition})


def dynamo_partiql(event):
    dynamo("execute_statement", Statement="SELECT * FROM users WHERE name = '" + event["value"] + "'")


def dynamo_expression(event):
    put = {"TableName": "users", "Item": {"id": {"S": "1"}}, "ConditionExpression": "attribute_not_exists(" + event["field"] + ")"}
    dynamo("transact_write_items", TransactItems=[{"Put": put}])


# Files.
def read(event):
    with open(os.path.join(TMP, "uploads", event["name"])) as file:
        return file.read()


def read_plain(event):
    with open(TMP + "/uploads/" + event["name"]) as file:
        return file.read()


def read_normal(event):
    with open(os.path.normpath("/srv/files/" + event["name"])) as file:
        return file.read()


def write(event):
    with open(TMP + "/uploads/" + os.path.basename(event["name"]), "w") as file:
        return file.write("x")


def write_any(event):
    with open(TMP + "/uploads/" + event["name"], "w") as file:
        return file.write("x")


def remove(event):
    path = TMP + "/uploads/" + event["name"]
    open(path, "a").close() if "/" not in event["name"] else None
    os.remove(path)


def listed(event):
    return os.listdir(TMP + "/" + event["name"])


def copied(event):
    return shutil.copy(TMP + "/uploads/a.txt", TMP + "/uploads/" + event["name"])


def moved(event):
    path = TMP + "/uploads/moving"
    open(path, "w").close()
    os.rename(path, TMP + "/uploads/" + event["name"])


def configuration(event):
    with open("/etc/hostname") as file:
        return bool(file.read())


# Hosts.
def connect(event):
    with socket.socket() as client:
        client.settimeout(0.2)
        try:
            client.connect((event["host"], 9))
        except PermissionError:
            raise
        except OSError as why:
            return repr(why)


def resolve(event):
    try:
        return socket.getaddrinfo(event["host"], 80)
    except PermissionError:
        raise
    except OSError as why:
        return repr(why)


def fetch(event):
    import urllib.request
    try:
        return urllib.request.urlopen(event["url"], timeout=0.2).status
    except PermissionError:
        raise
    except OSError as why:
        if isinstance(getattr(why, "reason", None), PermissionError):
            raise why.reason
        return repr(why)


def fetch_bucket(event):
    return fetch({"url": "https://" + event["bucket"] + ".s3.eu-west-1.amazonaws.com/key"})


def fetch_fixed(event):
    return fetch({"url": "http://api.example.invalid/v1/users/" + urllib.parse.quote(event["name"])})


def fetch_local(event):
    return fetch({"url": "http://127.0.0.1:9/x"})


def fetch_configured(event):
    return fetch({"url": "http://" + os.environ["API_HOST"] + "/x"})
