"""Documents that a store is asked with: which operators are in them, and the code that some of them run."""


def install(shared):
    import functools
    load = shared["load"]
    # Members that are looked at, of one call.
    members_max = 20000
    code = frozenset(("$where", "$function", "$accumulator"))
    # Methods, and how many of their first arguments the application fills from what it got.
    methods = {
        "find": 1, "find_one": 1, "find_raw_batches": 1, "find_one_and_delete": 1, "find_one_and_replace": 1,
        "find_one_and_update": 2, "count_documents": 1, "delete_one": 1, "delete_many": 1, "update_one": 2,
        "update_many": 2, "replace_one": 1, "aggregate": 1, "distinct": 2,
    }

    def operators(values):
        names, texts, left = set(), [], members_max
        while values and left:
            one = values.pop()
            left -= 1
            if isinstance(one, (list, tuple)):
                values.extend(one)
                continue
            items = getattr(one, "items", None)
            if items is None or isinstance(one, (str, bytes)):
                continue
            for name, value in items():
                if name.__class__ is str and name[:1] == "$":
                    names.add(name)
                    if name in code:
                        texts.append(value.get("body", "") if isinstance(value, dict) else value)
                values.append(value)
        return names, texts

    def on_collection(module):
        for owner in (getattr(module, "Collection", None), getattr(module, "AsyncCollection", None)):
            for name, count in methods.items():
                call = vars(owner).get(name) if owner is not None else None
                if call is None:
                    continue

                def wrapped(self, *args, _call=call, _count=count, _name=name, **named):
                    values = list(args[:_count]) + [named[one] for one in ("filter", "update", "pipeline") if one in named]
                    names, texts = operators(values)
                    if names:
                        asks = load("asks")
                        asks["operators"]("pymongo." + _name, names)
                        for one in texts:
                            asks["code_of"]("pymongo." + _name, str(one))
                    return _call(self, *args, **named)

                setattr(owner, name, functools.wraps(call)(wrapped))

    return {
        "pymongo.collection": on_collection, "pymongo.synchronous.collection": on_collection,
        "pymongo.asynchronous.collection": on_collection,
    }
