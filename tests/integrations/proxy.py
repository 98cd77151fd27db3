"""LiteLLM's proxy as `litellm --config ...` starts it, with the emulator in the place of the service's hosts.

Run as a program, in a process of its own: `python proxy.py --config FILE --port PORT`. `EMULATOR` names the emulator.
"""

from __future__ import annotations

import os
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


if __name__ == "__main__":
    redirect()
    sys.exit(import_module("litellm.proxy.proxy_cli").run_server())
