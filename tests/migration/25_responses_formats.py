"""Formats as dicts, and a text without one."""

import json

from openai import OpenAI

schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}

with OpenAI() as client:
    structured = client.responses.create(
        model="openai/gpt-oss-120b",
        input="Answer as JSON",
        text={"format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}},
    )
    print(json.loads(structured.output_text))
    plain = client.responses.create(
        model="openai/gpt-oss-120b", input='A JSON object with the key "city"', text={"format": {"type": "json_object"}}
    )
    print(sorted(json.loads(plain.output_text)))
