"""The manifest, a file beside the output: a resumed batch is compared with it before anything is sent.

It identifies a batch by its source and the first row's call: its settings in full, what it asks as a digest. Rows
usually share their settings. If they do not, those of the first row count for all. It holds no secrets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json, to_json

from ..._runs.durable import read_regular
from ..._runs.replacement import replace
from ..._secrets import with_secrets_hidden
from ..._version import __version__
from ...errors import BatchMismatchError, BatchOutputError
from ...types.json import JsonValue
from ..calls.call import Call
from .line_file import output_errors

SUFFIX = ".manifest.json"

HEAD = 64 * 1024
"""Bytes of the beginning of a file that identify it. The file may grow between runs."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What identifies a batch.

    Attributes:
        source: The identity of the source.
        settings: The settings of the first row's call. None if there was no row, or it made no call.
        first: The first row's key and the digest of what its call asks. None in the same cases.
        fingerprint: What the program passed as `fingerprint=`.
    """

    source: Mapping[str, object]
    settings: Mapping[str, object] | None
    first: tuple[str, str] | None
    fingerprint: str | None = None

    @property
    def head(self) -> int:
        """How many bytes of the beginning of the source it knows."""
        size = self.source.get("bytes")
        return size if isinstance(size, int) else HEAD

    def differences(self, earlier: Manifest) -> list[str]:
        """Return what has changed since an earlier run, in words."""
        found: list[str] = []
        if self.source and earlier.source and self.source != earlier.source:
            found.append(f"the input was {_describe(earlier.source)} and is now {_describe(self.source)}")
        if self.fingerprint != earlier.fingerprint:
            found.append("fingerprint has changed")
        if self.settings is not None and earlier.settings is not None:
            for name in sorted({*self.settings, *earlier.settings}):
                before, now = earlier.settings.get(name), self.settings.get(name)
                if before != now:
                    found.append(f"{name} was {_brief(before)} and is now {_brief(now)}")
        if self.first is not None and earlier.first is not None:
            same_row = self.first[0] == earlier.first[0]
            if same_row and self.first[1] != earlier.first[1] and not found:
                found.append(f"the row {self.first[0]!r} asks something else")
        return found

    def merged(self, earlier: Manifest) -> Manifest:
        """Return this manifest with what only the earlier one knows."""
        return Manifest(
            earlier.source or self.source,
            earlier.settings if earlier.settings is not None else self.settings,
            earlier.first if earlier.first is not None else self.first,
            self.fingerprint,
        )

    def to_json(self) -> str:
        """Return it as the text of a file."""
        fields = {
            "format": VERSION,
            "package": __version__,
            "source": self.source,
            "settings": self.settings,
            "first": self.first,
            "fingerprint": self.fingerprint,
        }
        return json.dumps(fields, indent=2) + "\n"

    @classmethod
    def of_json(cls, text: str) -> Manifest:
        """Read it from the text of a file.

        Raises:
            ValueError: The text is not a manifest.
        """
        fields: JsonValue = from_json(text)
        if not isinstance(fields, dict) or fields.get("format") != VERSION:
            raise ValueError("it has another form")
        names = ("source", "settings", "first", "fingerprint")
        source, settings, first, fingerprint = (fields.get(name) for name in names)
        return cls(
            source if isinstance(source, dict) else {},
            settings if isinstance(settings, dict) else None,
            (str(first[0]), str(first[1])) if isinstance(first, list) and len(first) == 2 else None,
            fingerprint if isinstance(fingerprint, str) else None,
        )


def manifest_of(
    source: Mapping[str, object], key: str | None, call: Call[object] | None, fingerprint: str | None
) -> Manifest:
    """Return the manifest of a batch with this source, and this key and call of its first row."""
    if call is None or key is None:
        return Manifest(source, None, None, fingerprint)
    settings = with_secrets_hidden(json.loads(_canonical(call.settings())))
    assert isinstance(settings, dict)
    return Manifest(source, settings, (key, hashlib.sha256(_canonical(call.content())).hexdigest()), fingerprint)


def manifest_path(path: Path) -> Path:
    """Return where the manifest of an output is."""
    return path.with_name(path.name + SUFFIX)


def read_manifest(path: Path, *, force: bool) -> Manifest | None:
    """Return the manifest of an output, or None if there is none.

    Args:
        force: Whether to ignore a manifest that cannot be read.

    Raises:
        BatchOutputError: It cannot be read.
    """
    location = manifest_path(path)
    try:
        return Manifest.of_json(read_regular(location).decode())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        if force:
            return None
        why = error.strerror if isinstance(error, OSError) else f"it is not a manifest ({error})"
        raise BatchOutputError(f"{location} cannot be read: {why}. Pass force=True to write a new one.") from None


def check_same_batch(path: Path, manifest: Manifest, earlier: Manifest | None, *, begun: bool, force: bool) -> None:
    """Compare a batch with the one that began the output, and write the manifest.

    Args:
        manifest: The manifest of the batch.
        earlier: That of the batch that began the output. None if there is none.
        begun: Whether the output has any lines.
        force: Continue whatever the manifest says, and write a new one.

    Raises:
        BatchMismatchError: The output belongs to another batch.
        BatchOutputError: The manifest cannot be written.
    """
    kept = manifest
    if begun and not force:
        if earlier is None:
            raise BatchMismatchError(f"{path} is not empty and has no manifest, so another program wrote it.")
        found = manifest.differences(earlier)
        if found:
            raise BatchMismatchError(f"{path} is the output of another batch: {'; '.join(found)}.")
        kept = manifest.merged(earlier)
    if kept != earlier:
        location = manifest_path(path)
        with output_errors(location):
            replace(location, [kept.to_json().encode()])


def _describe(source: Mapping[str, object]) -> str:
    return f"{source.get('name')} ({str(source.get('sha256'))[:12]})"


def _brief(value: object) -> str:
    text = "not set" if value is None else json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _canonical(value: object) -> bytes:
    """Return JSON that is the same for equal values. Values without a JSON form become the name of their type."""
    return to_json(value, fallback=_type_name, inf_nan_mode="strings")


def _type_name(value: object) -> str:
    return f"{type(value).__module__}.{getattr(value, '__qualname__', type(value).__qualname__)}"
