"""Error messages in the words of the command line: `--timeout`, not `timeout=`.

Errors that the client raises before it sends anything name its arguments. Most options are named like their
arguments; the others are listed here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import get_args

from typer.models import ArgumentInfo, OptionInfo

_OTHERS = {
    "max_time_in_queue_seconds": "--max-time-in-queue",
    "webhook_endpoint": "--webhook",
    "max_attempts": "--attempts",
    "model_apis": "--emulator",
    "endpoints": "--emulator",
    "api_key": "--api-key-file",
    "model_id": "--deployment",
    "route_by_name": "--route-by-name",
}

_COMMANDS = {
    "api_key= or BASETEN_API_KEY": "BASETEN_API_KEY or --api-key-file",
    "client.models.list()": "`baseten-sdk models`",
    "async_predict": "`baseten-sdk async submit`",
    "deployments(id).wake(wait=True)": "any request",
}
"""Python names in advice, and what the command line calls them."""

_FLAG = re.compile(r"\b(\w+)=True(?: \(--[a-z-]+\))?")
_OFF = re.compile(r"\b([a-z]+(?:_[a-z]+)+)=False\b")
_WRAPPED = re.compile(r"\b[A-Za-z]+\((\w+)=\.\.\.\)")
_ARGUMENT = re.compile(r"(?<![\w-])([a-z]+(?:_[a-z]+)*)=(?=(\w|\"|-)?)")
_BARE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_FIRST = re.compile(r"^([a-z]+) must\b")


def names_of(parameters: Iterable[inspect.Parameter]) -> Mapping[str, str]:
    """Return the parameters of a command, and the options or arguments that the user knows them by."""
    names = dict(_OTHERS)
    for parameter in parameters:
        for info in get_args(parameter.annotation)[1:]:
            if isinstance(info, ArgumentInfo):
                names[parameter.name] = parameter.name.upper()
            elif isinstance(info, OptionInfo):
                given = [each for each in info.param_decls or () if each.startswith("--")]
                names[parameter.name] = given[0] if given else f"--{parameter.name.replace('_', '-')}"
    return names


def in_terms_of_options(message: str, names: Mapping[str, str]) -> str:
    """Replace the names of arguments in a message by those of options."""
    for call, called in _COMMANDS.items():
        message = message.replace(call, called)
    message = _FLAG.sub(lambda found: names.get(found[1], found[0]), message)
    message = _OFF.sub(lambda found: names.get(found[1], found[0]).replace("--", "--no-", 1), message)
    message = _WRAPPED.sub(lambda found: names.get(found[1], found[0]), message)
    message = _ARGUMENT.sub(
        lambda found: f"{names[found[1]]}{' ' if found[2] else ''}" if found[1] in names else found[0], message
    )
    message = _BARE.sub(lambda found: names.get(found[0], found[0]), message)
    return _FIRST.sub(lambda found: f"{names.get(found[1], found[1])} must", message)
