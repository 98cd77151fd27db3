"""What is put together of validated parts is what pydantic makes of the same fields."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given, strategies as st

from baseten_sdk._core.chat.assemble import assemble, assemble_choice
from baseten_sdk.types.chat import ChatCompletion, Choice

HEADS = st.fixed_dictionaries(
    {"id": st.text(), "created": st.integers(0), "model": st.text()},
    optional={"service_tier": st.text(), "system_fingerprint": st.text()},
)
UNKNOWN = "surplus"
TEXTS = st.dictionaries(st.sampled_from(["content", "refusal", "reasoning_content"]), st.text())
STOPS = st.none() | st.integers() | st.text()


@st.composite
def choices(draw: st.DrawFn) -> tuple[Choice, dict[str, object]]:
    """A choice that is put together, and the same as plain values."""
    index, role, texts = draw(st.integers(0, 9)), draw(st.text()), draw(TEXTS)
    finish_reason, stop_reason = draw(st.none() | st.sampled_from(["stop", "length", "other"])), draw(STOPS)
    plain: dict[str, object] = {"index": index, "message": {**texts, "role": role}, "finish_reason": finish_reason}
    if stop_reason is not None:
        plain["stop_reason"] = stop_reason
    content, refusal, reasoning = (texts.get(name) for name in ("content", "refusal", "reasoning_content"))
    return assemble_choice(index, role, content, refusal, reasoning, finish_reason, stop_reason), plain


@given(HEADS, st.lists(choices(), min_size=1, max_size=3))
def test_it_is_the_completion_that_would_be_validated(
    head: dict[str, object], drawn: list[tuple[Choice, dict[str, object]]]
) -> None:
    made = assemble(head, [choice for choice, _ in drawn])
    wanted = ChatCompletion.model_validate({**head, "choices": [plain for _, plain in drawn], "usage": None})
    assert made == wanted
    assert repr(made) == repr(wanted)
    assert made.model_dump_json(exclude_unset=True) == wanted.model_dump_json(exclude_unset=True)
    assert made.model_fields_set == wanted.model_fields_set
    assert [each.model_fields_set for each in made.choices] == [each.model_fields_set for each in wanted.choices]
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == wanted


def test_nothing_is_shared_with_the_next_one() -> None:
    choice = assemble_choice(0, "assistant", "a", None, None, None, None)
    first, second = (assemble({"id": "c"}, [choice]) for _ in range(2))
    first.id = "d"
    setattr(first, UNKNOWN, 1)
    assert (second.id, second.model_extra) == ("c", {})
