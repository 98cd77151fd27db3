"""Forms read back by the standard library's parser of mail, which shares nothing with the encoder."""

from __future__ import annotations

import io
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.request.multipart import FileInput, Files, encode_multipart
from baseten_sdk.errors import InvalidRequestError

BOUNDARY = "0123456789abcdef0123456789abcdef"


def parts_of(content_type: str, body: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The header lines of each part by name, and its content, byte for byte."""
    message = message_from_bytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=policy.HTTP.clone(utf8=True)
    )
    assert isinstance(message, EmailMessage)
    assert message.is_multipart()
    assert not message.defects
    boundary = message.get_boundary()
    assert boundary is not None
    chunks = body.split(b"--" + boundary.encode())
    assert chunks[0] == b""
    assert chunks[-1] == b"--\r\n"
    found: list[tuple[dict[str, str], bytes]] = []
    for part, chunk in zip(message.iter_parts(), chunks[1:-1], strict=True):
        head, _, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert len(headers) == len(lines)
        assert {name.lower() for name in headers} == {name.lower() for name in part}
        found.append((headers, content.removesuffix(b"\r\n")))
    return found


def test_fields_and_files_are_written_as_rfc_7578_says() -> None:
    content_type, body = encode_multipart(
        {"model": "whisper", "n": 2, "t": 0.5, "stream": True, "tags": ["a", "b"], "none": []},
        {"file": ("é.wav", b"\x00\r\n--x", "audio/wav")},
        BOUNDARY,
    )
    assert content_type == f"multipart/form-data; boundary={BOUNDARY}"
    fields = [
        ("model", b"whisper"),
        ("n", b"2"),
        ("t", b"0.5"),
        ("stream", b"true"),
        ("tags", b"a"),
        ("tags", b"b"),
    ]
    assert parts_of(content_type, body) == [
        *(({"Content-Disposition": f'form-data; name="{name}"'}, value) for name, value in fields),
        (
            {
                "Content-Disposition": 'form-data; name="file"; filename="é.wav"',
                "Content-Type": "audio/wav",
            },
            b"\x00\r\n--x",
        ),
    ]


NAMES = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('"\r\n\\;=:\0 é')), min_size=1)


@given(
    st.lists(
        st.tuples(NAMES, st.text(st.characters(exclude_categories=["Cs"]))),
        max_size=3,
        unique_by=lambda x: x[0],
    ),
    st.lists(st.tuples(NAMES, NAMES, st.binary()), max_size=3),
)
def test_no_name_or_content_breaks_out_of_its_place(
    fields: list[tuple[str, str]], files: list[tuple[str, str, bytes]]
) -> None:
    content_type, body = encode_multipart(
        dict(fields), [(name, (filename, content, "text/x")) for name, filename, content in files], BOUNDARY
    )
    if not fields and not files:
        assert body == f"--{BOUNDARY}--\r\n".encode()
        return
    found = parts_of(content_type, body)
    assert [content for _, content in found] == [
        *(value.encode() for _, value in fields),
        *(content for _, _, content in files),
    ]
    names: list[tuple[str, ...]] = [
        *((name,) for name, _ in fields),
        *((name, filename) for name, filename, _ in files),
    ]
    for (headers, _), expected in zip(found, names, strict=True):
        disposition = headers["Content-Disposition"]
        pattern = 'form-data; name="([^"\r\n]+)"' + '; filename="([^"\r\n]+)"' * (len(expected) - 1)
        match = re.fullmatch(pattern, disposition)
        assert match is not None
        assert tuple(map(unquote, match.groups())) == tuple(map(unquote, expected))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', "a%22b"),
        ("a\r\nX: y", "a%0D%0AX: y"),
        ("a\\", "a%5C"),
        ("a\0", "a%00"),
        ("a%22", "a%22"),
        ("é😀", "é😀"),
    ],
)
def test_a_name_is_escaped_as_browsers_do(name: str, written: str) -> None:
    _, body = encode_multipart({name: "x"}, {name: (name, b"y")}, BOUNDARY)
    assert body.count(f'name="{written}"\r\n'.encode()) == 2
    assert f'; name="{written}"; filename="{written}"\r\n'.encode() in body


def written_head(file: FileInput) -> str:
    _, body = encode_multipart({}, {"f": file}, BOUNDARY)
    head, _, content = body.partition(b"\r\n\r\n")
    assert content.startswith(b"abc\r\n")
    return head.decode().partition("filename=")[2]


def test_each_form_of_a_file_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"abc")
    with path.open("rb") as opened:
        assert written_head(opened) == '"note.txt"\r\nContent-Type: text/plain'
    with path.open("rb") as opened:
        assert written_head(("x.json", opened)) == '"x.json"\r\nContent-Type: application/json'
    assert written_head(b"abc") == '"upload"\r\nContent-Type: application/octet-stream'
    assert written_head(io.BytesIO(b"abc")) == '"upload"\r\nContent-Type: application/octet-stream'
    assert written_head(("a.png", b"abc")) == '"a.png"\r\nContent-Type: image/png'
    assert written_head(("a.tar.gz", b"abc")) == '"a.tar.gz"\r\nContent-Type: application/octet-stream'
    assert written_head(("a", b"abc", "text/x; charset=utf-8")) == '"a"\r\nContent-Type: text/x; charset=utf-8'


@pytest.mark.parametrize(
    "file",
    ["text", io.StringIO("text"), None, 5, ("a",), ("a", "text"), ("a", b"x", "text/x\r\nX: y"),
     ("a", b"x", 5), ("", b"x"), (5, b"x"), ("\ud800", b"x"), ("a", b"x", "b", "c")],
)  # fmt: skip
def test_what_is_no_file_is_refused_by_name(file: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^files\['audio'\]"):
        encode_multipart({}, {"audio": file}, BOUNDARY)  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [None, b"x", {"a": 1}, float("nan"), [1], ["\ud800"], "\ud800", object()])
def test_what_is_no_field_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^data\['n'\]"):
        encode_multipart({"n": value}, {}, BOUNDARY)  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["", "\ud800"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"^data\["):
        encode_multipart({name: "x"}, {}, BOUNDARY)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ("cat.png", "not str"),
        (b"bytes", "not bytes"),
        (Path("cat.png"), "not PosixPath"),
        (io.BytesIO(b"x"), "not BytesIO"),
        (3, "not int"),
        ([b"a", b"b"], "not a list of other items"),
        ([("name", b"a"), ("name",)], "not a list of other items"),
        ([("name", "file.txt", b"a", "text/plain")], "not a list of other items"),
        ([io.BytesIO(b"x")], "not a list of other items"),
    ],
)
def test_files_of_another_shape_are_refused(files: Files, told: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        encode_multipart({}, files, BOUNDARY)
    assert str(caught.value).startswith("files must be a mapping of names to files, such as files={")
    assert str(caught.value).endswith(f"pairs, {told}.")


def test_pairs_may_come_from_anything_that_can_be_iterated() -> None:
    given: dict[str, FileInput] = {"a": b"1", "b": b"2"}
    assert encode_multipart({}, given, BOUNDARY) == encode_multipart({}, given.items(), BOUNDARY)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    closed = io.BytesIO(b"x")
    closed.close()
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"\xff")
    with latin.open(encoding="utf-8") as text:
        for file, problem in ((Broken(), "Input/output error"), (closed, "closed file"), (text, "can't decode")):
            with pytest.raises(InvalidRequestError, match=rf"^files\['photo'\] cannot be read: .*{problem}"):
                encode_multipart({}, {"photo": file}, BOUNDARY)  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("path", ["cat.png", Path("cat.png")])
def test_a_path_is_no_file_yet(path: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"files\['photo'\]: .* Open it: open\(path, 'rb'\)"):
        encode_multipart({}, {"photo": path}, BOUNDARY)  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("data", ["a=b", [("a", "b")], 3])
def test_data_is_a_mapping(data: dict[str, str]) -> None:
    with pytest.raises(InvalidRequestError, match="data must be a mapping of names to values, not"):
        encode_multipart(data, {}, BOUNDARY)


def test_a_boundary_has_to_be_good_and_absent_from_the_content() -> None:
    with pytest.raises(InvalidRequestError, match="occurs in the content"):
        encode_multipart({"a": f"x\r\n--{BOUNDARY}--"}, {}, BOUNDARY)
    for boundary in ("", "a" * 71, "a\r\nb", 'a"b', "é", "a b"):
        with pytest.raises(InvalidRequestError, match="boundary must be"):
            encode_multipart({"a": "x"}, {}, boundary)
    content_type, body = encode_multipart({"a": "x"}, {}, "a:b=c")
    assert content_type == 'multipart/form-data; boundary="a:b=c"'
    assert len(parts_of(content_type, body)) == 1
