"""A ledger of jobs that cannot be used, or does not fit what it is used for."""

from __future__ import annotations

from .base import BasetenError


class LedgerError(BasetenError):
    """A ledger is in use elsewhere, belongs to other work, or its file fails. What it holds is untouched."""
