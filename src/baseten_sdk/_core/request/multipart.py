"""Forms with files as `multipart/form-data` (RFC 7578).

Owns the format. It must not know where a form is sent.

Names and filenames are written as browsers do: UTF-8, with `"`, CR and LF percent-encoded. Backslashes and other
control characters are percent-encoded too, because some parsers read a backslash as an escape. So no name can end its
quotes or start a header.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import IO, TypeAlias

from ..._numbers import as_list
from ...errors import InvalidRequestError
from .headers import check_header

FileContent: TypeAlias = bytes | IO[bytes]

FileInput: TypeAlias = FileContent | tuple[str, FileContent] | tuple[str, FileContent, str]
"""A file: its content, `(filename, content)` or `(filename, content, content_type)`.

Content is bytes or an open binary file, which is read to its end.
"""

FieldInput: TypeAlias = str | int | float | bool | Sequence[str]
"""The value of a field. A sequence repeats the field."""

Files: TypeAlias = Mapping[str, FileInput] | Sequence[tuple[str, FileInput]]

BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=?]{1,70}")
TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')
NAMELESS = "upload"
ANY_TYPE = "application/octet-stream"


def encode_multipart(fields: Mapping[str, FieldInput], files: Files, boundary: str) -> tuple[str, bytes]:
    """Return the content type and the body of a form.

    Args:
        fields: Plain fields, sent first.
        files: Files by field name. A sequence of pairs may repeat a name.
        boundary: Separates the parts. Must be unguessable, such as 32 random hex digits.

    Raises:
        InvalidRequestError: A name, value or file cannot be sent, or the boundary occurs in the content.
    """
    if not BOUNDARY.fullmatch(boundary):
        raise InvalidRequestError("The boundary must be 1 to 70 letters, digits and marks of RFC 2046.")
    delimiter = b"--" + boundary.encode("ascii")
    chunks: list[bytes] = []
    for head, content in _parts(fields, files):
        if delimiter in content:
            raise InvalidRequestError("The boundary occurs in the content of the form; choose another.")
        chunks += (delimiter, b"\r\n", head, b"\r\n\r\n", content, b"\r\n")
    chunks += (delimiter, b"--\r\n")
    # In a boundary, characters such as ':' or '=' are allowed only between quotes.
    value = boundary if boundary.isalnum() else f'"{boundary}"'
    return f"multipart/form-data; boundary={value}", b"".join(chunks)


def _parts(fields: Mapping[str, FieldInput], files: Files) -> Iterator[tuple[bytes, bytes]]:
    if not isinstance(fields, Mapping):
        raise InvalidRequestError(f"data must be a mapping of names to values, not {type(fields).__name__}.")
    for name, value in fields.items():
        where = f"data[{_shown(name)}]"
        head = _disposition(name, where)
        for text in _texts(value, where):
            yield head, text
    for field, file in _pairs(files):
        where = f"files[{_shown(field)}]"
        filename, content, content_type = _file(file, where)
        head = _disposition(field, where) + b'; filename="' + _escaped(filename, where) + b'"'
        yield head + b"\r\nContent-Type: " + content_type.encode("ascii"), content


def _pairs(files: object) -> Iterable[tuple[object, object]]:
    """Return names and files.

    Raises:
        InvalidRequestError: They are neither a mapping nor pairs.
    """
    if isinstance(files, Mapping):
        return files.items()
    found = type(files).__name__
    files = as_list(files)
    if (
        isinstance(files, Iterable)
        and not isinstance(files, str | bytes | bytearray | memoryview)
        and not hasattr(files, "read")
    ):
        given = list(files)
        pairs = [(each[0], each[1]) for each in given if isinstance(each, tuple | list) and len(each) == 2]
        if len(pairs) == len(given):
            return pairs
        found = f"a {found} of other items"
    raise InvalidRequestError(
        'files must be a mapping of names to files, such as files={"image": open("cat.png", "rb")}, or a list of '
        f"(name, file) pairs, not {found}."
    )


def _disposition(name: object, where: str) -> bytes:
    return b'Content-Disposition: form-data; name="' + _escaped(name, where) + b'"'


def _shown(name: object) -> str:
    return reprlib.repr(name) if isinstance(name, str) else f"a {type(name).__name__}"


def _escaped(name: object, where: str) -> bytes:
    if not isinstance(name, str) or not name:
        raise InvalidRequestError(f"{where}: a name must be text that is not empty.")
    return _utf8(TO_ESCAPE.sub(lambda found: f"%{ord(found[0]):02X}", name), where)


def _utf8(text: str, where: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequestError(f"{where}: the text holds half of a surrogate pair.") from None


def _texts(value: object, where: str) -> Iterator[bytes]:
    value = as_list(value)
    match value:
        case str():
            yield _utf8(value, where)
        case bool():
            yield b"true" if value else b"false"
        case int():
            try:
                yield int.__repr__(value).encode("ascii")
            except ValueError:
                raise InvalidRequestError(f"{where}: the integer has too many digits.") from None
        case float() if math.isfinite(value):
            yield float.__repr__(value).encode("ascii")
        case list() | tuple():
            for index, each in enumerate(value):
                if not isinstance(each, str):
                    raise InvalidRequestError(f"{where}[{index}] must be str, not {type(each).__name__}.")
                yield _utf8(each, f"{where}[{index}]")
        case _:
            raise InvalidRequestError(
                f"{where} must be text, a finite number, a boolean or a list of texts,"
                f" not {type(value).__name__}; bytes go into files=."
            )


def _file(file: object, where: str) -> tuple[object, bytes, str]:
    """Return the name, content and content type of a file."""
    match file:
        case (filename, content):
            content_type = None
        case (filename, content, content_type):
            pass
        case _:
            filename, content, content_type = _own_name(file), file, None
    if content_type is None:
        import mimetypes

        guessed, encoding = mimetypes.guess_type(filename) if isinstance(filename, str) else (None, None)
        content_type = guessed if guessed and not encoding else ANY_TYPE
    return filename, _read(content, where), check_header("Content-Type", content_type, where)


def _own_name(file: object) -> str:
    """Return the base name of an open file, or a neutral name if it has none."""
    name = getattr(file, "name", None)
    return (PurePath(name).name if isinstance(name, str) else "") or NAMELESS


def _read(content: object, where: str) -> bytes:
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    read = getattr(content, "read", None)
    if not callable(read):
        hint = " Open it: open(path, 'rb')." if isinstance(content, str | PurePath) else ""
        raise InvalidRequestError(
            f"{where}: the content must be bytes or a file opened in binary mode, not {type(content).__name__}.{hint}"
        )
    try:
        data = read()
    except (OSError, ValueError) as error:  # ValueError: the file is closed, or text that cannot be decoded
        raise InvalidRequestError(f"{where} cannot be read: {error}.") from error
    if not isinstance(data, bytes):
        raise InvalidRequestError(
            f"{where}: reading gave {type(data).__name__}, not bytes. Open the file in binary mode."
        )
    return data
