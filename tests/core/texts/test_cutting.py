"""Texts are cut into parts that keep to the limits, in their order, and no more are read than that takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.texts.cutting import BadText, Cutting, Part, TruncationDirection, texts_of
from baseten_sdk.errors import ConfigurationError, InvalidRequestError

HALF = "\ud83d"


def whole(parts: list[Part | BadText]) -> list[Part]:
    assert all(isinstance(part, Part) for part in parts)
    return [part for part in parts if isinstance(part, Part)]


@given(
    st.lists(st.text(min_size=1, max_size=20).filter(lambda text: HALF not in text), max_size=60),
    st.integers(1, 9),
    st.none() | st.integers(20, 50),
    st.none() | st.integers(40, 99),
)
def test_the_parts_together_are_the_texts_and_each_keeps_to_the_limits(
    texts: list[str], most: int, chars: int | None, tokens: int | None
) -> None:
    parts = whole([*Cutting(most, chars, tokens).parts(texts)])
    assert [text for part in parts for text in part.texts] == texts
    assert [index for part in parts for index in part.indices] == list(range(len(texts)))
    for part in parts:
        assert 1 <= len(part.texts) <= most
        assert chars is None or sum(map(len, part.texts)) <= chars
        assert tokens is None or len("".join(part.texts).encode()) * 0.5 <= tokens


def test_parts_are_as_large_as_the_limits_allow() -> None:
    parts = whole([*Cutting(4, 10).parts(["aaaa", "bbbb", "cc", "d", "e", "f", "g", "h"])])
    assert [part.texts for part in parts] == [["aaaa", "bbbb", "cc"], ["d", "e", "f", "g"], ["h"]]


def test_an_iterator_is_read_as_far_as_the_next_part_needs() -> None:
    read: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(1_000_000):
            read.append(number)
            yield f"{number}"

    parts = Cutting(8).parts(texts())
    next(parts)
    next(parts)
    assert len(read) == 16


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"texts\[2\] is empty"),
        (3, r"texts\[2\] must be a text, not int"),
        (None, r"texts\[2\] must be a text, not NoneType"),
        (b"bytes", r"texts\[2\] must be a text, not bytes"),
        (HALF, r"texts\[2\] holds half of a surrogate pair"),
        ("x" * 41, r"texts\[2\] has 41 characters, more than max_chars=40. Pass truncate=True"),
        ("é" * 30, r"texts\[2\] has about 30 tokens, more than max_tokens=25"),
    ],
)
def test_a_text_that_cannot_be_sent_is_told_by_its_position_and_the_others_are_sent(text: object, problem: str) -> None:
    texts = ["a", "b", text, "c"]
    first, bad, last = Cutting(None, 40, 25).parts(texts)
    assert isinstance(first, Part)
    assert isinstance(last, Part)
    assert (first.start, first.texts, last.start, last.texts) == (0, ["a", "b"], 3, ["c"])
    assert isinstance(bad, BadText)
    assert bad.index == 2
    with pytest.raises(InvalidRequestError, match=problem):
        raise bad.error
    with pytest.raises(InvalidRequestError, match=problem):
        Cutting(None, 40, 25).check(texts)


@pytest.mark.parametrize(
    ("end", "chars", "tokens", "sent"),
    [
        ("Right", 4, None, "abcd"),
        ("Left", 4, None, "efgh"),
        ("Right", None, 2, "abcd"),
        ("Left", None, 2, "efgh"),
    ],
)
def test_a_long_text_is_cut_at_the_end_that_was_asked_for(
    end: TruncationDirection, chars: int | None, tokens: int | None, sent: str
) -> None:
    cutting = Cutting(None, chars, tokens, end)
    cutting.check(["abcdefgh"])
    (part,) = whole([*cutting.parts(["abcdefgh"])])
    assert part.texts == [sent]


@pytest.mark.parametrize("end", ["Left", "Right"])
def test_no_character_is_cut_in_two(end: TruncationDirection) -> None:
    (part,) = whole([*Cutting(None, None, 3, end).parts(["€€€€"])])
    assert part.texts == ["€€"]


def test_the_estimate_of_tokens_learns_from_replies() -> None:
    cutting = Cutting(None, None, 10)
    texts = ["a" * 20] * 3
    first = next(cutting.parts(texts[:1]))
    assert isinstance(first, Part)
    assert first.size == 20
    cutting.learn(first, 5)
    assert len(whole([*cutting.parts(texts)])[0].texts) == 2
    cutting.learn(first, 10)
    assert len(whole([*cutting.parts(texts)])[0].texts) == 1


@pytest.mark.parametrize("limits", [(0, None, None), (None, 0, None), (None, None, -1), (True, None, None)])
def test_a_limit_is_a_number_of_one_or_more(limits: tuple[int | None, int | None, int | None]) -> None:
    with pytest.raises(ConfigurationError, match="must be an integer of at least 1"):
        Cutting(*limits)


@pytest.mark.parametrize("given", ["one text", b"bytes", [], ()])
def test_texts_are_several(given: object) -> None:
    with pytest.raises(InvalidRequestError, match="texts must"):
        texts_of(given)
