import json
import os

from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars


def handler(event, context):
    user = escape_filter_chars(json.loads(event["body"])["user"])
    connection = Connection(Server(os.environ["LDAP"]), auto_bind=True)
    connection.search("dc=example,dc=com", f"(&(objectClass=person)(uid={user}))", attributes=["mail"])
    return {"statusCode": 200, "body": str(connection.entries)}
