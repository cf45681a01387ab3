"""Names that are resolved: the guard hears where they lead, before anything connects."""


def install(shared):
    load = shared["load"]

    def on_socket(module):
        import functools
        resolve = module.getaddrinfo

        @functools.wraps(resolve)
        def getaddrinfo(host, port, *args, **named):
            found = resolve(host, port, *args, **named)
            if isinstance(host, (str, bytes)) and host:
                name = host if isinstance(host, str) else host.decode("ascii", "replace")
                addresses = {one[4][0] for one in found}
                if addresses != {name}:
                    load("asks")["resolved"](name, addresses)
            return found

        module.getaddrinfo = getaddrinfo

    return {"socket": on_socket}
