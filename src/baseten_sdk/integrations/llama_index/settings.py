"""What an LLM of Baseten is set up with: the fields that LlamaIndex stores and reads again."""

from __future__ import annotations

from typing import Any

from llama_index.core.constants import DEFAULT_TEMPERATURE
from pydantic import Field, PrivateAttr

from ... import Endpoints
from ...config import AuthScheme
from ..clients import Clients
from ..targets import ModelTarget
from .structured import StructuredLLM


class LLMSettings(StructuredLLM):
    """An LLM with its settings. A key is not among them: neither `to_dict` nor a pickle holds one."""

    model: str = Field(description="Slug of a Model API, or id of a dedicated model.")
    model_apis: bool = Field(description="Whether the model is a Model API.")
    additional_kwargs: dict[str, Any] = Field(default_factory=dict, description="Further parameters.")
    webhook_endpoint: str | None = Field(default=None, description="Where async requests deliver.")
    temperature: float | None = Field(default=DEFAULT_TEMPERATURE, description="Temperature of the sampling.")
    max_tokens: int | None = Field(default=None, description="Tokens of reasoning and answer together.")
    max_retries: int | None = Field(default=None, description="Attempts after the first.")
    default_headers: dict[str, str] | None = Field(default=None, exclude=True, repr=False)
    served_model: str | None = Field(default=None, description="Name that an engine serves.")
    environment: str | None = Field(default=None, description="Environment of a dedicated model.")
    deployment_id: str | None = Field(default=None, description="One deployment of it.")
    regional: str | None = Field(default=None, description="Environment of its regional host.")
    timeout: float | None = Field(default=None, description="Seconds for each attempt.")
    api_base: str | None = Field(default=None, description="A gateway to use instead of the Model APIs.")
    auth_scheme: AuthScheme | None = Field(default=None, description="How the key is sent: bearer or api-key.")
    endpoints: Endpoints | None = Field(default=None, exclude=True, repr=False)
    context_window: int | None = Field(default=None, description="Tokens of prompt and answer together.")
    reasoning_effort: str | None = Field(default=None, description="How much to think.")

    _clients: Clients = PrivateAttr()
    _target: ModelTarget = PrivateAttr()
