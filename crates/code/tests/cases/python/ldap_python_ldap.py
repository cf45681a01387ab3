import os

import ldap


def handler(event, context):
    name = event["queryStringParameters"]["name"]
    directory = ldap.initialize(os.environ["LDAP"])
    found = directory.search_s("ou=people,dc=example", ldap.SCOPE_SUBTREE, "(cn=%s)" % name)  # flow: ldap
    return {"statusCode": 200, "body": str(found)}
