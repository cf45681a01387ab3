"""A client of OpenSSL's: sends one request over TLS and prints the JA4 of its own first message, computed here, then the answer.

python openssl_client.py PORT AUTHORITIES NAME PROTOCOLS (an empty name: none is sent; protocols: "h2,http/1.1")
"""
import hashlib
import socket
import ssl
import sys

port, authorities, name, protocols = sys.argv[1:5]
context = ssl.create_default_context(cafile=authorities)
context.check_hostname = bool(name)
context.verify_flags &= ~ssl.VERIFY_X509_STRICT
if protocols:
    context.set_alpn_protocols(protocols.split(","))
if not name:
    context.verify_mode = ssl.CERT_NONE
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_hostname=name or None)
line = socket.create_connection(("127.0.0.1", int(port)))
first = None


def pump(step):
    global first
    while True:
        try:
            result = step()
        except ssl.SSLWantReadError:
            result = None
        sent = outgoing.read()
        if sent:
            first = first or sent
            line.sendall(sent)
        if result is not None:
            return result
        incoming.write(line.recv(65536))


def ja4(record):
    number = lambda at: int.from_bytes(record[at : at + 2], "big")
    grease = lambda value: value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF
    pairs = lambda data: [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
    at = 5 + 4
    version, at = number(at), at + 2 + 32
    at += 1 + record[at]
    ciphers = [value for value in pairs(record[at + 2 : at + 2 + number(at)]) if not grease(value)]
    at += 2 + number(at)
    at += 1 + record[at] + 2
    found = {}
    while at < len(record):
        found[number(at)] = record[at + 4 : at + 4 + number(at + 2)]
        at += 4 + number(at + 2)
    found = {kind: data for kind, data in found.items() if not grease(kind)}
    if 0x2B in found:
        version = max(value for value in pairs(found[0x2B][1:]) if not grease(value))
    alpn = found[0x10][3 : 3 + found[0x10][2]].decode() if 0x10 in found else "00"
    short = lambda text: hashlib.sha256(text.encode()).hexdigest()[:12]
    words = lambda values: ",".join(f"{value:04x}" for value in values)
    algorithms = words(pairs(found[0x0D][2:]))
    last = words(sorted(set(found) - {0x00, 0x10})) + "_" + algorithms
    head = f"t{ {0x304: '13', 0x303: '12'}[version] }{'d' if 0 in found else 'i'}{len(ciphers):02}{len(found):02}"
    return f"{head}{alpn[0]}{alpn[-1]}_{short(words(sorted(ciphers)))}_{short(last)}"


pump(lambda: tls.do_handshake() or True)
print(ja4(first))
pump(lambda: tls.write(b"GET /a HTTP/1.1\r\nHost: gateway.example\r\nX-Client-Ja4: mine\r\nConnection: close\r\n\r\n"))
try:
    while piece := pump(lambda: tls.read(65536)):
        sys.stdout.write(piece.decode())
except ssl.SSLError:
    pass
