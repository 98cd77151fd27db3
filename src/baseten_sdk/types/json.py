"""JSON values as Python has them. Owns the name of the type only; reading and writing are done elsewhere.

What a JSON text is read into. What may be sent is wider (models, dataclasses, tuples, dates): `object`.
"""

from __future__ import annotations

from pydantic import JsonValue as JsonValue
