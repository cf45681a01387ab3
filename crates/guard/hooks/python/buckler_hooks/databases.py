"""SQL text on its way to a driver: parameters are the driver's matter and are not looked at."""


def install(shared):
    import functools
    load = shared["load"]

    def ask(api, statement, backslash=False):
        if statement.__class__.__name__ in ("Composed", "SQL"):
            return
        load("asks")["sql"](api, statement, backslash)

    def wrap(owner, name, api, backslash=False):
        method = getattr(owner, name, None)
        if method is None:
            return

        @functools.wraps(method)
        def wrapped(self, statement, *args, **named):
            ask(api, statement, backslash)
            return method(self, statement, *args, **named)

        setattr(owner, name, wrapped)

    def on_sqlite(module):
        class Cursor(module.Cursor):
            def execute(self, statement, *args):
                ask("sqlite3.execute", statement)
                return super().execute(statement, *args)

            def executemany(self, statement, *args):
                ask("sqlite3.executemany", statement)
                return super().executemany(statement, *args)

            def executescript(self, statement):
                ask("sqlite3.executescript", statement)
                return super().executescript(statement)

        class Connection(module.Connection):
            def cursor(self, factory=Cursor):
                return super().cursor(factory)

            def execute(self, statement, *args):
                return self.cursor().execute(statement, *args)

            def executemany(self, statement, *args):
                return self.cursor().executemany(statement, *args)

            def executescript(self, statement):
                return self.cursor().executescript(statement)

        connect = module.connect

        @functools.wraps(connect)
        def hooked(*args, **named):
            # Position 5: `factory`.
            if len(args) <= 5:
                named.setdefault("factory", Connection)
            return connect(*args, **named)

        for part in (module, module.dbapi2):
            part.connect = hooked

    def on_psycopg2(module):
        from psycopg2 import extensions

        def hooked(base):
            class Cursor(base):
                def execute(self, statement, *args, **named):
                    ask("psycopg2.execute", statement)
                    return super().execute(statement, *args, **named)

                def executemany(self, statement, *args, **named):
                    ask("psycopg2.executemany", statement)
                    return super().executemany(statement, *args, **named)

                def copy_expert(self, statement, *args, **named):
                    ask("psycopg2.copy_expert", statement)
                    return super().copy_expert(statement, *args, **named)
            return Cursor

        connect = module.connect

        @functools.wraps(connect)
        def wrapped(*args, **named):
            named["cursor_factory"] = hooked(named.get("cursor_factory") or extensions.cursor)
            return connect(*args, **named)

        module.connect = wrapped

    def classes(*names, api, backslash=False):
        def patch(module):
            for name in names:
                owner = getattr(module, name, None)
                if owner is not None:
                    for method in ("execute", "executemany", "fetch", "fetchrow", "fetchval", "copy"):
                        if method in vars(owner) and (method.startswith("execute") or api in ("asyncpg",)):
                            wrap(owner, method, api + "." + method, backslash)
        return patch

    return {
        "sqlite3": on_sqlite, "psycopg2": on_psycopg2,
        "pymysql.cursors": classes("Cursor", "SSCursor", api="pymysql", backslash=True),
        "MySQLdb.cursors": classes("BaseCursor", api="MySQLdb", backslash=True),
        "mysql.connector.cursor": classes("MySQLCursor", api="mysql.connector", backslash=True),
        "mysql.connector.cursor_cext": classes("CMySQLCursor", api="mysql.connector", backslash=True),
        "psycopg.cursor": classes("Cursor", api="psycopg"),
        "psycopg.cursor_async": classes("AsyncCursor", api="psycopg"),
        "pg8000.dbapi": classes("Cursor", api="pg8000"),
        "asyncpg.connection": classes("Connection", api="asyncpg"),
    }
