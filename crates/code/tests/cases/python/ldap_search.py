import json
import os

from ldap3 import Connection, Server


def handler(event, context):
    user = json.loads(event["body"])["user"]
    connection = Connection(Server(os.environ["LDAP"]), auto_bind=True)
    connection.search("dc=example,dc=com", f"(&(objectClass=person)(uid={user}))", attributes=["mail"])  # flow: ldap
    return {"statusCode": 200, "body": str(connection.entries)}
