"""Names of parameters that another library passes on: a misspelled one is refused, since a server would ignore it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .. import InvalidRequestError
from ..types.params import SamplingParams

KNOWN = frozenset(SamplingParams.__optional_keys__) | {
    "chat_template_kwargs",
    "guided_choice",
    "guided_grammar",
    "guided_json",
    "guided_regex",
    "messages",
    "model",
    "prompt_logprobs",
    "response_format",
    "return_token_ids",
    "stop_sequences",
    "stream",
    "stream_usage",
    "tool_choice",
    "tools",
}
"""Parameters of the client, and others that engines take."""

ALIKE = 0.84
"""How similar a name is to the one that was probably meant: `temprature` is similar, `top_k` is another name."""


def check_names(names: Iterable[str], own: Iterable[str] = ()) -> None:
    """Refuse a name that resembles a known one. Others are parameters of some engine.

    Args:
        own: Further known names.

    Raises:
        InvalidRequestError: A name is misspelled.
    """
    known = KNOWN.union(own)
    for name in names:
        meant = [] if name in known else get_close_matches(name, known, 1, ALIKE)
        if meant:
            raise InvalidRequestError(
                f"There is no parameter {name!r}. Did you mean {meant[0]!r}? If the engine does have it, pass it in "
                "extra_body={...}."
            )
