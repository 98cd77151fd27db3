"""`baseten-sdk models`: the list of models."""

from __future__ import annotations

from typing import Annotated

import typer

from ..types.models import Model
from .session import Session
from .target import deployment_of, is_container


def models(
    session: Session,
    model_id: Annotated[
        str | None,
        typer.Option(help="List what this dedicated model's engine, or the container at this URL, serves instead."),
    ] = None,
) -> None:
    """List the models: name, context length, and dollars per million tokens in and out."""
    with session.client(keyless=is_container(model_id)) as client:
        found = (client if model_id is None else deployment_of(client, model_id)).models.list()
    if session.out.structured:
        session.out.values(found)
        return
    for line in _aligned([_row(model) for model in found]):
        session.out.line(line)


def _row(model: Model) -> list[str]:
    context = f"{model.context_length:,}" if model.context_length else "-"
    pricing = model.pricing
    prices = (pricing.prompt, pricing.completion) if pricing else (None, None)
    return [model.id, context, *map(_per_million, prices)]


def _per_million(price: str | None) -> str:
    try:
        return f"${float(price) * 1_000_000:.2f}" if price else "-"
    except ValueError:
        return "-"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Align columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
