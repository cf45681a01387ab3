"""What a policy declares works. One line of JSON with what failed."""
import asyncio
import concurrent.futures
import ctypes
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

given = json.loads(sys.argv[1])
failed = {}


def work(name):
    def run(function):
        try:
            result = function()
            if result is not True:
                failed[name] = repr(result)
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
    return run


@work("temporary file")
def _():
    with tempfile.NamedTemporaryFile(dir=given["temp"]) as file:
        file.write(b"x" * 1000)
        file.flush()
        os.rename(file.name, file.name + "2")
        os.link(file.name + "2", file.name)
        os.symlink(file.name, file.name + "3")
        return open(file.name + "3").read(1) == "x"


@work("threads")
def _():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return sum(pool.map(lambda one: one * 2, range(100))) == 9900


@work("tls context")
def _():
    return len(ssl.create_default_context().get_ca_certs()) >= 0


@work("asyncio")
def _():
    async def main():
        process = await asyncio.create_subprocess_exec("/bin/echo", "hello", stdout=subprocess.PIPE)
        out, _ = await process.communicate()
        return out == b"hello\n"
    return asyncio.run(main())


@work("declared program")
def _():
    return subprocess.run(["echo", "x"], capture_output=True).stdout == b"x\n"


@work("declared program without descriptors")
def _():
    return subprocess.run(["/bin/echo", "x"], capture_output=True, close_fds=True, env={}).stdout == b"x\n"


@work("credentials stay")
def _():
    seen = subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout
    if os.environ["AWS_SECRET_ACCESS_KEY"] == "" or "PATH=" not in seen:
        return seen
    return "never in a child" not in seen


@work("credentials stay from a shell")
def _():
    with os.popen("/usr/bin/env") as pipe:
        return "never in a child" not in pipe.read()


@work("other program")
def _():
    try:
        subprocess.run(["/bin/ls"])
    except PermissionError:
        return True


@work("through the loader")
def _():
    child = os.fork()
    if child == 0:
        words = (ctypes.c_char_p * 3)(b"ld.so", b"/bin/ls", None)
        ctypes.CDLL(None).syscall(59, b"/lib64/ld-linux-x86-64.so.2", words, (ctypes.c_char_p * 1)(None))
        os._exit(42)
    return os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 42


@work("declared host")
def _():
    with urllib.request.urlopen(f"http://127.0.0.1:{given['server']}/a", timeout=10) as answer:
        return answer.read().startswith(b"GET /a")


@work("declared host through the proxy")
def _():
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
    with opener.open(f"http://127.0.0.1:{given['server']}/b", timeout=10) as answer:
        return answer.read().startswith(b"GET /b")


def raw_connect(host, port):
    """By the system call itself: nothing but the kernel sees it."""
    import struct
    libc = ctypes.CDLL(None, use_errno=True)
    with socket.socket() as client:
        place = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host) + bytes(8)
        return 0 if libc.syscall(42, client.fileno(), place, 16) == 0 else ctypes.get_errno()


@work("declared host by a raw call")
def _():
    return raw_connect("127.0.0.1", given["server"]) == 0


@work("other address on a declared port by a raw call")
def _():
    return raw_connect("127.0.0.2", given["server"]) == 13


@work("declared program by execl")
def _():
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        words = [b"echo"] + [str(one).encode() for one in range(20)]
        ctypes.CDLL(None).execl(b"/bin/echo", *words, None)
        os._exit(42)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as pipe:
        return pipe.read().split() == [str(one) for one in range(20)]


@work("declared program by execle")
def _():
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        ctypes.CDLL(None).execle(b"/usr/bin/env", b"env", None, (ctypes.c_char_p * 2)(b"ONE=1", None))
        os._exit(42)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as pipe:
        return "ONE=1" in pipe.read().split()


@work("declared name by gethostbyname")
def _():
    return socket.gethostbyname("localhost") == "127.0.0.1" and ctypes.CDLL(None).gethostbyname(b"localhost") != 0


@work("declared name")
def _():
    found = socket.getaddrinfo("localhost", given["server"], type=socket.SOCK_STREAM)
    return len(found) > 0


@work("other host through the proxy")
def _():
    try:
        urllib.request.urlopen("http://undeclared.test/", timeout=10)
    except urllib.error.HTTPError as error:
        return error.code == 403


@work("server of its own")
def _():
    listener = socket.create_server(("127.0.0.1", given["own"]))
    thread = threading.Thread(target=lambda: socket.create_connection(("127.0.0.1", given["own"]), 5).close())
    thread.start()
    listener.accept()[0].close()
    thread.join()
    return True


@work("signals, times, processes")
def _():
    os.kill(os.getpid(), 0)
    os.setpriority(os.PRIO_PROCESS, 0, 5)
    time.sleep(0.001)
    return os.cpu_count() > 0 and len(os.listdir("/proc/self/fd")) > 2 and open("/proc/meminfo").read(8) == "MemTotal"


print(json.dumps({"attempt": "declared", "result": json.dumps(failed)}), flush=True)
