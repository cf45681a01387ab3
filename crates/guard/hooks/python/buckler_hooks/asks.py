"""Asks the guard: what is about to happen, and from where. Gives the handler of each audit event."""


def install(shared):
    import posix
    import sys
    from _json import encode_basestring_ascii
    from _thread import allocate_lock
    read, write, getcwd, fspath = posix.read, posix.write, posix.getcwd, posix.fspath
    running, block, folder, task = shared["running"], shared["block"], shared["folder"], shared["task"]
    frame = sys._getframe
    text_max = 120000
    answer_max = 1 << 18
    frames_max = 60
    library = tuple({folder + "/", sys.base_prefix + "/", sys.prefix + "/", "/var/runtime/", "/var/lang/", "<frozen"})
    ours = (folder + "/", __file__)
    yes = b'{"ok":true}'
    no_names = frozenset()
    lock = allocate_lock()
    socket = shared["socket"]
    is_broken = False
    constants_of = {}
    packages = []

    def text(value):
        """Any value as a JSON text: bytes as the file system means them; of what is too long both ends."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            value = bytes(value).decode("utf-8", "replace")
        elif not isinstance(value, str):
            try:
                value = fspath(value)
                if isinstance(value, bytes):
                    value = value.decode("utf-8", "replace")
            except TypeError:
                value = str(value)
        if len(value) > text_max:
            value = value[: text_max // 2] + "\n" + value[-text_max // 2:]
        if not value.isascii():
            value = value.encode("utf-8", "replace").decode()
        return encode_basestring_ascii(value)

    def reconnect():
        """A forked process brings a socket of its own: answers to two processes would mix."""
        nonlocal lock, socket
        import _socket
        lock = allocate_lock()
        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        shared_one = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, posix.dup(socket))
        rights = theirs.fileno().to_bytes(4, sys.byteorder)
        shared_one.sendmsg([b'{"k":"join"}'], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
        shared_one.close()
        theirs.close()
        ours.setsockopt(_socket.SOL_SOCKET, _socket.SO_RCVTIMEO, b"\x03" + bytes(15))
        socket = ours.detach()

    def application():
        """The frames of the stack that are neither ours nor the language's own."""
        found = []
        at = frame(2)
        while at is not None and len(found) < frames_max:
            name = at.f_code.co_filename
            if not name.startswith(ours) and not (name.startswith(library) and "-packages/" not in name):
                found.append(at)
            at = at.f_back
        return found

    def collect(code, texts, names):
        names.update(code.co_names)
        waiting = list(code.co_consts)
        while waiting:
            one = waiting.pop()
            if type(one) is str:
                texts.add(one)
            elif type(one) is tuple or type(one) is frozenset:
                waiting.extend(one)
            elif type(one) is type(code):
                collect(one, texts, names)

    def installed():
        """What of the function's folder is packages: names at its top that their installer has noted."""
        found = set()
        try:
            for entry in posix.listdir(task):
                if entry.endswith(".dist-info"):
                    with open(task + entry + "/RECORD", encoding="utf-8", errors="replace") as lines:
                        found.update(line.split(",", 1)[0].split("/", 1)[0] for line in lines)
        except OSError:
            pass
        return found

    def is_package(path):
        if "-packages/" in path or not path.startswith(task):
            return "-packages/" in path
        if not packages:
            packages.append(installed())
        return path[len(task):].split("/", 1)[0] in packages[0]

    def modules():
        """Texts of all modules of the application: of constants that functions elsewhere use."""
        texts = set()
        for name, module in list(sys.modules.items()):
            known = constants_of.get(name)
            if known is None:
                known = no_names
                path = getattr(module, "__file__", None) or ""
                if path.startswith(task) and not is_package(path):
                    try:
                        known = set()
                        collect(module.__loader__.get_code(module.__name__), known, set())
                    except Exception:
                        pass
                constants_of[name] = known
            texts.update(known)
        return texts

    def details(fragments, kind):
        frames = application()
        # What is outside of any library comes first: the application's own line.
        best = next((at for at in frames if not is_package(at.f_code.co_filename)), frames[0] if frames else None)
        place = "%s:%d" % (best.f_code.co_filename, best.f_lineno) if best is not None else ""
        own = []
        if fragments:
            texts, names, others = set(), set(), None
            for at in frames:
                collect(at.f_code, texts, names)
            for fragment in fragments:
                if kind == "operators":
                    own.append(fragment in texts)
                    continue
                is_own = any(fragment in one for one in texts) or kind == "module" and fragment in names
                if not is_own and kind == "sql" and len(fragment) >= 8:
                    # Statements often stand at the top of a module or of a class.
                    others = modules() if others is None else others
                    is_own = any(fragment in one for one in others)
                own.append(is_own)
        return '{"k":"details","at":%s,"constants":[%s]}' % (text(place), ",".join("true" if one else "false" for one in own))

    def refuse(rule):
        raise PermissionError(1, "refused by Buckler: " + rule)

    def ask(question, kind=None):
        nonlocal is_broken
        if shared.pop("forked", False):
            reconnect()
        with lock:
            try:
                if is_broken:
                    raise OSError
                write(socket, question.encode())
                answer = read(socket, answer_max)
                if answer == yes:
                    return
                import json
                answer = json.loads(answer)
                if "more" in answer:
                    write(socket, details(answer["more"], kind).encode())
                    answer = json.loads(read(socket, answer_max))
            except (OSError, ValueError):
                # No answer, or a late one: nothing that comes after it can be trusted to be the right one.
                is_broken = True
                answer = {"ok": not block, "why": "hooks-unanswered"}
        if not answer.get("ok"):
            refuse(answer.get("why", "hook"))

    def command(api, program, argv):
        argv = argv if isinstance(argv, (list, tuple)) else [argv]
        words = ",".join(text(word) for word in argv)
        ask('{"k":"command","api":"%s","program":%s,"argv":[%s]}' % (api, text(program or ""), words))

    def shell(api):
        return lambda args: ask('{"k":"command","api":"%s","text":%s}' % (api, text(args[0])))

    def code(args):
        source = args[1]
        if isinstance(source, (str, bytes, bytearray, memoryview)):
            ask('{"k":"code","api":"%s","text":%s}' % (args[0], text(source)))

    def caller():
        """The first frame that is not ours."""
        at = frame(2)
        while at is not None and at.f_code.co_filename.startswith(ours):
            at = at.f_back
        return at

    def on_compile(args):
        source = args[0]
        if source is None or not isinstance(source, (str, bytes, bytearray, memoryview)):
            return
        at = caller()
        # Reading is not running: `ast.parse` and `ast.literal_eval` make trees.
        if at is not None and at.f_code.co_filename.endswith(("/ast.py", "<frozen ast>")):
            return
        if at is not None and at.f_code.co_filename.startswith("<frozen importlib"):
            return
        code(("eval, exec or compile", source))

    def file(api, path, write=False):
        if path is None or isinstance(path, int):
            return
        name = text(path)
        start = "" if name.startswith('"/') else text(getcwd())
        ask('{"k":"file","api":"%s","path":%s,"folder":%s,"write":%s}' % (api, name, start or '""', "true" if write else "false"))

    def on_open(args):
        file("open", args[0], bool((args[2] or 0) & 0o103))

    def one_path(api, is_write=True):
        return lambda args: file(api, args[0], is_write)

    def two_paths(api):
        def handle(args):
            file(api, args[0], True)
            file(api, args[1], True)
        return handle

    def address(api):
        def handle(args):
            where = args[1]
            if isinstance(where, tuple) and len(where) >= 2 and isinstance(where[0], (str, bytes)):
                host(api, where[0], where[1])
            elif isinstance(where, (str, bytes)) and where and where[:1] not in ("\0", b"\0"):
                file(api, where, True)
        return handle

    def host(api, name, port):
        port = port if isinstance(port, int) and 0 <= port < 65536 else int(port) if isinstance(port, (str, bytes)) and port.isdigit() else 0
        if name:
            ask('{"k":"host","api":"%s","host":%s,"port":%d}' % (api, text(name), port))

    def importer():
        at = caller()
        while at is not None and at.f_code.co_filename.startswith(("<frozen importlib", ours[0])):
            at = at.f_back
        return at

    def on_find(args):
        at = importer()
        if at is None or not at.f_code.co_filename.endswith("/importlib/__init__.py"):
            return
        at = at.f_back
        if at is not None and not at.f_code.co_filename.startswith(library):
            ask('{"k":"module","api":"importlib.import_module","name":%s}' % text(args[0]), "module")

    def on_import(args):
        name = args[0]
        at = importer()
        if at is None or at.f_code.co_filename.startswith(library):
            return
        # A statement of the code itself: its name, or the beginning of a dotted one.
        names = at.f_code.co_names
        if name not in names and not any(known.startswith(name + ".") or name.startswith(known) for known in names):
            ask('{"k":"module","api":"import","name":%s}' % text(name), "module")

    def on_marshal(args):
        data = args[0] if args else b""
        at = caller()
        if at is not None and at.f_code.co_filename.startswith("<frozen importlib"):
            return
        from binascii import b2a_base64
        probe = b2a_base64(bytes(memoryview(data)[:4096]), newline=False).decode() if data else ""
        ask('{"k":"data","api":"marshal.loads","format":"marshal","base64":"%s"}' % probe)

    def data(api, form, name="", content=""):
        ask('{"k":"data","api":"%s","format":"%s","name":%s,"text":%s}' % (api, form, text(name), text(content)))

    def sql(api, statement, backslash=False):
        if isinstance(statement, (str, bytes, bytearray)):
            ask('{"k":"sql","api":"%s","text":%s,"backslash":%s}' % (api, text(statement), "true" if backslash else "false"), "sql")

    def operators(api, names):
        ask('{"k":"operators","api":"%s","names":[%s]}' % (api, ",".join(text(one) for one in sorted(names)[:200])), "operators")

    def resolved(name, addresses):
        listed = ",".join(text(one) for one in addresses)
        ask('{"k":"resolved","host":%s,"addresses":[%s]}' % (text(name), listed))

    def tell(message):
        """One way: no answer comes."""
        if shared.pop("forked", False):
            reconnect()
        with lock:
            try:
                write(socket, message.encode())
            except OSError:
                pass

    def alone(function):
        """From a wrapper: not while this thread asks already."""
        from _thread import get_ident
        busy = shared["busy"]

        def guarded(*args):
            me = get_ident()
            if me in busy:
                return
            busy.add(me)
            try:
                function(*args)
            finally:
                busy.discard(me)
        return guarded

    return {
        "open": on_open, "import": on_import, "find": on_find, "compile": on_compile,
        "marshal.loads": on_marshal, "marshal.load": on_marshal,
        "pickle.find_class": lambda args: data("pickle.load", "pickle", "%s %s" % (args[0], args[1])),
        "subprocess.Popen": lambda args: command("subprocess.Popen", args[0], args[1]),
        "os.system": shell("os.system"),
        "os.exec": lambda args: command("os.exec", args[0], args[1]),
        "os.posix_spawn": lambda args: command("os.posix_spawn", args[0], args[1]),
        "os.spawn": lambda args: command("os.spawn", args[1], args[2]),
        "pty.spawn": lambda args: command("pty.spawn", args[0][0] if args[0] else "", args[0]),
        "os.startfile": shell("os.startfile"),
        "socket.connect": address("socket.connect"), "socket.sendto": address("socket.sendto"),
        "socket.sendmsg": address("socket.sendmsg"), "socket.bind": lambda args: None,
        "socket.getaddrinfo": lambda args: host("socket.getaddrinfo", args[0], args[1]),
        "socket.gethostbyname": lambda args: host("socket.gethostbyname", args[0], 0),
        "ctypes.dlopen": lambda args: args[0] and ask('{"k":"native","api":"ctypes.dlopen","name":%s}' % text(args[0])),
        "sqlite3.load_extension": lambda args: ask('{"k":"native","api":"sqlite3.load_extension","name":%s}' % text(args[1])),
        "sqlite3.enable_load_extension": lambda args: None,
        "os.rename": two_paths("os.rename"), "os.link": two_paths("os.link"), "os.symlink": two_paths("os.symlink"),
        "os.remove": one_path("os.remove"), "os.rmdir": one_path("os.rmdir"), "os.mkdir": one_path("os.mkdir"),
        "os.truncate": one_path("os.truncate"), "os.chmod": one_path("os.chmod"), "os.chown": one_path("os.chown"),
        "os.listdir": one_path("os.listdir", False), "os.scandir": one_path("os.scandir", False),
        "shutil.rmtree": one_path("shutil.rmtree"),
        # For wrappers.
        "operators": alone(operators), "code_of": alone(lambda api, source: code((api, source))), "sql": alone(sql), "data": alone(data), "resolved": alone(resolved), "tell": alone(tell), "constants_of": constants_of,
    }
