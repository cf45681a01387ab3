"""Policies that AWS keeps, as moto (Apache-2.0) carries them."""
import json

import moto.iam.aws_managed_policies as source

# Large ones that templates name. Others of this size belong to consoles and to services that run themselves.
LARGE = {"ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess", "AWSConfigRole", "AWS_ConfigRole"}
BYTES_MAX = 12_000


def is_wanted(name, policy, text):
    # Roles that are linked to a service are not for others to use.
    if policy["Path"].startswith("/aws-service-role/"):
        return False
    return name in LARGE or len(text) <= BYTES_MAX


def lines():
    yield "# Policies that AWS keeps, of moto 5.2.5 (Apache-2.0). `cargo xtask catalogue` writes this file."
    yield "# A line is a policy: ARN, then its document. Those of service-linked roles are left out, and very"
    yield "# long ones that no template names."
    policies = json.loads(source.aws_managed_policies_data)
    for name, policy in sorted(policies.items(), key=lambda pair: pair[0].lower()):
        text = json.dumps(policy["Document"], separators=(",", ":"))
        if is_wanted(name, policy, text):
            yield f"arn:aws:iam::aws:policy{policy['Path']}{name} {text}"
