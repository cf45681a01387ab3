"""Old versions of botocore do not know AWS_ENDPOINT_URL: they are told when they are loaded."""
import os
import sys

if os.environ.get("AWS_ENDPOINT_URL"):

    class _Finder:
        """Waits for `botocore.session`, and leaves every other module alone."""

        def find_spec(self, name, path=None, target=None):
            if name != "botocore.session":
                return None
            sys.meta_path.remove(self)
            import importlib.util

            spec = importlib.util.find_spec(name)
            if spec and spec.loader:
                execute = spec.loader.exec_module

                def exec_module(module):
                    execute(module)
                    _tell(module)

                spec.loader.exec_module = exec_module
            return spec

    def _tell(module):
        import botocore

        version = tuple(int(part) for part in botocore.__version__.split(".")[:2] if part.isdigit())
        if version >= (1, 31):
            return
        create = module.Session.create_client

        def create_client(self, *given, **named):
            if len(given) < 6 and named.get("endpoint_url") is None:
                named["endpoint_url"] = os.environ["AWS_ENDPOINT_URL"]
            return create(self, *given, **named)

        module.Session.create_client = create_client

    sys.meta_path.insert(0, _Finder())
