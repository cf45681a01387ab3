import jwt


def policy(effect, resource):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def handler(event, context):
    token = event["headers"]["Authorization"].split()[1]
    decoded = jwt.decode(token, options={"verify_signature": False})  # flow: identity
    allowed = "admins" in decoded["cognito:groups"]
    return policy("Allow" if allowed else "Deny", event["methodArn"])
