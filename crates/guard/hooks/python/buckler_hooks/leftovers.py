"""What an invocation leaves inside of the runtime: put back where that is possible, told otherwise."""


def install(shared):
    load, restore = shared["load"], shared["restore"]
    state, signals, sizes, umask, (os, signal, sys, _thread, quote) = shared["kept"]

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

    return {"check": check}
