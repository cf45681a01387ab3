"""Formats whose data can make objects: the tags and names that do are asked about when they are met."""


def install(shared):
    import functools
    load = shared["load"]

    def wrap(owner, name, form, position):
        method = vars(owner).get(name) if owner is not None else None
        if method is None:
            return

        @functools.wraps(method)
        def wrapped(*args, **named):
            if len(args) > position and isinstance(args[position], str):
                load("asks")["data"](form + "." + name, form, args[position])
            return method(*args, **named)

        setattr(owner, name, wrapped)

    def on_yaml(module):
        for owner in ("FullConstructor", "UnsafeConstructor", "Constructor"):
            for name in ("find_python_name", "find_python_module"):
                wrap(getattr(module, owner, None), name, "yaml", 1)

    def on_jsonpickle(module):
        load_class = getattr(module, "loadclass", None)
        if load_class is not None:
            @functools.wraps(load_class)
            def loadclass(name, *args, **named):
                if isinstance(name, str):
                    load("asks")["data"]("jsonpickle.decode", "jsonpickle", name)
                return load_class(name, *args, **named)
            module.loadclass = loadclass

    return {"yaml.constructor": on_yaml, "ruamel.yaml.constructor": on_yaml, "jsonpickle.unpickler": on_jsonpickle}
