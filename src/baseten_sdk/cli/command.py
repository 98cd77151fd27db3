"""From a function to a command: shared options, the session, and the exit code.

The first parameter of the function is the `Session`; the others are the command's own, declared as Typer wants them. An
error that is not ours is a bug and shows as a traceback, without the values of its variables.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Annotated

import typer
from typer.models import OptionInfo

from .._streams import forget_stdout
from .._version import __version__
from ..errors import BasetenError, BatchError, ConfigurationError
from .completion import Shell, install, show
from .exit_codes import ExitCode, exit_code
from .help import HELP, documented, shown
from .option_names import in_terms_of_options, names_of
from .session import Session, Shared


def _print_version(given: bool | None) -> None:
    if given:
        typer.echo(f"baseten-sdk {__version__}")
        raise typer.Exit


_SHARED = tuple(inspect.signature(Shared, eval_str=True).parameters.values())


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Wrap a function for Typer."""
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    names = names_of((*own, *_SHARED))

    def run(context: typer.Context, help: bool | None, **values: object) -> None:
        values = _with_text(values, names)
        shared = _shared(values)
        before = context.find_object(Shared)
        session = Session(shared if before is None else shared.over(before))
        _run(session, partial(function, session, **values), names)

    return _declared(run, function, own)


def remember(context: typer.Context, help: bool | None, **values: object) -> None:
    """Keep the options given before the command's name."""
    context.obj = _shared(values)


def _shared(values: dict[str, object], make: Callable[..., Shared] = Shared) -> Shared:
    """Take the shared options out of the values that Typer has read."""
    return make(**{field.name: values.pop(field.name) for field in fields(Shared)})


def _with_text(values: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    """Return the arguments with texts as UTF-8, whatever the locale is. The names of files stay as they are.

    Raises:
        typer.BadParameter: A text is not UTF-8.
    """
    texts: dict[str, object] = {}
    for name, value in values.items():
        called = names.get(name, name)
        texts[name] = [_as_text(each, called) for each in value] if isinstance(value, list) else _as_text(value, called)
    return texts


def _as_text(value: object, called: str) -> object:
    if type(value) is not str or value.isascii():  # the value of an option with choices is text too, but of ours
        return value
    try:
        return os.fsencode(value).decode()
    except UnicodeError:
        raise typer.BadParameter(f"{called} is not UTF-8 text.") from None


def _message(error: BasetenError, names: Mapping[str, str]) -> str:
    """Return the message of an error. If this package raised it, names of arguments become names of options."""
    text = str(error)
    if isinstance(error, ConfigurationError | BatchError):
        return in_terms_of_options(text, names)
    return text.replace(error.advice, in_terms_of_options(error.advice, names)) if error.advice else text


def _declared(
    run: Callable[..., None], function: Callable[..., None], own: list[inspect.Parameter]
) -> Callable[..., None]:
    """Give a function the parameters, name and docstring that Typer should see."""
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    others = [shown(each.replace(kind=inspect.Parameter.KEYWORD_ONLY)) for each in (*own, *_SHARED)]
    parameters = [context, HELP, *others]
    setattr(run, "__signature__", inspect.Signature(parameters))  # noqa: B010  # no checker knows it of a function
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__ = function.__name__
    run.__doc__ = documented(function)
    return run


def _run(session: Session, call: Callable[[], None], names: Mapping[str, str]) -> None:
    try:
        call()
    except BrokenPipeError:
        forget_stdout()
        raise typer.Exit(ExitCode.BROKEN_PIPE) from None
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BasetenError as error:
        session.out.error(error, _message(error, names))
        raise typer.Exit(exit_code(error)) from None
    if session.out.failure is not None:
        raise typer.Exit(ExitCode.OTHER)


def _first(name: str, kind: object, option: OptionInfo) -> inspect.Parameter:
    """Return an option that stands before any command, and ends the process."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


_declared(
    remember,
    remember,
    [
        _first(
            "version",
            bool | None,
            typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
        ),
        _first(
            "show_completion",
            Shell | None,
            typer.Option(
                metavar="SHELL",
                callback=show,
                is_eager=True,
                help="Print the completion script for bash, zsh, fish or powershell, and exit.",
            ),
        ),
        _first(
            "install_completion",
            Shell | None,
            typer.Option(
                metavar="SHELL", callback=install, is_eager=True, help="Install completion for one of these, and exit."
            ),
        ),
    ],
)
