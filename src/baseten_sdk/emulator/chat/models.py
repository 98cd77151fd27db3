"""The list of models: five current slugs and the emulator's own.

It owns what `GET /v1/models` answers. Model names are checked against it only with `strict_models`.
"""

from __future__ import annotations

from collections.abc import Collection

from ..faults.error_shapes import error_reply
from ..http.jsonvalue import JSON, Object
from ..http.routing import Address
from ..http.wire import Reply, json_reply

_CREATED = 1_780_000_000

# id, name, context length, output length, dollars a million tokens in and out, modalities in
_KNOWN: tuple[tuple[str, str, int, int, float, float, str], ...] = (
    ("openai/gpt-oss-120b", "GPT OSS 120B", 128_072, 128_072, 0.10, 0.50, "text"),
    ("deepseek-ai/DeepSeek-V4.1-Flash", "DeepSeek V4.1 Flash", 1_048_576, 262_144, 0.20, 0.80, "text"),
    ("moonshotai/Kimi-K3", "Kimi K3", 1_048_576, 262_144, 0.60, 2.50, "text image"),
    ("zai-org/GLM-5.3", "GLM 5.3", 1_048_576, 262_144, 0.60, 2.20, "text"),
    ("thinkingmachines/inkling-small", "Inkling Small", 1_048_576, 32_768, 0.10, 0.40, "text image"),
    ("emulator/chat", "The emulator", 131_072, 32_768, 0.0, 0.0, "text image"),
    ("emulator/reason", "The emulator, thinking aloud", 131_072, 32_768, 0.0, 0.0, "text"),
)


def known(slug: str, more: Collection[str]) -> bool:
    return slug.startswith("emulator/") or slug in more or any(slug == row[0] for row in _KNOWN)


def unknown_model(address: Address, model: str, more: Collection[str] | None) -> Reply | None:
    """Return the error for a shared model that does not exist. `more` adds to the usual ones. None accepts any name."""
    if address.surface != "model-apis" or not (
        model.startswith("unknown/") or (more is not None and not known(model, more))
    ):
        return None
    return error_reply(404, f"the model {model!r} does not exist or is not enabled in this workspace", "3")


def list_models(address: Address, more: Collection[str] = ()) -> Reply:
    """Return the shared models, without a top-level `object`. Inside a deployment: what an engine lists, with one."""
    if address.surface == "model-apis":
        rows = [*_KNOWN, *((slug, slug, 131_072, 32_768, 0.0, 0.0, "text") for slug in more)]
        return json_reply({"data": [_entry(*row) for row in rows]})
    served: Object = {"id": address.owner, "object": "model", "created": _CREATED, "owned_by": "baseten"}
    return json_reply({"object": "list", "data": [served]})


def _entry(
    slug: str, name: str, context: int, output: int, dollars_in: float, dollars_out: float, modalities: str
) -> JSON:
    reads: list[JSON] = [*modalities.split()]
    return {
        "id": slug,
        "created": _CREATED,
        "object": "model",
        "owned_by": "baseten",
        "name": name,
        "description": f"{name}, as the emulator plays it.",
        "context_length": context,
        "max_completion_tokens": output,
        "quantization": "fp4",
        "pricing": {
            "prompt": _per_token(dollars_in),
            "completion": _per_token(dollars_out),
            "image": "0",
            "request": "0",
            "input_cache_read": _per_token(dollars_in / 10),
        },
        "supported_sampling_parameters": ["temperature", "stop"],
        "supported_features": ["tools", "json_mode", "structured_outputs", "reasoning", "reasoning_effort"],
        "input_modalities": reads,
        "output_modalities": ["text"],
    }


def _per_token(dollars_per_million: float) -> str:
    return f"{dollars_per_million / 1_000_000:.10f}".rstrip("0").rstrip(".") or "0"
