"""Public names that are imported when they are first used.

A package lists its names once, as imports for type checkers, and asks for them to be lazy:

    if TYPE_CHECKING or not lazy_names(__name__):
        from .client import Client as Client

The imports below that condition are read from the package's own source, so there is no second list to keep in step.
Where there is no source (a program shipped as bytecode alone) `lazy_names` says so, and the names are imported at once.
It must not know which names there are.
"""

from __future__ import annotations

import sys
from _ast import If, ImportFrom, Module, PyCF_ONLY_AST
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module


def lazy_names(package: str, *, extra: str | None = None, elsewhere: str | None = None) -> bool:
    """Make the public names of a package lazy.

    Args:
        package: The `__name__` of the package that asks.
        extra: The extra that installs what the names need, named in the error where a library is missing.
        elsewhere: The module whose `INSTEAD` says what to use for names that only other packages have.

    Returns:
        Whether the names are lazy now; False where the source of the package is not at hand.
    """
    module = sys.modules[package]
    source = _source(package)
    if source is None:
        return False
    origins = {name: (module_name, original) for module_name, original, name in _names(source)}

    def __getattr__(name: str) -> object:
        if name not in origins:
            raise _unknown(name, package, elsewhere)
        module_name, original = origins[name]
        value: object = getattr(_imported(module_name, package, extra), original)
        vars(module)[name] = value
        return value

    public = sorted([*origins, *({"__version__"} & {*vars(module)})])
    vars(module).update(__getattr__=__getattr__, __all__=public, __dir__=lambda: public)
    return True


def _unknown(name: str, package: str, elsewhere: str | None) -> Exception:
    instead: Mapping[str, str] = {} if elsewhere is None else import_module(elsewhere, package).INSTEAD
    if name in instead:
        # `from package import name` would swallow an attribute error, with what it says.
        return ImportError(f"{package} has no {name}. {instead[name]}", name=package)
    return AttributeError(f"module {package!r} has no attribute {name!r}")


def names_of(module: str, *others: str) -> Callable[[str], object]:
    """Return the `__getattr__` of a module that has the public names of its neighbors too."""

    def __getattr__(name: str) -> object:
        # An import asks for `__path__` and the like of every module.
        if not name.startswith("_"):
            for other in others:
                found = vars(import_module(f"{module.rpartition('.')[0]}.{other}"))
                if name in found:
                    return found[name]
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return __getattr__


def _source(package: str) -> str | None:
    spec = sys.modules[package].__spec__
    if spec is None:
        return None
    try:
        get_source = getattr(spec.loader, "get_source", None)
        if get_source is not None:
            source: str | None = get_source(package)
            return source
        with open(spec.origin or "", encoding="utf-8") as file:  # the loader of pytest's assertions has no sources
            return file.read()
    except (ImportError, OSError):
        return None


def _names(source: str) -> Iterator[tuple[str, str, str]]:
    """What the imports for type checkers bring: module, name there, name here."""
    tree = compile(source, "<names>", "exec", PyCF_ONLY_AST)
    assert isinstance(tree, Module)
    for condition in tree.body:
        if not isinstance(condition, If):
            continue
        for statement in condition.body:
            if isinstance(statement, ImportFrom):
                module_name = "." * statement.level + (statement.module or "")
                for alias in statement.names:
                    yield module_name, alias.name, alias.asname or alias.name


def _imported(module_name: str, package: str, extra: str | None) -> object:
    try:
        return import_module(module_name, package)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if extra is None or library == __package__:
            raise
        raise ImportError(
            f"The {extra} needs {library}, which is not installed: pip install 'baseten-sdk[{extra}]'"
        ) from error
