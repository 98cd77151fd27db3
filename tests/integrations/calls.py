"""Arguments of tool calls as models write them, and which of them may be run."""

from __future__ import annotations

CUT = {
    "in a string": '{"q": "ann',
    "in an escape": '{"q": "ann\\',
    "in an escaped letter": '{"q": "\\u00',
    "after a key": '{"q"',
    "after a value": '{"q": "anna"',
    "in a list": '{"q": ["anna", "ber',
    "at the first brace": "{",
    "in a number": '{"limit": 1',
    "before a brace in a string": '{"q": "}',
}
BROKEN = {
    "single quotes": "{'q': 'anna'}",
    "text behind": '{"q": "anna"} and more',
    "a list": '["anna"]',
    "a string": '"anna"',
    "words": "anna",
}
WHOLE = {
    "an object": ('{"q": "anna"}', {"q": "anna"}),
    "a brace in a string": ('{"q": "}{]["}', {"q": "}{]["}),
    "nothing": ("", {}),
    "null": ("null", {}),
    "null among blanks": (" null\n", {}),
    "no arguments": ("{}", {}),
    "a line break in a string": ('{"q": "a\nb"}', {"q": "a\nb"}),
}
