"""Credentials and secrets are left out of the environment of programs that the function starts."""


def install(shared):
    hidden = frozenset(shared["hidden"])

    def on_subprocess(module):
        if not hidden:
            return
        import functools
        from os import environ
        popen = module.Popen
        start = popen.__init__

        @functools.wraps(start)
        def __init__(self, *args, **named):
            # Position 10: `env`.
            env = args[10] if len(args) > 10 else named.get("env")
            source = environ if env is None else env
            try:
                kept = {name: value for name, value in source.items() if name not in hidden and (type(name) is str or name.decode() not in hidden)}
            except Exception:
                kept = env
            if len(args) > 10:
                args = args[:10] + (kept,) + args[11:]
            else:
                named["env"] = kept
            return start(self, *args, **named)

        popen.__init__ = __init__

    return {"subprocess": on_subprocess}
