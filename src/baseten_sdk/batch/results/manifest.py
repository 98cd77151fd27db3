"""What a job is known by, kept beside its output: a resumed job is compared with it before anything is sent.

It holds the identity of the source and the first row's call: its settings in full, what it asks as a digest. Rows have
the same settings as a rule; where they do not, the first row's stand for them all. Nothing of it is secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import to_json

from ..._runs.durable import replace
from ..._version import __version__
from ...errors import BatchMismatchError, BatchOutputError
from ..calls.call import Call
from .line_file import output_errors

SUFFIX = ".manifest.json"

HEAD = 64 * 1024
"""Bytes of the beginning of a file that it is known by: it may grow while the job is resumed."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a job is known by.

    Attributes:
        source: the identity of the source.
        settings: the settings of the first row's call; None where there was no row, or no call could be made of it.
        first: the first row's key and the digest of what its call asks; None likewise.
        given: what the caller wants to be compared too.
    """

    source: Mapping[str, object]
    settings: Mapping[str, object] | None
    first: tuple[str, str] | None
    given: str | None = None

    @property
    def head(self) -> int:
        """How many bytes of the beginning of a source it knows."""
        size = self.source.get("bytes")
        return size if isinstance(size, int) else HEAD

    def differences(self, earlier: Manifest) -> list[str]:
        """What is not as it was in an earlier run, in words."""
        found: list[str] = []
        if not _same_source(self.source, earlier.source):
            found.append(f"the input was {_shown(earlier.source)}, and is {_shown(self.source)}")
        if self.given != earlier.given:
            found.append("the fingerprint that was passed is another")
        if self.settings is not None and earlier.settings is not None:
            for name in sorted({*self.settings, *earlier.settings}):
                before, now = earlier.settings.get(name), self.settings.get(name)
                if before != now:
                    found.append(f"{name} was {_brief(before)}, and is {_brief(now)}")
        if self.first is not None and earlier.first is not None:
            same_row = self.first[0] == earlier.first[0]
            if same_row and self.first[1] != earlier.first[1] and not found:
                found.append(f"what is asked for the row {self.first[0]!r} is not the same")
        return found

    def merged(self, earlier: Manifest) -> Manifest:
        """This one, with what only the earlier one knows."""
        return Manifest(
            earlier.source or self.source,
            earlier.settings if earlier.settings is not None else self.settings,
            earlier.first if earlier.first is not None else self.first,
            self.given,
        )

    def to_json(self) -> str:
        """It as the text of a file."""
        fields = {
            "format": VERSION,
            "package": __version__,
            "source": self.source,
            "settings": self.settings,
            "first": self.first,
            "fingerprint": self.given,
        }
        return json.dumps(fields, indent=2) + "\n"

    @classmethod
    def of_json(cls, text: str) -> Manifest:
        """It from the text of a file.

        Raises:
            ValueError: it is none.
        """
        fields = json.loads(text)
        if not isinstance(fields, dict) or fields.get("format") != VERSION:
            raise ValueError("it is no manifest of this version")
        source, settings, first, given = (fields.get(name) for name in ("source", "settings", "first", "fingerprint"))
        return cls(
            source if isinstance(source, dict) else {},
            settings if isinstance(settings, dict) else None,
            (str(first[0]), str(first[1])) if isinstance(first, list) and len(first) == 2 else None,
            given if isinstance(given, str) else None,
        )


def manifest_of(
    source: Mapping[str, object], key: str | None, call: Call[object] | None, given: str | None
) -> Manifest:
    """What a job is known by: its source, and the key and call of its first row."""
    if call is None or key is None:
        return Manifest(source, None, None, given)
    settings: object = json.loads(_canonical(call.settings()))
    assert isinstance(settings, dict)
    return Manifest(source, settings, (key, hashlib.sha256(_canonical(call.content())).hexdigest()), given)


def place_of(path: Path) -> Path:
    """Where the manifest of an output is."""
    return path.with_name(path.name + SUFFIX)


def read_manifest(path: Path, *, force: bool) -> Manifest | None:
    """The manifest of an output; None where there is none, or where it cannot be read and that is no matter.

    Args:
        path: the output.
        force: whether it is no matter.

    Raises:
        BatchOutputError: it cannot be read.
    """
    place = place_of(path)
    try:
        return Manifest.of_json(place.read_text(encoding="utf-8")) if place.exists() else None
    except (OSError, ValueError) as error:
        if force:
            return None
        raise BatchOutputError(f"{place} cannot be read: {error}. Pass force=True to write a new one.") from None


def settle(path: Path, manifest: Manifest, earlier: Manifest | None, *, begun: bool, force: bool) -> None:
    """Compare a job with what the output beside the manifest was made by, and write what it is now known by.

    Args:
        path: the output.
        manifest: what the job is known by.
        earlier: what the output was made by.
        begun: whether there is anything in the output.
        force: go on whatever the manifest says, and write a new one.

    Raises:
        BatchMismatchError: the output is another job's.
        BatchOutputError: the manifest cannot be written.
    """
    kept = manifest
    if begun and not force:
        if earlier is None:
            raise BatchMismatchError(f"{path} is not empty, and has no manifest: another program wrote it.")
        found = manifest.differences(earlier)
        if found:
            raise BatchMismatchError(f"{path} is the output of another job: {'; '.join(found)}.")
        kept = manifest.merged(earlier)
    if kept != earlier:
        place = place_of(path)
        with output_errors(place):
            replace(place, [kept.to_json().encode()])


def _same_source(now: Mapping[str, object], earlier: Mapping[str, object]) -> bool:
    if not now or not earlier:
        return True
    return now == earlier


def _shown(source: Mapping[str, object]) -> str:
    return f"{source.get('name')} ({str(source.get('sha256'))[:12]})"


def _brief(value: object) -> str:
    text = "not set" if value is None else json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _canonical(value: object) -> bytes:
    """A value as JSON that is the same for the same value; what has no JSON is written as its repr or type."""
    return to_json(value, fallback=_named, inf_nan_mode="strings")


def _named(value: object) -> str:
    return f"{type(value).__module__}.{getattr(value, '__qualname__', type(value).__qualname__)}"
