"""The hooks of Buckler for Python 3.8 and later: small and quick to start; what asks is loaded when it is first needed.

Everything lives in closures: nothing here is reachable by a name that an application could change, and audit hooks
cannot be taken away (PEP 578). The user's own `sitecustomize` runs afterwards.
"""


def _install():
    import posix
    import sys
    from os import environ
    from time import perf_counter_ns
    began = perf_counter_ns()
    external = sys.modules["_frozen_importlib_external"]
    folder = __file__.rpartition("/")[0]
    take = environ.pop
    socket = take("BUCKLER_HOOKS_FD", None)
    page = take("BUCKLER_HOOKS_PAGE_FD", None)
    mode = take("BUCKLER_HOOKS_MODE", "block")
    hidden = tuple(filter(None, take("BUCKLER_HOOKS_HIDE", "").split(",")))
    restore = take("BUCKLER_HOOKS_RESTORE", "1") == "1"
    if folder in sys.path:
        sys.path.remove(folder)
    if socket is None:
        return folder
    socket = int(socket)
    page = int(page) if page else None
    try:
        posix.set_inheritable(socket, False)
        if page is not None:
            posix.set_inheritable(page, False)
    except OSError:
        # A child of the runtime: the descriptors stayed with its parent.
        return folder

    pread = posix.pread
    idle = bytes(8)

    def running():
        return page is None or pread(page, 8, 0) != idle

    # What these modules know of each other; `asks` and the patches are loaded by the first event that needs them.
    shared = {
        "socket": socket, "block": mode == "block", "hidden": hidden, "restore": restore, "running": running,
        "folder": folder, "began": began, "environment": dict(environ),
        "task": environ.get("LAMBDA_TASK_ROOT", "/var/task").rstrip("/") + "/",
    }

    def load(name):
        part = shared.get(name)
        if part is None:
            path = folder + "/buckler_hooks/" + name + ".py"
            # The names of the loader and of its code are not importable: the module is in no list.
            code = external.SourceFileLoader("buckler_hooks." + name, path).get_code("buckler_hooks." + name)
            namespace = {"__name__": "buckler_hooks." + name, "__builtins__": __builtins__, "__file__": path}
            exec(code, namespace)
            part = shared[name] = namespace["install"](shared)
        return part

    shared["load"] = load
    busy = set()
    from _thread import get_ident
    shared["busy"] = busy

    def full(event, args):
        me = get_ident()
        if me in busy:
            return
        busy.add(me)
        try:
            load("asks")[event](args)
        finally:
            busy.discard(me)

    quiet = tuple({
        folder + "/", sys.prefix + "/", sys.base_prefix + "/", sys.exec_prefix + "/", "/var/runtime/", "/var/lang/", "/opt/",
        "/usr/lib/", "/usr/share/zoneinfo/", "/etc/ssl/", "/etc/pki/", "/dev/null", "/dev/urandom",
        shared["task"],
    })

    def on_open(args):
        path = args[0]
        if type(path) is str and path.startswith(quiet) and not (args[2] or 0) & 3 and "/.." not in path:
            return
        if type(path) is not int:
            full("open", args)

    def on_list(event):
        def handle(args):
            path = args[0]
            if type(path) is str and path.startswith(quiet) and "/.." not in path:
                return
            # The import system looks for modules.
            if not sys._getframe(2).f_code.co_filename.startswith("<frozen importlib"):
                full(event, args)
        return handle

    def on_import(args):
        if running():
            full("import", args)

    def on_code(event):
        def handle(args):
            # Code of modules comes from the import system, which no event reaches.
            if running() and get_ident() not in busy:
                full(event, args)
        return handle

    def on_all(event):
        return lambda args: full(event, args)

    table = {"open": on_open, "import": on_import}
    for event in ("compile", "marshal.loads", "marshal.load", "pickle.find_class"):
        table[event] = on_code(event)
    for event in (
        "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn", "os.startfile",
        "socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendmsg",
        "ctypes.dlopen", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
        "os.chmod", "os.chown", "shutil.rmtree", "sqlite3.enable_load_extension",
        "sqlite3.load_extension",
    ):
        table[event] = on_all(event)
    for event in ("os.listdir", "os.scandir"):
        table[event] = on_list(event)
    find = table.get

    def hook(event, args):
        handle = find(event)
        if handle is not None:
            handle(args)

    # Modules of others that are wrapped right after their import, each with the part that does it.
    wanted = {
        "subprocess": "processes", "socket": "network", "sqlite3": "databases", "pymysql.cursors": "databases",
        "MySQLdb.cursors": "databases", "mysql.connector.cursor": "databases", "mysql.connector.cursor_cext": "databases",
        "psycopg2": "databases", "psycopg.cursor": "databases", "psycopg.cursor_async": "databases",
        "pg8000.dbapi": "databases", "asyncpg.connection": "databases", "botocore.client": "cloud",
        "aiobotocore.client": "cloud", "awslambdaric.lambda_runtime_client": "state", "yaml.constructor": "formats",
        "jsonpickle.unpickler": "formats", "ruamel.yaml.constructor": "formats",
        "pymongo.collection": "documents", "pymongo.synchronous.collection": "documents",
        "pymongo.asynchronous.collection": "documents",
    }

    class Finder:
        """Finds nothing itself: lets the others find, and wraps what was asked for."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            if running():
                # `importlib.import_module` raises no audit event.
                full("find", (name,))
            part = wanted.pop(name, None)
            if part is None:
                return None
            spec = None
            for finder in sys.meta_path:
                if finder is not Finder and hasattr(finder, "find_spec"):
                    spec = finder.find_spec(name, path, target)
                    if spec is not None:
                        break
            loader = getattr(spec, "loader", None)
            run = getattr(loader, "exec_module", None)
            if run is None:
                wanted[name] = part
                return spec

            def exec_module(module):
                run(module)
                if module.__name__ == name:
                    load(part)[name](module)

            try:
                loader.exec_module = exec_module
            except AttributeError:
                pass
            return spec

    for name in [name for name in wanted if name in sys.modules]:
        load(wanted.pop(name))[name](sys.modules[name])
    sys.meta_path.insert(0, Finder)
    posix.register_at_fork(after_in_child=lambda: shared.__setitem__("forked", True))
    sys.addaudithook(hook)
    from _json import encode_basestring_ascii as quote
    version = "%d.%d.%d" % sys.version_info[:3]
    cost = (perf_counter_ns() - began) // 1000
    try:
        posix.write(socket, ('{"k":"hello","language":"python","version":%s,"cost_us":%d}' % (quote(version), cost)).encode())
    except OSError:
        pass
    return folder


def _chain(ours):
    """The `sitecustomize` that would have run without ours."""
    import sys
    finder = sys.modules["_frozen_importlib_external"].PathFinder
    spec = finder.find_spec("sitecustomize", [path for path in sys.path if path.rstrip("/") != ours])
    if spec is not None and spec.loader is not None:
        module = type(sys)("sitecustomize")
        module.__spec__, module.__file__, module.__loader__ = spec, spec.origin, spec.loader
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_chain(_install())
del _install, _chain
