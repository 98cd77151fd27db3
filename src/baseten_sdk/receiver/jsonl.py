"""Deliveries as lines of JSON in a file that only grows.

Theory of operation. A line is on the disk before `add` returns. A process that dies while it writes leaves a torn line
at the end. The next process cuts it off, which loses nothing, because that delivery was never acknowledged. A write
that fails (a full disk) is cut off at once, or else before the next one, so that a torn line never stands between whole
ones. Memory holds only the offset of each line; bodies are read from the file.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .._runs.database import reason
from .._runs.durable import FileInUseError, cut_torn_line, flush, flush_folder, open_locked, stands_at, write
from ..errors import ConfigurationError
from .delivery import StoredDelivery
from .store_errors import log_new_file, store_errors

logger = logging.getLogger("baseten_sdk.receiver")


class JSONLStore:
    """Keeps deliveries in a file of JSON lines, one process at a time.

    A line has `request_id`, `received_at` (seconds since the epoch), `tag` if there is one, and `body` (the
    webhook's body as text: in jq, `.body | fromjson`). A body that is not UTF-8 is in `body_base64` instead.

    Args:
        path: The file; created if it is missing.

    Raises:
        ConfigurationError: The file cannot be opened or locked, or another process has it open.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._offsets: dict[str, int] = {}
        self._tags: dict[str, str] = {}
        try:
            self._file: int | None = open_locked(self.path, follow=True)
            self._end = self._loaded(self._file)
        except FileInUseError:
            problem = "another process has it open, and a .jsonl store is for one; use .sqlite"
        except (OSError, ValueError) as error:
            problem = reason(error)
        else:
            return
        raise ConfigurationError(f"The store {os.fspath(path)!r} cannot be opened: {problem}.")

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Append deliveries. If two deliveries have the same request ID, keep the first.

        Raises:
            WebhookStoreError: The disk is full or fails, or the store is closed.
        """
        with store_errors(self.path), self._lock:
            file = self._current()
            offsets: dict[str, int] = {}
            lines: list[bytes] = []
            end = self._end
            for each in deliveries:
                if each.request_id not in self._offsets and each.request_id not in offsets:
                    offsets[each.request_id] = end
                    lines.append(_line(each))
                    end += len(lines[-1])
            if not lines:
                return
            # First remove what a failed write may have left.
            os.ftruncate(file, self._end)
            try:
                os.lseek(file, self._end, os.SEEK_SET)
                write(file, b"".join(lines))
                flush(file)
            except BaseException:
                os.ftruncate(file, self._end)
                raise
            self._offsets.update(offsets)
            self._note(each for each in deliveries if each.request_id in offsets)
            self._end = end

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """Get the delivery of a request."""
        with store_errors(self.path), self._lock:
            offset = self._offsets.get(request_id)
            return None if offset is None else _delivery(_read_line(self._open(), offset))

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """Get the first delivery with a tag."""
        request_id = self._tags.get(tag)
        return None if request_id is None else self.get(request_id)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                os.close(file)

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[StoredDelivery]:
        """Iterate over the deliveries in the order in which they came."""
        for request_id in list(self._offsets):
            if (delivery := self.get(request_id)) is not None:
                yield delivery

    def _note(self, deliveries: Iterable[StoredDelivery]) -> None:
        for each in deliveries:
            if each.tag is not None:
                self._tags.setdefault(each.tag, each.request_id)

    def _open(self) -> int:
        if self._file is None:
            raise OSError("it is closed")
        return self._file

    def _current(self) -> int:
        """Return the file at the path. A delivery written to a moved file would be lost with it."""
        file = self._open()
        if not stands_at(file, self.path):
            new = open_locked(self.path, follow=True)
            os.close(file)
            self._file = file = new
            log_new_file(self.path)
        elif os.fstat(file).st_size < self._end:
            log_new_file(self.path, "cut off")
        else:
            return file
        self._offsets, self._tags = {}, {}
        self._end = self._loaded(file)
        return file

    def _loaded(self, file: int) -> int:
        """Index the lines of the file, and cut off a torn one. Returns where the next line begins."""
        try:
            if torn := cut_torn_line(file):
                logger.warning("%s: removed the %d bytes of an unfinished last line", self.path, torn)
            end = 0
            with open(file, "rb", closefd=False) as lines:
                lines.seek(0)
                for line in lines:
                    if (delivery := _delivery(line)) is None:
                        logger.warning("%s: skipped the line at byte %d, because it is not a delivery", self.path, end)
                    else:
                        self._offsets.setdefault(delivery.request_id, end)
                        self._note((delivery,))
                    end += len(line)
            flush_folder(self.path.parent)
        except BaseException:
            os.close(file)
            self._file = None
            raise
        return end


def _line(delivery: StoredDelivery) -> bytes:
    fields: dict[str, object] = {"request_id": delivery.request_id, "received_at": delivery.received_at}
    if delivery.tag is not None:
        fields["tag"] = delivery.tag
    try:
        fields["body"] = delivery.body.decode("utf-8")
    except UnicodeDecodeError:
        fields["body_base64"] = base64.b64encode(delivery.body).decode("ascii")
    return json.dumps(fields).encode("ascii") + b"\n"


def _delivery(line: bytes) -> StoredDelivery | None:
    try:
        fields = json.loads(line)
        body = fields["body"].encode("utf-8") if "body" in fields else base64.b64decode(fields["body_base64"])
        return StoredDelivery(str(fields["request_id"]), body, float(fields["received_at"]), fields.get("tag"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _read_line(file: int, offset: int) -> bytes:
    pieces: list[bytes] = []
    os.lseek(file, offset, os.SEEK_SET)
    while piece := os.read(file, 65536):
        line, ended, _ = piece.partition(b"\n")
        pieces.append(line)
        if ended:
            break
    return b"".join(pieces)
