"""The list of models, as the service and as engines send it."""

from __future__ import annotations

import json

from baseten_sdk.types.models import Model, ModelList

ITEM = {
    "id": "org/m",
    "created": 1780000000,
    "object": "model",
    "owned_by": "baseten",
    "name": "M",
    "description": "A model.",
    "context_length": 128072,
    "max_completion_tokens": 64000,
    "quantization": "fp4",
    "pricing": {
        "prompt": "0.0000001",
        "completion": "0.0000005",
        "image": "0",
        "request": "0",
        "input_cache_read": "0",
    },
    "supported_sampling_parameters": ["temperature", "stop"],
    "supported_features": ["tools", "json_mode"],
    "input_modalities": ["text"],
    "output_modalities": ["text"],
}


def read(*items: object) -> ModelList:
    return ModelList.model_validate_json(json.dumps({"data": items}))


def test_a_list_has_no_object_and_is_read_whole() -> None:
    (model,) = read(ITEM)
    assert model.model_dump(exclude_unset=True) == ITEM
    assert model.pricing is not None
    assert (model.pricing.prompt, model.context_length) == ("0.0000001", 128072)


def test_a_list_of_models_is_a_sequence_of_models() -> None:
    models = read(ITEM, {"id": "served-name"})
    assert [model.id for model in models] == ["org/m", "served-name"]
    assert (len(models), models[1].id, models[-1].id) == (2, "served-name", "served-name")
    assert list(models) == models.data
    assert models
    assert not read()


def test_an_engine_sends_little_more_than_the_id() -> None:
    (model,) = read({"id": "served-name", "object": None, "created": None, "root": "/weights"})
    assert (model.object, model.created, model.pricing, model.supported_features) == ("model", None, None, [])
    assert model.model_extra == {"root": "/weights"}


def test_null_and_absent_are_alike() -> None:
    null = Model.model_validate({**dict.fromkeys(Model.model_fields), "id": "m"})
    assert null.model_dump() == Model(id="m").model_dump()


def test_an_older_reply_lacks_modalities_and_a_price() -> None:
    older = {name: value for name, value in ITEM.items() if not name.endswith("_modalities")}
    (model,) = read({**older, "pricing": {"prompt": "0.1"}, "hugging_face_id": "org/M"})
    assert (model.input_modalities, model.output_modalities) == ([], [])
    assert model.pricing is not None
    assert model.pricing.input_cache_read is None
    assert model.model_extra == {"hugging_face_id": "org/M"}


def test_other_facts_of_the_list_are_kept() -> None:
    assert ModelList.model_validate({"data": [], "object": "list"}).model_extra == {"object": "list"}
