"""Signs a request with the library `http-message-signatures`; prints it as bytes.

python message_client.py make FOLDER        a new key of Ed25519: `private.pem`, `public.jwk`
python message_client.py sign FOLDER TAG    the request
"""
import base64
import json
import pathlib
import sys

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
except ImportError:
    sys.exit(77)

folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "make":
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "private.pem").write_bytes(pem)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
    (folder / "public.jwk").write_text(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": x}))
    sys.exit()


class Keys(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id):
        return serialization.load_pem_private_key((folder / "private.pem").read_bytes(), None)

    def resolve_public_key(self, key_id):
        raise NotImplementedError


BODY = b'{"n": 1}'


class Message:
    method, url = "POST", "http://api.example/orders?a=1"
    headers = {"Host": "api.example"}


signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
signer.sign(
    Message,
    key_id="own",
    tag=sys.argv[3],
    covered_component_ids=("@method", "@authority", "@path", "@query", "content-digest"),
    body=BODY,
)
head = f"POST /orders?a=1 HTTP/1.1\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n"
head += "".join(f"{name}: {value}\r\n" for name, value in Message.headers.items())
sys.stdout.buffer.write(head.encode() + b"\r\n" + BODY)
