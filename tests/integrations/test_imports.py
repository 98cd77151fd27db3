"""Other libraries are imported by those who ask for them, and by nobody else."""

from __future__ import annotations

import subprocess
import sys

import pytest

LIBRARIES = ("langchain_core", "litellm", "llama_index", "openai", "ray")

CHECK = """
import sys
import {module}
print(*sorted({libraries!r} & sys.modules.keys()))
"""


@pytest.mark.parametrize(
    ("module", "loaded"),
    [
        ("baseten_sdk", []),
        ("baseten_sdk.integrations", []),
        ("baseten_sdk.integrations.langchain", ["langchain_core"]),
        ("baseten_sdk.integrations.llama_index", ["llama_index"]),
    ],
)
def test_a_library_is_imported_by_its_own_integration_alone(module: str, loaded: list[str]) -> None:
    code = CHECK.format(module=module, libraries=set(LIBRARIES))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == loaded
