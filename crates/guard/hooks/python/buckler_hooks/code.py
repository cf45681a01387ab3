"""`eval` and `exec` of a text, which no audit event shows: wrapped, with the caller's own names as they would have."""


def install(shared):
    import builtins
    import sys
    from _thread import get_ident
    running, load, busy = shared["running"], shared["load"], shared["busy"]
    frame = sys._getframe
    run_eval, run_exec = builtins.eval, builtins.exec

    def ask(api, source):
        me = get_ident()
        if me in busy:
            return
        busy.add(me)
        try:
            load("asks")["code"]((api, source))
        finally:
            busy.discard(me)

    def eval(source, /, globals=None, locals=None):
        if type(source) is not code and running():
            ask("eval", source)
        if globals is None:
            caller = frame(1)
            globals = caller.f_globals
            if locals is None:
                locals = caller.f_locals
                if type(locals) is not dict:
                    # PEP 667 (3.13): what a function's locals show would be written through.
                    locals = dict(locals)
        elif locals is None:
            locals = globals
        return run_eval(source, globals, locals)

    def exec(source, /, globals=None, locals=None, **more):
        if type(source) is not code and running():
            ask("exec", source)
        if globals is None:
            caller = frame(1)
            globals = caller.f_globals
            if locals is None:
                locals = caller.f_locals
                if type(locals) is not dict:
                    # PEP 667 (3.13): what a function's locals show would be written through.
                    locals = dict(locals)
        elif locals is None:
            locals = globals
        return run_exec(source, globals, locals, **more)

    code = type(install.__code__)
    for ours, theirs in ((eval, run_eval), (exec, run_exec)):
        ours.__doc__, ours.__module__, ours.__qualname__ = theirs.__doc__, "builtins", ours.__name__
    builtins.eval, builtins.exec = eval, exec
    return True
