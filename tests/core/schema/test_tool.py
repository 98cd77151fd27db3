"""Tools: what a model is told of them, and what is made of its calls."""

from __future__ import annotations

import functools
import pickle
from typing import Annotated

import pytest
from pydantic import BaseModel, Field
from pydantic_core import to_json

from baseten_sdk import ChatCompletion, ConfigurationError, ToolArgumentError, tool
from baseten_sdk._core.messages.tools import message_tools
from baseten_sdk._core.schema.tool import Tool, ToolLike
from baseten_sdk._core.schema.toolbox import BadArguments, Toolbox, pydantic_function_tool
from baseten_sdk.emulator.chat.validation import complaint
from baseten_sdk.emulator.http.jsonvalue import load
from baseten_sdk.types.chat import ToolCall
from baseten_sdk.types.tool_calls import ParsedToolCall


@tool
def get_weather(city: Annotated[str, "Name of the city"], days: int = 1) -> str:
    """The weather in a city.

    Args:
        days: how many days ahead.
    """
    return f"{city}: rain for {days}"


@tool(name="look_up", description="Looks things up.", strict=True)
async def find(query: str, most: int = 3) -> list[str]:
    """Not this text."""
    return [query] * most


class Book(BaseModel):
    """Book a table."""

    title: str
    people: int = Field(ge=1)
    options: dict[str, str] = {"title": "none"}


def call(name: str, arguments: str, id: str = "c1") -> ToolCall:
    return ToolCall.model_validate({"id": id, "function": {"name": name, "arguments": arguments}})


def test_a_function_is_told_by_its_signature_and_docstring() -> None:
    assert get_weather.param() == {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather in a city.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "Name of the city"},
                    "days": {"type": "integer", "description": "how many days ahead.", "default": 1},
                },
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }


def test_a_strict_tool_has_a_strict_schema() -> None:
    function = dict(find.param())["function"]
    assert isinstance(function, dict)
    assert (function["name"], function["description"], function["strict"]) == ("look_up", "Looks things up.", True)
    assert function["parameters"] == {
        "type": "object",
        "properties": {"query": {"type": "string"}, "most": {"type": "integer"}},
        "required": ["query", "most"],
        "additionalProperties": False,
    }


def test_a_tool_is_still_the_function() -> None:
    assert get_weather("Oslo", days=2) == "Oslo: rain for 2"
    assert (get_weather.is_async, find.is_async) == (False, True)
    assert repr(find) == "Tool('look_up')"


def test_a_model_is_told_by_its_fields_and_docstring_and_keeps_its_defaults() -> None:
    (param,) = Toolbox([Book]).params
    function = param["function"]
    assert isinstance(function, dict)
    assert (function["name"], function["description"]) == ("Book", "Book a table.")
    assert function["parameters"] == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "people": {"type": "integer", "minimum": 1},
            "options": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "default": {"title": "none"},
            },
        },
        "required": ["title", "people"],
    }


class Plain(Book):
    people: int = 2


def test_a_model_does_not_inherit_its_description() -> None:
    (param,) = Toolbox([Plain]).params
    function = param["function"]
    assert isinstance(function, dict)
    assert "description" not in function


RAW = {"type": "function", "function": {"name": "raw", "parameters": {"type": "object"}, "x": 1}, "y": 2}
HOSTED = {"type": "baseten__exa__web_search_exa"}


@pytest.mark.parametrize("made", [get_weather, Book])
def test_a_schema_is_made_once(made: ToolLike, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Toolbox([made]).params
    monkeypatch.setattr(BaseModel, "model_json_schema", None)
    assert Toolbox([made]).params == first


def test_dicts_are_sent_as_they_are() -> None:
    params = Toolbox([RAW, HOSTED, HOSTED, get_weather]).params
    assert params[:3] == [RAW, HOSTED, HOSTED]
    assert params[0] is RAW


def test_the_service_takes_every_kind_of_tool() -> None:
    tools = Toolbox([RAW, HOSTED, get_weather, find, Book]).params
    body = {"model": "org/m", "messages": [{"role": "user", "content": "x"}], "tools": tools}
    assert complaint(load(to_json(body)), server_tools=True, model_required=True) is None


def twice(x: int) -> int:
    return 2 * x


def test_a_plain_function_makes_a_tool_of_itself() -> None:
    toolbox = Toolbox([twice, functools.partial(get_weather.function, days=3)])
    assert toolbox.names == ["twice", "get_weather"]
    found = toolbox.tool("twice")
    assert found is not None
    read = toolbox.read(call("twice", '{"x": 4}'))
    assert isinstance(read, ParsedToolCall)
    assert read.parsed is not None
    assert found.run(read.parsed) == 8


def test_a_tool_is_run_with_awkward_names_too() -> None:
    def copy(json: str, _from: int, *, schema: str = "s") -> str:
        return f"{json} {_from} {schema}"

    made = Tool(copy)
    assert made.run(made.arguments.model_validate_json('{"json": "j", "_from": 1}')) == "j 1 s"


@pytest.mark.parametrize(
    "tools",
    [
        [twice, twice],
        [twice, {"type": "function", "function": {"name": "twice"}}],
        [{"type": "function", "function": {"name": "twice"}}, twice],
        [RAW, dict(RAW)],
        [Book, Tool(twice, name="Book")],
    ],
)
def test_two_tools_of_one_name_are_refused(tools: list[object]) -> None:
    with pytest.raises(ConfigurationError, match="two tools with the name"):
        Toolbox(tools)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("wrong", [3, "twice", {"type": "function"}, len, BaseModel])
def test_tools_that_are_no_list_are_refused(wrong: object) -> None:
    for take in (Toolbox, message_tools):
        with pytest.raises(ConfigurationError, match="tools must be a list of tools, such as"):
            take(wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("builtin", [dict, int, type])
def test_a_builtin_whose_arguments_nobody_knows_is_refused(builtin: type[object]) -> None:
    with pytest.raises(ConfigurationError, match=f"tool {builtin.__name__}"):
        Toolbox([builtin])


@pytest.mark.parametrize("wrong", [3, "twice", None, object()])
def test_what_is_no_tool_is_refused(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="is not a tool"):
        Toolbox([wrong])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="<lambda>"):
        Toolbox([lambda: 3])
    assert Tool(lambda: 3, name="three").name == "three"


def test_arguments_are_validated_into_the_model() -> None:
    toolbox = Toolbox([get_weather, Book, RAW])
    read = toolbox.read(call("Book", ' {"title": "T", "people": 2} '))
    assert isinstance(read, ParsedToolCall)
    assert read.parsed == Book(title="T", people=2)
    assert (read.id, read.name, read.arguments) == ("c1", "Book", ' {"title": "T", "people": 2} ')


@pytest.mark.parametrize("name", ["raw", "nobody"])
def test_calls_of_dicts_and_of_nobody_are_left_as_text(name: str) -> None:
    assert Toolbox([RAW]).read(call(name, "{oops")) == ParsedToolCall("c1", name, "{oops", None)


@pytest.mark.parametrize("arguments", ["", "  ", "{}"])
def test_no_arguments_are_none(arguments: str) -> None:
    @tool
    def now() -> str:
        return "now"

    read = Toolbox([now]).read(call("now", arguments))
    assert isinstance(read, ParsedToolCall)
    assert read.parsed is not None
    assert now.run(read.parsed) == "now"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ('{"title": "T", "people": 0}', "people: Input should be greater than or equal to 1"),
        ('{"title": "T"', "Invalid JSON"),
        ("[]", "value: "),
        ("", "title: Field required; people: Field required"),
    ],
)
def test_wrong_arguments_are_told_with_their_path_and_kept(arguments: str, why: str) -> None:
    completion = ChatCompletion.model_validate(
        {"choices": [{"message": {"tool_calls": [call("Book", arguments).model_dump()]}}]}
    )
    toolbox = Toolbox([Book])
    read = toolbox.read(call("Book", arguments))
    assert isinstance(read, BadArguments)
    assert why in read.problem
    with pytest.raises(ToolArgumentError, match="The arguments of the call of Book") as caught:
        toolbox.read_all(completion)
    assert (caught.value.tool, caught.value.arguments) == ("Book", arguments)
    assert caught.value.completion is completion


def test_arguments_of_a_model_under_another_name_are_its_instances() -> None:
    made = pydantic_function_tool(Book, name="reserve", description="Reserve it.")
    plain = pydantic_function_tool(Book)["function"]
    assert isinstance(plain, dict)
    assert made["function"] == {**plain, "name": "reserve", "description": "Reserve it."}
    assert Toolbox([Book]).params == [pydantic_function_tool(Book)]
    toolbox = Toolbox([pickle.loads(pickle.dumps(made))])
    read = toolbox.read(call("reserve", '{"title": "Emma", "people": 2}'))
    assert isinstance(read, ParsedToolCall)
    assert read.parsed == Book(title="Emma", people=2)
    assert toolbox.params == [made]
