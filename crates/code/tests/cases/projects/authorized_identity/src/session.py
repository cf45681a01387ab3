import jwt


def claims_of(header):
    token = header.removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})  # flow: identity
