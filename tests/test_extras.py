"""What a program is told where the libraries of an extra are not installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from baseten_sdk.integrations.extras import extra


def without(*libraries: str, run: str, arguments: str = "") -> subprocess.CompletedProcess[str]:
    hidden = f"import sys\nsys.modules.update(dict.fromkeys({libraries!r}))\nsys.argv[1:] = {arguments.split()!r}\n"
    return subprocess.run([sys.executable, "-c", hidden + run], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("integration", "name", "library"),
    [
        ("langchain", "langchain", "langchain_core"),
        ("litellm", "litellm", "litellm"),
        ("llama_index", "llama-index", "llama_index"),
        ("otel", "otel", "opentelemetry"),
        ("ray", "ray", "ray"),
    ],
)
def test_an_integration_names_its_extra(integration: str, name: str, library: str) -> None:
    others = {"pyarrow"} - {library}
    done = without(library, *others, run=f"import baseten_sdk.integrations.{integration}")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: This integration needs ")
    assert last.endswith(f"which is not installed: pip install 'baseten-sdk[{name}]'")


def test_what_else_is_missing_is_told_as_it_is() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'baseten_nowhere'$"), extra("ray", "ray"):
        import_module("baseten_nowhere")


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_the_command_names_the_extra_of_the_emulator(library: str) -> None:
    run = "from baseten_sdk.__main__ import main\nsys.exit(main())"
    done = without(library, run=run, arguments="emulator")
    assert done.returncode == 2
    needs = f"The emulator needs {library}, which is not installed: pip install 'baseten-sdk[emulator]'"
    assert done.stderr == f"{needs}\n"


def test_the_emulator_as_a_module_names_its_extra() -> None:
    done = without("starlette", run="import runpy\nrunpy.run_module('baseten_sdk.emulator', run_name='__main__')")
    assert done.returncode == 2
    assert done.stderr.startswith("The emulator needs starlette, which is not installed")
    assert "Traceback" not in done.stderr
