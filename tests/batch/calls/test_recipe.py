"""Requests out of settings: fields of the row in the places that the template names."""

from __future__ import annotations

import pickle

import pytest

from baseten_sdk.batch.calls.call import DeploymentTarget
from baseten_sdk.batch.calls.recipe import Recipe, fill, read_template
from baseten_sdk.errors import ConfigurationError, InvalidRequestError
from baseten_sdk.types.json import JsonValue

ROW: dict[str, JsonValue] = {"a": "x", "n": 5, "list": [1, 2], "none": None, "braces": "{a}"}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{a}", "x"),
        ("{n}", 5),
        ("{list}", [1, 2]),
        ("{none}", None),
        ("{a} and {n}", "x and 5"),
        ("{list}!", "[1,2]!"),
        ("{braces} stays", "{a} stays"),
        ("{{a}}", "{a}"),
        ('{"json": {a}}', '{"json": x}'),
        ("{not a field} {}", "{not a field} {}"),
        ({"deep": [{"er": "{n}"}, 7, None, True]}, {"deep": [{"er": 5}, 7, None, True]}),
        ({"{a}": "names stay"}, {"{a}": "names stay"}),
    ],
)
def test_a_template_is_filled(template: JsonValue, filled: JsonValue) -> None:
    assert fill(template, ROW) == filled


def test_a_missing_field_is_named() -> None:
    with pytest.raises(KeyError, match="b"):
        fill("{a} {b}", ROW)


@pytest.mark.parametrize(
    ("text", "template"), [('{"a": 1}', {"a": 1}), (" Hello {a}", " Hello {a}"), ("{a} is", "{a} is"), ("[1]", "[1]")]
)
def test_a_file_holds_json_or_text(text: str, template: JsonValue) -> None:
    assert read_template(text) == template


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_an_empty_file_is_no_prompt_of_every_row(text: str) -> None:
    with pytest.raises(ConfigurationError, match="The template is empty"):
        read_template(text)


def test_the_call_of_a_row() -> None:
    messages: list[JsonValue] = [{"role": "user", "content": "Hi"}]
    plain = Recipe(model="a/b", system="Be brief.")({"messages": messages})
    assert plain.content() == [{"role": "system", "content": "Be brief."}, *messages]
    whole = Recipe(
        model="a/b", template={"messages": [{"role": "user", "content": "{a}"}], "top_p": 0.5}, params={"n": 1}
    )
    assert whole(ROW).content() == [{"role": "user", "content": "x"}]
    assert whole(ROW).settings()["extra_body"] == {"top_p": 0.5, "n": 1}
    assert Recipe("predict", deployment=DeploymentTarget("abcd1234"))(ROW).content() == ROW
    embed = Recipe("embeddings", deployment=DeploymentTarget("abcd1234"), template="{n}")
    assert embed(ROW).content() == "5"
    assert pickle.loads(pickle.dumps(embed)) == embed


def test_rows_without_messages_are_refused() -> None:
    rows: list[dict[str, JsonValue]] = [ROW, {"messages": "Hi"}, {"messages": ["Hi"]}]
    for row in rows:
        with pytest.raises(InvalidRequestError, match="message"):
            Recipe(model="a/b")(row)


def test_a_recipe_that_lacks_something_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="needs a model"):
        Recipe()
    with pytest.raises(ConfigurationError, match="needs a deployment"):
        Recipe("predict")
    with pytest.raises(ConfigurationError, match="needs a text"):
        Recipe("embeddings", deployment=DeploymentTarget("abcd1234"))


@pytest.mark.parametrize("template", ["{text}", "{ text }"])
def test_a_prompt_that_is_null_says_so(template: str) -> None:
    recipe = Recipe(model="org/m", template=template)
    if template == "{text}":
        with pytest.raises(InvalidRequestError, match=r"the prompt of the row is null: it is \{text\}"):
            recipe({"text": None})
    else:
        assert recipe({"text": None}).content() is not None
