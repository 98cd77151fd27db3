"""`baseten-sdk embed`: a file of texts to a file of vectors.

The vectors are kept in the output of a batch, `OUT.partial.jsonl`, until all have come. So a run that was stopped or
killed is resumed, and each text is embedded once.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .._characters import whole_text
from ..batch import DeploymentTarget, FileRow, Format, RunOptions, custom, failed_path, manifest_path, read_rows
from ..errors import BatchStopped, InvalidRequestError
from ..types.batch import Ok, Report
from .exit_codes import ExitCode
from .inputs import STDIN
from .runs import Progress, log_to_stderr, rows_in_flight, this_command
from .session import Session
from .target import DeploymentId, Environment, Regional
from .vector_file import TextPart, check_target, read_parts, work_path, write_vectors

if TYPE_CHECKING:
    from .. import AsyncClient, Vectors
    from ..batch import Call


HEAD = 64 * 1024
"""How many bytes of the source identify it in a resumed run."""


def embed(
    session: Session,
    source: Annotated[Path, typer.Argument(help="JSON Lines, JSON, CSV, TSV or Parquet; also .gz, .zst.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File for the vectors: .npy or .parquet.")],
    model_id: Annotated[
        str, typer.Option("--deployment", "-d", metavar="MODEL_ID", help="ID of the model, or URL of a container.")
    ],
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    field: Annotated[str, typer.Option(help="Field of a row that holds its text.")] = "text",
    model: Annotated[str | None, typer.Option("--model", "-m", help="Name that the engine serves.")] = None,
    dimensions: Annotated[int | None, typer.Option(min=1, help="Length of the vectors.")] = None,
    max_batch: Annotated[int, typer.Option(min=1, help="Texts of one request.")] = 128,
    max_chars: Annotated[int | None, typer.Option(min=1, help="Characters of one request.")] = None,
    truncate: Annotated[bool, typer.Option("--truncate", help="Cut texts longer than --max-chars.")] = False,
    concurrency: Annotated[str, typer.Option("--concurrency", "-c", help='Requests in flight, or "auto".')] = "auto",
    format: Annotated[
        Format | None,
        typer.Option(
            metavar="FORMAT", help="jsonl, json, csv, tsv or parquet, if the name of the source does not say so."
        ),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Embed again what failed earlier.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT, or resume in spite of another source.")] = False,
    progress: Annotated[Progress, typer.Option(metavar="HOW", help="Show progress: auto, bar, log or none.")] = "auto",
) -> None:
    """Embed the texts of a file.

    Row n of OUT is the vector of row n of the source. Ctrl-C stops the run; the same command resumes it. Texts without
    a vector are NaN in .npy and null in .parquet, and the exit code is 1.
    """
    check_target(target, source, force=force)
    if source == STDIN or not os.path.isfile(source):
        raise typer.BadParameter(f"SOURCE must be a file, since a resumed run reads it again: {source}.")
    width = rows_in_flight(concurrency)
    where = DeploymentTarget(model_id, environment, deployment_id, regional)
    settings = {
        "embed": str(where),
        "model": model,
        "dimensions": dimensions,
        "max_batch": max_batch,
        "max_chars": max_chars,
        "truncate": truncate,
    }
    _check_field(next(read_rows(source, format), {}), field)
    counts = RowCount()

    async def vectors(part: TextPart, client: AsyncClient) -> Vectors:
        found = await where.of(client).embeddings.embed(
            part.texts,
            model=model,
            dimensions=dimensions,
            truncate=truncate,
            max_batch=max_batch,
            max_chars=max_chars,
            concurrency=1,
            on_failure="keep",
            progress="none",
        )
        for failure in found.failures:
            if not isinstance(failure.error, InvalidRequestError):
                raise failure.error
        return found

    def request(part: TextPart) -> Call[Vectors]:
        return custom(partial(vectors, part), settings=settings)

    work = work_path(target)
    if os.path.islink(work):  # the user has not chosen this name
        raise typer.BadParameter(f"{work} is a symbolic link, which is not followed here. Delete it.")
    options: RunOptions = {
        "concurrency": width,
        "retry_failed": retry_failed,
        "force": force,
        "fingerprint": f"{field} of {_identity(source)}",
        "progress": progress,
        "hint": f"To resume:\n  {this_command()}",
    }
    log_to_stderr()
    parts = counts.parts(read_rows(source, format), field, max_batch)
    try:
        with session.client() as client:
            report = client.batch.run(parts, work, request=request, key=_key, output=_line, **options)
    except BatchStopped as stopped:
        _show(session, stopped.report)
        raise
    missing = write_vectors(target, read_parts(work), counts.rows)
    if not report.failed:
        for path in (work, manifest_path(work), failed_path(work)):
            path.unlink(missing_ok=True)
    _show_vectors(session, target, counts.rows, missing, "--retry-failed" if report.failed else None)
    if missing:
        raise typer.Exit(ExitCode.OTHER)


@dataclass(slots=True)
class RowCount:
    """How many rows a source has, known once it was read."""

    rows: int = 0

    def parts(self, rows: Iterator[FileRow], field: str, size: int) -> Iterator[TextPart]:
        """Group the texts of rows into those of one request each."""
        texts: list[str] = []
        for row in rows:
            text = row.get(field)
            texts.append(text if isinstance(text, str) else "")
            self.rows += 1
            if len(texts) == size:
                yield TextPart(self.rows - len(texts), texts)
                texts = []
        if texts:
            yield TextPart(self.rows - len(texts), texts)


def _check_field(row: FileRow, field: str) -> None:
    """Refuse a source whose first row has no such text."""
    if row and not isinstance(row.get(field), str):
        problem = "is not text" if field in row else f"is not there; the row has {', '.join(map(repr, row))}"
        raise typer.BadParameter(f"Row 1: the field {field!r} {problem}. --field NAME says which field to embed.")


def _key(part: TextPart) -> str:
    return str(part.start)


def _line(ok: Ok[TextPart, Vectors]) -> dict[str, object]:
    found = ok.value
    return {
        "rows": len(found),
        "dimensions": found.dimensions,
        "missing": found.missing,
        "vectors": base64.b64encode(found.array.tobytes()).decode(),
    }


def _identity(source: Path) -> str:
    with source.open("rb") as file:
        head = sha256(file.read(HEAD)).hexdigest()
    return f"{source.name}, {os.stat(source).st_size} bytes, {head}"


def _show(session: Session, report: Report) -> None:
    session.out.line(report.in_words("--retry-failed"))


def _show_vectors(session: Session, target: Path, rows: int, missing: list[int], retry: str | None) -> None:
    """Say how many vectors there are, and which option tries again, if one does."""
    file = whole_text(str(target))  # its name may not be text
    if session.out.structured:
        session.out.value({"rows": rows, "missing": missing, "file": file})
        return
    session.out.line(f"{rows - len(missing):,} of {rows:,} texts have a vector: {file}")
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        again = "" if retry is None else f" {retry} tries again."
        session.out.line(f"No vector for rows {shown}.{again}")
