"""Opens many connections to a gateway and keeps them: `crowd.py PORT COUNT`. Every other one has asked for something and got it.

Says `ready` once all of them stand, then waits for the end of its input, and says how many were closed meanwhile.
"""
import resource
import select
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
kept = []


def answered(line):
    """Reads the application's answer, whole. Anything else is told, and ends all."""
    line.settimeout(60)
    answer = b""
    while b"saw GET /crowd" not in answer or not answer.endswith(b"\n\n"):
        try:
            piece = line.recv(4096)
        except TimeoutError:
            piece = b""
        if not piece:
            sys.exit(f"connection {kept.index(line)} of {count}: no answer but {answer!r}")
        answer += piece


# A few at a time: each request that runs needs three more descriptors on the other side, and those are counted.
for start in range(0, count, 50):
    some = []
    for number in range(start, min(start + 50, count)):
        line = socket.socket()
        # Not all from one address: so many the gateway takes from none.
        line.bind((f"127.0.0.{2 + number % 100}", 0))
        line.connect(("127.0.0.1", port))
        some.append(line)
    kept += some
    for line in some[::2]:
        line.sendall(b"GET /crowd HTTP/1.1\r\nHost: example.com\r\n\r\n")
    for line in some[::2]:
        answered(line)
print("ready", flush=True)
sys.stdin.read()
poll = select.poll()
for line in kept:
    poll.register(line, select.POLLIN)
print(len(poll.poll(0)), flush=True)
