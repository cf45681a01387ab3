"""Looks for programs along `PATH` as a C library does, by raw system calls: no preload library is asked."""
import ctypes
import os

NUMBER = {"x86_64": 59, "aarch64": 221}[os.uname().machine]
library = ctypes.CDLL(None, use_errno=True)
for name in ("uname", "whoami"):
    child = os.fork()
    if child == 0:
        found = []
        for folder in os.environ["PATH"].split(":"):
            path = os.path.join(folder, name).encode()
            words = (ctypes.c_char_p * 2)(path, None)
            library.syscall(NUMBER, path, words, None)
            found.append(str(ctypes.get_errno()))
        os.write(1, f"{name} {' '.join(found)}\n".encode())
        os._exit(0)
    os.waitpid(child, 0)
