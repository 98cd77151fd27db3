"""Asks a model for an object and reads its answer, by the three methods of `with_structured_output`."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from langchain_core.messages import AIMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.base import BaseGenerationOutputParser, BaseOutputParser
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import BaseModel

from ..schemas import format_for

Method: TypeAlias = Literal["json_schema", "function_calling", "json_mode"]

Parser: TypeAlias = "BaseOutputParser[Any] | BaseGenerationOutputParser[Any]"
"""The output of LangChain's parsers is not typed."""


def response_format(schema: Mapping[str, object] | type, *, strict: bool | None) -> Mapping[str, object]:
    """Return the `response_format` that holds a model to a schema.

    Args:
        schema: A pydantic class, a TypedDict, a JSON schema or an OpenAI function.
        strict: Hold the model to it; None does so where strict mode can express it.

    Raises:
        InvalidRequestError: Strict mode cannot express it, and was asked for.
    """
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return format_for(schema, strict=strict)
    function: dict[str, object] = convert_to_openai_tool(schema, strict=strict)["function"]
    body = {"name": function["name"], "schema": function.get("parameters", {})}
    if strict:
        body["strict"] = True
    return {"type": "json_schema", "json_schema": body}


def is_old_pydantic(schema: object) -> bool:
    """Whether a schema is a model of pydantic 1, which this package's schemas do not know."""
    return isinstance(schema, type) and is_basemodel_subclass(schema) and not issubclass(schema, BaseModel)


def tools_parser(schema: Mapping[str, object] | type) -> Parser:
    """Return what reads the object from the arguments of a call."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return PydanticToolsParser(tools=[schema], first_tool_only=True)
    return JsonOutputKeyToolsParser(key_name=function_name(schema), first_tool_only=True)


def text_parser(schema: Mapping[str, object] | type | None) -> Parser:
    """Return what reads the object from the text of an answer."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return PydanticOutputParser(pydantic_object=schema)
    return JsonOutputParser()


def function_name(schema: Mapping[str, object] | type) -> str:
    """Return the name under which a schema is offered as a tool."""
    name: str = convert_to_openai_tool(schema)["function"]["name"]
    return name


def with_raw(model: Runnable[Any, AIMessage], parser: Parser) -> Runnable[Any, Any]:
    """Return the answer beside the object, and beside what kept it from being read."""
    parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
    unread = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | parsed.with_fallbacks([unread], exception_key="parsing_error")
