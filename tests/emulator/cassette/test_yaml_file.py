"""Cassettes as files: every byte comes back, and what cannot be read is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.emulator.cassette.interaction import Interaction, ReceivedReply, SentRequest, TimedPiece
from baseten_sdk.emulator.cassette.yaml_file import read, write
from baseten_sdk.errors import ConfigurationError

TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
JSON_TEXTS = [
    b'{"a":1,"b":[1.0,"\xc3\xa9"]}',
    b'{"a": 1, "b": [1.0, "\xc3\xa9"]}',
    b'{"a":"\\u00e9 \\ud83d\\ude00"}',
    b'{"a": "\\u00e9"}',
    b'{"a":1,"a":2}',
    b'{"a":  1}',
    b'{"half":"\\ud83d"}',
    b"[1e5, 100000.0]",
    b'{"date": "2026-01-01", "yes": "no", "null": "~"}',
    b"{broken",
    b"null",
]
BODIES = st.one_of(
    st.binary(max_size=30), WORDS.map(str.encode), st.sampled_from(JSON_TEXTS), st.just(b"data: {}\r\n\r\n: x\n\n")
)
SECONDS = st.integers(0, 10_000).map(lambda number: number / 1000)
PIECES = st.lists(st.builds(TimedPiece, SECONDS, BODIES), max_size=4).map(tuple)
HEADERS = st.dictionaries(WORDS, WORDS, max_size=2)
REPLIES = st.one_of(
    st.builds(ReceivedReply, st.integers(200, 599), HEADERS, SECONDS, PIECES, st.just(True)),
    st.builds(
        ReceivedReply,
        st.integers(200, 599),
        HEADERS,
        SECONDS,
        BODIES.map(lambda body: (TimedPiece(0.0, body),) if body else ()),
        st.just(False),
        st.sampled_from(["complete", "cut", "left"]),
    ),
)
BODIES_ASKED = st.one_of(JSON_VALUES, st.binary(min_size=1, max_size=20))
REQUESTS = st.builds(SentRequest, st.sampled_from(["GET", "POST"]), WORDS, HEADERS, BODIES_ASKED)


@given(st.lists(st.builds(Interaction, REQUESTS, REPLIES), max_size=3))
def test_every_byte_of_a_reply_comes_back(
    tmp_path_factory: pytest.TempPathFactory, interactions: list[Interaction]
) -> None:
    path = tmp_path_factory.mktemp("cassettes") / "some.yaml"
    write(path, interactions)
    found = read(path)
    assert [each.reply for each in found] == [each.reply for each in interactions]
    assert [(each.request.method, each.request.path, each.request.query) for each in found] == [
        (each.request.method, each.request.path, each.request.query) for each in interactions
    ]


REPLY = ReceivedReply(
    200,
    {"content-type": "text/event-stream"},
    0.2134,
    (TimedPiece(0.01, b'data: {"n":1}\n\n'), TimedPiece(0.0204, b"data: [DONE]\n\n")),
    True,
)
CHAT = SentRequest(
    "POST", "/v1/chat/completions", {}, {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}
)


def test_a_person_can_read_it(tmp_path: Path) -> None:
    write(tmp_path / "some.yaml", [Interaction(CHAT, REPLY)])
    text = (tmp_path / "some.yaml").read_text()
    digest = text.partition("digest: ")[2].partition("\n")[0]
    assert text == (
        "# Replies of the service, recorded by baseten-sdk. To record them again: pytest --baseten-record=all\n"
        "version: 1\n"
        f"digest: {digest}\n"
        "---\n"
        "request:\n"
        "  method: POST\n"
        "  path: /v1/chat/completions\n"
        "  body:\n"
        "    model: a/b\n"
        "    messages:\n"
        "    - role: user\n"
        "      content: Hi\n"
        "reply:\n"
        "  status: 200\n"
        "  seconds: 0.213\n"
        "  headers:\n"
        "    content-type: text/event-stream\n"
        "  pieces: 15@0.010 14@0.020\n"
        "  text: |+\n"
        '    data: {"n":1}\n'
        "\n"
        "    data: [DONE]\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("left_out", "change", "problem"),
    [
        ("", ('"n":1', '"n":2'), "was edited after it was recorded"),
        ("", ("version: 1", "version: 2"), "has version 2, and this package reads version 1"),
        ("", ("version: 1", "model: 1"), "is not a cassette"),
        ("", ("version: 1", "version: {"), "is not a cassette"),
        ("digest", ("status: 200", "status: two hundred"), "in interaction 1: reply.status"),
        ("digest", ("  status: 200\n", ""), "in interaction 1: reply.status"),
        ("digest", ("method:", "verb:"), "in interaction 1: request"),
        ("digest", ("15@0.010", "15"), "in interaction 1: could not convert"),
        ("digest", ("14@0.020", "13@0.020"), "the pieces have 28 bytes, and the text has 29"),
        ("digest", ("reply:", "reply: {"), "in interaction 1: while parsing"),
        ("digest", ("    model: a/b", "    [1]: a/b"), "in interaction 1"),
        ("digest", ("    model: a/b", "    1: a/b"), "in interaction 1: request.body"),
        ("digest", ("    model: a/b", "    model: &own [*own]"), "in interaction 1"),
        ("digest", ("    model: a/b", "    model: !!python/name:os.system"), "in interaction 1"),
    ],
)
def test_what_was_edited_or_is_another_thing_is_named(
    tmp_path: Path, left_out: str, change: tuple[str, str], problem: str
) -> None:
    path = tmp_path / "some.yaml"
    write(path, [Interaction(CHAT, REPLY)])
    edit(path, left_out, change)
    with pytest.raises(ConfigurationError, match=r"some\.yaml") as caught:
        read(path)
    assert problem in str(caught.value)


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]", "\x00"])
def test_another_file_is_no_cassette(tmp_path: Path, text: str) -> None:
    (tmp_path / "some.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"some\.yaml is not a cassette"):
        read(tmp_path / "some.yaml")


def test_an_edit_that_is_meant_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    write(path, [Interaction(CHAT, REPLY)])
    edit(path, "digest", ('"n":1', '"n":2'))
    assert read(path)[0].reply.pieces[0].data == b'data: {"n":2}\n\n'


def edit(path: Path, left_out: str, change: tuple[str, str]) -> None:
    """Change a text in the file, and leave out the line of a field."""
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not left_out or not line.startswith(f"{left_out}:")]
    path.write_text("".join(kept).replace(*change))


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_a_new_file_is_its_owners_alone_and_one_that_exists_keeps_mode_and_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    write(path, [])
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    link.symlink_to(path)
    write(link, [])
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.yaml", "link.yaml"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path / "file" / "some.yaml", [])
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path)
