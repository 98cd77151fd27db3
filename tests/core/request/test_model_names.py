"""How a `model=` is read, whoever uses it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.request.model_names import PREFIX, read_name


@pytest.mark.parametrize(
    ("name", "sent", "dedicated"),
    [
        ("abcd1234", "abcd1234", True),
        ("baseten/abcd1234", "abcd1234", True),
        ("1bcdefgh", "1bcdefgh", True),
        ("mistral7", "mistral7", True),
        ("openai/gpt-oss-120b", "openai/gpt-oss-120b", False),
        ("baseten/openai/gpt-oss-120b", "openai/gpt-oss-120b", False),
        ("baseten/openai/abcd1234", "openai/abcd1234", False),
        ("baseten/baseten/mymodel-4", "baseten/mymodel-4", False),
        ("baseten/baseten/abcd1234", "baseten/abcd1234", False),
        ("zai-org/GLM-5.3", "zai-org/GLM-5.3", False),
        ("baseten/mymodel-4", "baseten/mymodel-4", False),
        ("baseten/research", "baseten/research", False),
        ("baseten/12345678", "baseten/12345678", False),
        ("baseten/ABCD1234", "baseten/ABCD1234", False),
        ("baseten/abcd.234", "baseten/abcd.234", False),
        ("Baseten/abcd1234", "Baseten/abcd1234", False),
        ("baseten/", "baseten/", False),
        ("baseten//", "baseten//", False),
        ("baseten//x", "baseten//x", False),
        ("baseten/openai/", "baseten/openai/", False),
        ("baseten", "baseten", False),
        ("research", "research", False),
        ("12345678", "12345678", False),
        ("ABCD1234", "ABCD1234", False),
        ("Abcd1234", "Abcd1234", False),
        ("abcd123", "abcd123", False),
        ("abcd12345", "abcd12345", False),
        ("abcd_123", "abcd_123", False),
        ("abcd123\n", "abcd123\n", False),
        ("abcd1234\n", "abcd1234\n", False),
        ("abcdefg\u0663", "abcdefg\u0663", False),  # a digit, but not of ours
        (" abcd1234", " abcd1234", False),
        ("", "", False),
    ],
)
def test_a_name_is_read_by_its_form(name: str, sent: str, dedicated: bool) -> None:
    assert read_name(name) == (sent, dedicated)


@given(st.text(string.ascii_letters + string.digits + "/-._é", max_size=12))
def test_only_an_id_is_dedicated_and_only_the_prefix_is_ever_dropped(name: str) -> None:
    sent, dedicated = read_name(name)
    assert name in (sent, PREFIX + sent)
    assert dedicated == (
        len(sent) == 8
        and set(sent) <= set(string.ascii_lowercase + string.digits)
        and bool(set(sent) & set(string.digits))
        and bool(set(sent) & set(string.ascii_lowercase))
    )
