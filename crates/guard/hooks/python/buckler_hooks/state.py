"""What an invocation leaves inside of the runtime: put back where that is possible, told otherwise.

The moment is the runtime client's question for the next event: the answer of the last one has left.
"""


def install(shared):
    import os
    import signal
    import sys
    import _thread
    from _json import encode_basestring_ascii as quote
    load, restore, task = shared["load"], shared["restore"], shared["task"]
    objects_max = 5000
    state = {}
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

    def own_modules():
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if path and path.startswith(task) and "-packages/" not in path:
                yield name, module

    def sizes():
        found = {}
        for name, module in own_modules():
            names = vars(module)
            found[name] = len(names)
            for key, value in list(names.items()):
                if type(value) in (list, dict, set, bytearray) and key[:2] != "__":
                    found[name + "." + key] = len(value)
                elif hasattr(value, "cache_info") and callable(value.cache_info):
                    try:
                        found[name + "." + key] = value.cache_info().currsize
                    except Exception:
                        pass
                if len(found) >= objects_max:
                    return found
        return found

    def umask():
        mask = os.umask(0o77)
        os.umask(mask)
        return mask

    def snapshot():
        state.update(
            environment=dict(os.environ._data), folder=os.getcwd(), path=list(sys.path), mask=umask(), sizes=sizes(),
            signals=[signal.getsignal(one) for one in signals], threads=_thread._count(), finders=list(sys.meta_path),
            modules=len(sys.modules),
        )

    def check():
        restored, grew, left = [], [], []
        environment = os.environ._data
        if environment != state["environment"]:
            changed = {key for key in environment.keys() | state["environment"].keys() if environment.get(key) != state["environment"].get(key)}
            # What the runtime itself sets for each invocation.
            changed -= {b"_X_AMZN_TRACE_ID", b"_X_AMZN_TRACE_STATE"}
            if changed:
                restored.append("environment: " + ", ".join(sorted(os.fsdecode(key) for key in changed)[:10]))
                for key in changed if restore else ():
                    if key in state["environment"]:
                        os.environb[key] = state["environment"][key]
                    else:
                        os.environb.pop(key, None)
        try:
            folder = os.getcwd()
        except OSError:
            folder = None
        if folder != state["folder"]:
            restored.append("working directory")
            if restore:
                os.chdir(state["folder"])
        if sys.path != state["path"]:
            restored.append("sys.path")
            if restore:
                sys.path[:] = state["path"]
        if sys.meta_path != state["finders"]:
            restored.append("sys.meta_path")
            if restore:
                sys.meta_path[:] = state["finders"]
        if umask() != state["mask"]:
            restored.append("umask")
            if restore:
                os.umask(state["mask"])
        for one, before in zip(signals, state["signals"]):
            if signal.getsignal(one) is not before and before is not None:
                restored.append("signal " + one.name)
                if restore:
                    try:
                        signal.signal(one, before)
                    except (ValueError, TypeError):
                        pass
        threads = _thread._count()
        if threads > state["threads"]:
            left.append("threads: %d" % (threads - state["threads"]))
            state["threads"] = threads
        now = sizes()
        for name, size in now.items():
            before = state["sizes"].get(name, 0)
            if size > before:
                grew.append((name, before, size))
                # Told again only when it has doubled.
                state["sizes"][name] = max(size, before * 2)
        if restored or grew or left:
            listed = lambda names: ",".join(quote(name) for name in names)
            growth = ",".join("[%s,%d,%d]" % (quote(name), before, size) for name, before, size in grew[:200])
            load("asks")["tell"]('{"k":"state","restored":[%s],"grew":[%s],"running":[%s]}' % (listed(restored), growth, listed(left)))

    def on_client(module):
        owner = module.LambdaRuntimeClient
        wait = owner.wait_next_invocation

        def wait_next_invocation(self, *args, **named):
            try:
                if state:
                    check()
                else:
                    snapshot()
            except Exception:
                pass
            return wait(self, *args, **named)

        owner.wait_next_invocation = wait_next_invocation

        reinitialise = getattr(owner, "restore_next", None)
        if reinitialise is not None:
            def restore_next(self, *args, **named):
                answer = reinitialise(self, *args, **named)
                # After a snapshot is restored, every copy would draw the same numbers.
                module_random = sys.modules.get("random")
                if module_random is not None:
                    module_random.seed()
                numpy = sys.modules.get("numpy")
                if numpy is not None and hasattr(numpy, "random"):
                    numpy.random.seed()
                return answer
            owner.restore_next = restore_next

    return {"awslambdaric.lambda_runtime_client": on_client}
