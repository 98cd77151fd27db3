"""LangChain's own suites for chat models, with the emulator in the place of the service."""

from __future__ import annotations

import importlib
from typing import Literal

import httpx
import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests, EmbeddingsIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.langchain import BasetenEmbeddings, ChatBaseten

MODEL = "openai/gpt-oss-120b"
PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452")

Details = Literal["audio_input", "audio_output", "reasoning_output", "cache_read_input", "cache_creation_input"]


def picture(url: str, **_: object) -> httpx.Response:
    return httpx.Response(200, content=PIXEL)


class TestUnit(ChatModelUnitTests):
    @pytest.fixture(autouse=True)
    def trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """LangChain loads what is on its own list; a program that loads this class puts it there."""
        place = ("baseten_sdk", "integrations", "langchain", "ChatBaseten")
        loading = importlib.import_module("langchain_core.load.load")
        monkeypatch.setitem(loading.ALL_SERIALIZABLE_MAPPINGS, place, place)
        monkeypatch.setattr(loading, "_default_class_paths_cache", {})

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatBaseten

    @property
    def chat_model_params(self) -> dict[str, object]:
        return {"model": MODEL}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, object], dict[str, object]]:
        environment = {"BASETEN_API_KEY": "key-of-the-environment", "BASETEN_BASE_URL": "https://gateway.test/v1"}
        expected: dict[str, object] = {
            "baseten_api_key": "key-of-the-environment",
            "baseten_api_base": "https://gateway.test/v1",
        }
        return environment, {"model": MODEL}, expected


# A document without a name is given one by LangChain, which says so.
@pytest.mark.filterwarnings("ignore:OpenAI may require a filename")
class TestIntegration(ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def served(self, emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """The emulator for the model; for what the suite would fetch from the network, a picture of nothing."""
        monkeypatch.setattr(type(self), "emulator", emu, raising=False)
        monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "none")
        monkeypatch.setattr(httpx, "get", picture)

    emulator: Emulator

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatBaseten

    @property
    def chat_model_params(self) -> dict[str, object]:
        emu = self.emulator
        return {"model": MODEL, "api_key": emu.api_key, "endpoints": emu.endpoints}

    @property
    def model_override_value(self) -> str:
        return "zai-org/GLM-5.2"

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_urls(self) -> bool:
        return True

    @property
    def supports_pdf_inputs(self) -> bool:
        return True

    @property
    def supports_audio_inputs(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> dict[Literal["invoke", "stream"], list[Details]]:
        return {"invoke": ["reasoning_output", "cache_read_input"], "stream": ["reasoning_output", "cache_read_input"]}

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        given = {**self.chat_model_params, "reasoning_effort": "high", "streaming": stream}
        return ChatBaseten.model_validate(given).invoke("Think about cats.")

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return ChatBaseten.model_validate({**self.chat_model_params, "streaming": stream}).invoke("Cats. " * 200)


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return BasetenEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model_id": "abcd1234"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, object], dict[str, object]]:
        key = {"BASETEN_API_KEY": "key-of-the-environment"}
        return key, self.embedding_model_params, {"baseten_api_key": "key-of-the-environment"}


class TestEmbeddingsIntegration(EmbeddingsIntegrationTests):
    emulator: Emulator

    @pytest.fixture(autouse=True)
    def served(self, emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "emulator", emu, raising=False)

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return BasetenEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, object]:
        return {"model_id": "abcd1234", "api_key": self.emulator.api_key, "endpoints": self.emulator.endpoints}
