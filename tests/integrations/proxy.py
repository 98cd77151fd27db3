"""LiteLLM's proxies as `litellm --config ...` starts them, with the emulator in the place of the service's hosts.

Run as a program, in a process of its own: `python proxy.py FILE PORT [FILE PORT ...]`. `EMULATOR` names the emulator.
Importing LiteLLM is most of what a proxy takes to start, so each one is a fork of this process.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module

from baseten_sdk import Endpoints


def redirect() -> None:
    """Put the emulator where this package, and LiteLLM's own provider, have the service."""
    endpoints = Endpoints.below(os.environ["EMULATOR"])
    vars(import_module("baseten_sdk._core.request.routing"))["Endpoints"] = lambda: endpoints
    own = import_module("litellm.llms.baseten.chat").BasetenConfig

    def place(model: str) -> str:
        if not own.is_dedicated_deployment(model):
            return endpoints.model_apis
        return f"{endpoints.model.format(model_id=model.removeprefix('baseten/'))}/environments/production/sync/v1"

    own.get_api_base_for_model = staticmethod(place)


def serve(config: str, port: str) -> None:
    """Be the proxy with one configuration, until a signal ends it."""
    sys.argv[1:] = ["--config", config, "--host", "127.0.0.1", "--port", port]
    import_module("litellm.proxy.proxy_cli").run_server()


def main() -> None:
    """Start a proxy for each configuration, and wait for them: signals go to the whole group."""
    gc.disable()  # nothing of what is imported becomes garbage
    redirect()
    import_module("litellm.proxy.proxy_server")
    gc.freeze()
    gc.enable()
    arguments = sys.argv[1:]
    children: list[int] = []
    for config, port in zip(arguments[::2], arguments[1::2], strict=True):
        if (child := os.fork()) == 0:
            serve(config, port)
        children.append(child)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for child in children:
        os.waitpid(child, 0)
    os._exit(0)  # taking all modules apart takes seconds


if __name__ == "__main__":
    main()
