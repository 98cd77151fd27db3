"""Sample values: what a property of a certain name or format is likely to hold.

It owns the tables and the look-up by name. It knows nothing of schemas.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

FORMATS = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H30M",
    "email": "ada@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.10",
    "ipv6": "2001:db8::10",
    "uri": "https://example.com/a",
    "uuid": "6f1c3f0e-7d55-4c7e-9f5a-0b6a7d1c2e3f",
    "binary": "AQID",
    "base64": "AQID",
    "byte": "AQID",
    "json-string": "{}",
    "regex": "a+",
}
NAMED = {
    "city": "Paris",
    "location": "Paris",
    "place": "Paris",
    "town": "Paris",
    "country": "France",
    "language": "English",
    "email": "ada@example.com",
    "url": "https://example.com/a",
    "link": "https://example.com/a",
    "currency": "EUR",
    "date": "2026-01-15",
    "time": "09:30",
    "day": "Thursday",
    "id": "A-1001",
    "code": "A-1001",
    "number": "A-1001",
    "phone": "+15550100",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "author": "Ada Lovelace",
    "customer": "Ada Lovelace",
    "person": "Ada Lovelace",
    "name": "Ada Lovelace",
    "user": "ada",
    "company": "Example Ltd",
    "vendor": "Example Ltd",
    "supplier": "Example Ltd",
    "title": "A short title",
    "colour": "blue",
    "color": "blue",
    "unit": "celsius",
    "status": "ok",
    "sentiment": "positive",
    "category": "general",
    "summary": "A short summary.",
    "description": "A short description.",
    "reason": "Because it follows from the text.",
    "answer": "Forty-two.",
    "question": "What is the answer?",
    "street": "12 Rue Cler",
    "address": "12 Rue Cler, Paris",
}
NUMBERS: dict[str, float] = {
    "age": 36,
    "year": 2026,
    "month": 1,
    "day": 15,
    "quantity": 3,
    "count": 3,
    "price": 19.99,
    "amount": 42.5,
    "total": 59.97,
    "score": 0.75,
    "confidence": 0.9,
    "rating": 4,
    "temperature": 21.5,
    "latitude": 48.86,
    "longitude": 2.35,
}


def by_name(table: dict[str, T], name: str) -> T | None:
    """Return the entry for a property's name, or for its last word: `billing_email` is an email."""
    words = name.split("_")
    return next((table[key] for key in (name, "_".join(words[-2:]), words[-1]) if key in table), None)
