"""The version of the package, kept here and nowhere else; the build and the `User-Agent` header read it."""

from __future__ import annotations

__version__ = "0.1.0"
