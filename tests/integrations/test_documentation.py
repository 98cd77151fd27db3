"""The pages about other libraries: their code runs where those libraries are."""

from __future__ import annotations

import gc

import anyio
import pytest

from baseten_sdk.emulator import Emulator
from tests.test_documentation import INSIDE, PAGES, run

HERE = [page for page in PAGES if page.stem in INSIDE]


# Of LiteLLM's and LlamaIndex's own code.
@pytest.mark.filterwarnings("ignore:.*the `ReadOnly` qualifier")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
@pytest.mark.parametrize("page", [page.stem for page in HERE])
def test_the_code_of_a_page_runs(page: str, at_home: Emulator) -> None:
    if page == "instructor":
        pytest.importorskip("instructor")  # it takes only older releases of what openai needs, so it is installed apart
    (path,) = [each for each in HERE if each.stem == page]
    anyio.run(run, str(path), path.read_text(encoding="utf-8"))
    gc.collect()  # a client or stream that was left open warns now
