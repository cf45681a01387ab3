"""Tries to get out. One line of JSON for each attempt: its name, and how it went ("through" or what stopped it)."""
import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import time

given = json.loads(sys.argv[1])
API, SECRET, OUTSIDE, TEMP = given["api"], given["secret"], given["outside"], given["temp"]
UNIX, ABSTRACT, UDP, NAME = given["unix"], given["abstract"], given["udp"], given["name"]
PARENT = os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
through = "through"


def raw(number, *arguments):
    ctypes.set_errno(0)
    wide = [a if not isinstance(a, int) else ctypes.c_long(a) for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *wide)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def address(port):
    return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton("127.0.0.1") + bytes(8)


def strings(*words):
    return (ctypes.c_char_p * (len(words) + 1))(*[w.encode() for w in words], None)


def in_child(work):
    """Runs in a child: through when it ends with 0."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except OSError as error:
            os._exit(min(error.errno or 99, 99))
        except BaseException:
            os._exit(98)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "signal " + signal.Signals(os.WTERMSIG(status)).name
    code = os.WEXITSTATUS(status)
    return through if code == 0 else errno.errorcode.get(code, str(code))


def read(path):
    with open(path, "rb") as file:
        return through if file.read(16) else "empty"


def connect(kind, place):
    with socket.socket(kind, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(place)
    return through


def raw_connect():
    client = raw(41, socket.AF_INET, socket.SOCK_STREAM, 0)
    raw(42, client, address(API), 16)
    return through


def fast_open():
    client = raw(41, socket.AF_INET, socket.SOCK_STREAM, 0)
    raw(44, client, b"GET", 3, 0x20000000, address(API), 16)
    return through


def multipath():
    client = raw(41, socket.AF_INET, socket.SOCK_STREAM, 262)
    raw(42, client, address(API), 16)
    return through


def writable(process):
    """An address that a process may write; one of our own where its map is closed to us."""
    for one in (process, "self"):
        try:
            with open(f"/proc/{one}/maps") as maps:
                return next(int(line.split("-")[0], 16) for line in maps if " rw-p " in line)
        except OSError as error:
            last = error
    raise last


def memory_of(*calls):
    """Eight bytes of the parent's memory, read, and perhaps written back."""
    local = ctypes.create_string_buffer(8)
    one = struct.pack("=QQ", ctypes.addressof(local), 8)
    other = struct.pack("=QQ", writable(PARENT), 8)
    refused = None
    for call in calls:
        try:
            raw(call, PARENT, one, 1, other, 1, 0)
            refused = None
        except OSError as error:
            refused = error
    if refused:
        raise refused
    return through


def program(words, **more):
    return through if subprocess.run(words, timeout=10, **more).returncode == 0 else "failed"


def raw_exec(path, *words):
    return in_child(lambda: raw(59, path.encode(), strings(*words), strings()))


def library(name, *words):
    """A program by a function of the C library, in a child: `execl` and its relations have dots in place of a list."""
    def work():
        c = ctypes.CDLL(None, use_errno=True)
        getattr(c, name)(*words)
        raise OSError(ctypes.get_errno(), name)
    return in_child(work)


def spawned():
    c = ctypes.CDLL(None)
    process = ctypes.c_int()
    words = (ctypes.c_char_p * 2)(b"true", None)
    code = c.posix_spawn(ctypes.byref(process), b"/bin/true", None, None, words, (ctypes.c_char_p * 1)(None))
    if code:
        raise OSError(code, "posix_spawn")
    return through if os.waitpid(process.value, 0)[1] == 0 else "failed"


def old_name():
    c = ctypes.CDLL(None)
    c.gethostbyname.restype = ctypes.c_void_p
    return through if c.gethostbyname(NAME.encode()) else "no such name"


def old_name_reentrant():
    c = ctypes.CDLL(None)
    entry, room = ctypes.create_string_buffer(64), ctypes.create_string_buffer(4096)
    found, error = ctypes.c_void_p(), ctypes.c_int()
    c.gethostbyname_r(NAME.encode(), entry, room, ctypes.c_size_t(4096), ctypes.byref(found), ctypes.byref(error))
    return through if found.value else "no such name"


def function(*names, libraries=(None, "libresolv.so.2")):
    """A function of the resolver, by the names that it had over time: as a program finds it that is linked with it."""
    for library in libraries:
        found = [getattr(ctypes.CDLL(library), name, None) for name in names]
        if any(found):
            return next(filter(None, found))
    raise OSError(errno.ENOSYS, names[0])


def nameserver(state):
    """Puts ours into a `struct __res_state` of glibc: retrans, retry, options, nscount, nsaddr_list."""
    ctypes.memmove(state, struct.pack("=ii", 1, 1), 8)
    ctypes.memmove(state + 16, struct.pack("=i", 1) + address(UDP), 20)


def asked(ask, *first):
    answer = ctypes.create_string_buffer(512)
    return through if ask(*first, b"secret.example.org", 1, 1, answer, 512) >= 0 else "no answer"


def ours():
    """Lets this thread's questions go to our server."""
    own = function("__res_state")
    own.restype = ctypes.c_void_p
    function("res_init", "__res_init")()
    nameserver(own())


def question():
    ours()
    return asked(function("res_query", "__res_query"))


def parted_question():
    ours()
    answer = ctypes.create_string_buffer(512)
    ask = function("res_querydomain", "__res_querydomain")
    return through if ask(b"secret", b"example.org", 1, 1, answer, 512) >= 0 else "no answer"


def named(ask):
    """Asks for the name of an address whose bytes are a secret."""
    ours()
    ask()
    return through


def question_with_state(**where):
    state = ctypes.create_string_buffer(4096)
    function("res_ninit", "__res_ninit")(state)
    nameserver(ctypes.addressof(state))
    return asked(function("res_nquery", "__res_nquery", **where), state)


# The least program for x86-64: `exit(0)`.
CODE = bytes.fromhex("b83c000000" "31ff" "0f05")
STATIC = (
    b"\x7fELF\x02\x01\x01" + bytes(9)
    + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 128 + len(CODE), 128 + len(CODE), 4096)
    + CODE
)


def memfd_exec(by_name):
    memory = raw(319, b"x", 0)
    os.write(memory, STATIC)
    if by_name:
        return raw_exec(f"/proc/self/fd/{memory}", "x")
    return in_child(lambda: raw(322, memory, b"", strings("x"), strings(), 0x1000))


def static_program():
    path = os.path.join(TEMP, "static")
    with open(path, "wb") as file:
        file.write(STATIC)
    os.chmod(path, 0o755)
    return raw_exec(path, "static")


def own_memory():
    target = mmap.mmap(-1, 4096, prot=mmap.PROT_READ)
    with open("/proc/self/maps") as maps:
        code = next(line for line in maps if " r-xp " in line)
    at = int(code.split("-")[0], 16)
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(at)
        before = memory.read(1)
        memory.seek(at)
        memory.write(before)
    target.close()
    return through


def raw_own_memory():
    memory = raw(2, b"/proc/self/mem", os.O_RDWR, 0)
    os.close(memory)
    return through


def link_out(make):
    path = os.path.join(TEMP, "link")
    if os.path.lexists(path):
        os.unlink(path)
    make(SECRET, path)
    return read(path)


def raw_open(path, flags):
    found = raw(2, path.encode(), flags, 0o600)
    os.close(found)
    return through


def write_outside():
    with open(os.path.join(OUTSIDE, "written"), "w") as file:
        file.write("x")
    return through


def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"secret", ("127.0.0.1", UDP))
    return through


def raw_datagram():
    client = raw(41, socket.AF_INET, socket.SOCK_DGRAM, 0)
    raw(44, client, b"secret", 6, 0, address(UDP), 16)
    return through


def resolve():
    socket.getaddrinfo(given["name"], 443)
    return through


def family(number, kind, protocol=0):
    raw(41, number, kind, protocol)
    return through


def fork_bomb():
    children, most = [], given["processes"] + 200
    try:
        for _ in range(most):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
        return through
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def huge_file():
    with open(os.path.join(TEMP, "huge"), "wb") as file:
        file.write(bytes(given["file_bytes"] + (1 << 20)))
    return through


def core_dump():
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        os.abort()
    _, status = os.waitpid(child, 0)
    return through if os.WCOREDUMP(status) else "no core"


def interpreter():
    import _xxsubinterpreters as interpreters
    code = f"""
import socket
client = socket.socket()
client.settimeout(5)
client.connect(("127.0.0.1", {API}))
"""
    try:
        interpreters.run_string(interpreters.create(), code)
    except interpreters.RunFailedError as error:
        return str(error)[:60]
    return through


def old_calls():
    code = bytes.fromhex("b814000000cd80c3")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    at = ctypes.addressof(ctypes.c_char.from_buffer(page))

    def work():
        if ctypes.CFUNCTYPE(ctypes.c_int)(at)() < 0:
            raise OSError(errno.ENOSYS, "")

    return in_child(work)


def clone3():
    flags = struct.pack("=QQQQQQQQ", 0x10000000, 0, 0, 0, 17, 0, 0, 0)
    child = raw(435, flags, len(flags))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return through


def daemon():
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(0.2)
        os._exit(0)
    os.waitpid(child, 0)
    return through


def guard_descriptors():
    last = OSError(errno.ENOENT, "")
    for number in os.listdir(f"/proc/{PARENT}/fd"):
        try:
            os.readlink(f"/proc/{PARENT}/fd/{number}")
            return through
        except OSError as error:
            last = error
    raise last


ATTEMPTS = {
    "runtime-api": lambda: connect(socket.AF_INET, ("127.0.0.1", API)),
    "runtime-api-raw": raw_connect,
    "runtime-api-fast-open": fast_open,
    "runtime-api-multipath": multipath,
    "runtime-api-subinterpreter": interpreter,
    "guard-environment": lambda: read(f"/proc/{PARENT}/environ"),
    "guard-environment-raw": lambda: raw_open(f"/proc/{PARENT}/environ", os.O_RDONLY),
    "guard-memory": lambda: raw_open(f"/proc/{PARENT}/mem", os.O_RDWR),
    "guard-descriptors": guard_descriptors,
    "guard-ptrace": lambda: raw(101, 16, PARENT, 0, 0) and through or through,
    "guard-memory-read": lambda: memory_of(310),
    "guard-memory-write": lambda: memory_of(310, 311),
    "guard-signal": lambda: os.kill(PARENT, signal.SIGCONT) or through,
    "guard-signal-thread": lambda: raw(200, PARENT, signal.SIGCONT) and through or through,
    "guard-limits": lambda: raw(302, PARENT, 7, None, ctypes.create_string_buffer(16)) and through or through,
    "init-environment": lambda: read("/proc/1/environ"),
    "program": lambda: program(["/bin/true"]),
    "program-shell": lambda: through if os.system("true") == 0 else "failed",
    "program-dev-tcp": lambda: program(["/bin/bash", "-c", f"echo > /dev/tcp/127.0.0.1/{API}"]),
    "program-raw": lambda: raw_exec("/bin/true", "true"),
    "program-execl": lambda: library("execl", b"/bin/true", b"true", None),
    "program-execl-long": lambda: library("execl", b"/bin/true", *[b"word"] * 40, None),
    "program-execlp": lambda: library("execlp", b"true", b"true", None),
    "program-execle": lambda: library("execle", b"/bin/true", b"true", None, None),
    "program-posix-spawn": spawned,
    "program-loader": lambda: raw_exec("/lib64/ld-linux-x86-64.so.2", "ld.so", "/bin/true"),
    "program-static": static_program,
    "memfd-descriptor": lambda: memfd_exec(False),
    "memfd-name": lambda: memfd_exec(True),
    "own-memory": own_memory,
    "own-memory-raw": raw_own_memory,
    "file-read": lambda: read(SECRET),
    "file-read-raw": lambda: raw_open(SECRET, os.O_RDONLY),
    "file-symlink": lambda: link_out(os.symlink),
    "file-hard-link": lambda: link_out(os.link),
    "file-proc-root": lambda: read("/proc/self/root" + SECRET),
    "file-write": write_outside,
    "file-write-raw": lambda: raw_open(os.path.join(OUTSIDE, "raw"), os.O_WRONLY | os.O_CREAT),
    "file-shm": lambda: raw_open("/dev/shm/buckler-escape", os.O_WRONLY | os.O_CREAT),
    "unix-path": lambda: connect(socket.AF_UNIX, UNIX),
    "unix-abstract": lambda: connect(socket.AF_UNIX, "\0" + ABSTRACT),
    "dns-datagram": datagram,
    "dns-datagram-raw": raw_datagram,
    "dns-name": resolve,
    "dns-name-old": old_name,
    "dns-name-old-reentrant": old_name_reentrant,
    "dns-question": question,
    "dns-question-parts": parted_question,
    "dns-reverse": lambda: named(lambda: socket.gethostbyaddr("2001:db8:7365:6372:6574::1")),
    "dns-reverse-service": lambda: named(lambda: socket.getnameinfo(("2001:db8:7365:6372:6574::2", 0), socket.NI_NAMEREQD)),
    "dns-question-state": question_with_state,
    "dns-question-handle": lambda: question_with_state(libraries=["libresolv.so.2"]),
    "socket-raw": lambda: family(socket.AF_INET, 3, 1),
    "socket-packet": lambda: family(17, 3, 0),
    "socket-netlink-audit": lambda: family(16, 3, 9),
    "socket-vsock": lambda: family(40, 1),
    "socket-alg": lambda: family(38, 5),
    "io-uring": lambda: raw(425, 4, ctypes.create_string_buffer(120)) and through,
    "userfaultfd": lambda: raw(323, 1) and through,
    "bpf": lambda: raw(321, 0, struct.pack("=IIIII", 2, 4, 4, 1, 0) + bytes(100), 120) and through,
    "perf": lambda: raw(298, struct.pack("=II", 1, 112) + bytes(104), 0, -1, -1, 0) and through,
    "keyring": lambda: raw(250, 0, -3, 1) and through,
    "user-namespace": lambda: in_child(lambda: raw(272, 0x10000000)),
    "user-namespace-clone3": clone3,
    "mount": lambda: in_child(lambda: raw(165, b"none", TEMP.encode(), b"tmpfs", 0, None)),
    "chroot": lambda: in_child(lambda: raw(161, TEMP.encode())),
    "calls-of-32-bit": old_calls,
    "fork-bomb": fork_bomb,
    "huge-file": huge_file,
    "core-dump": core_dump,
    "daemon": daemon,
}

for name, attempt in ATTEMPTS.items():
    try:
        result = attempt()
    except OSError as error:
        result = errno.errorcode.get(error.errno, str(error))
    except Exception as error:
        result = type(error).__name__
    print(json.dumps({"attempt": name, "result": result}), flush=True)
