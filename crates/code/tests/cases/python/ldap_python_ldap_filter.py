import os

import ldap
from ldap.filter import filter_format


def handler(event, context):
    name = event["queryStringParameters"]["name"]
    directory = ldap.initialize(os.environ["LDAP"])
    found = directory.search_s("ou=people,dc=example", ldap.SCOPE_SUBTREE, filter_format("(cn=%s)", [name]))
    return {"statusCode": 200, "body": str(found)}
