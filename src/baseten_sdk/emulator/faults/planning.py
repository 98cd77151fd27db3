"""Which behaviors one request asks for: the fleet's member, the script, a reserved model ID, the body's key
`emulator`, the header, in rising order.

Reserved on the Model APIs and in any chat body are slugs `emulator/<behaviors>`, such as `emulator/429` or
`emulator/style-b+cut-3`; in a deployment's address, IDs `emulator-<behaviors>` and, in eight characters,
`emul0429` for a status. It owns the reading of these places.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers

from ..behaviors.parse import parse, parse_slug
from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, as_object, as_text, load
from ..http.routing import Address
from .schedule import Faults

HEADER = "x-emulator"
_STATUS_ID = re.compile(r"emul0([2-5]\d\d)")
NOTHING = Plan()
_PLAIN_SLUGS = {"chat", "reason", "echo", "test"}


def model_of(body: bytes) -> str:
    """Return the model that a body names, or ""."""
    return as_text(_parsed(body).get("model"))


def plan_for(address: Address, path: str, headers: Headers, body: bytes, faults: Faults, usual: Plan = NOTHING) -> Plan:
    """Return the plan of a request; `usual` is what the member of the fleet that it is for always does.

    Raises:
        BehaviorError: A behavior that does not exist.
    """
    plan = usual.merged(faults.take(path))
    given = _parsed(body)
    plan = plan.merged(_from_owner(address.owner)).merged(_from_slug(as_text(given.get("model"))))
    for holder in (given, as_object(given.get("model_input")), as_object(given.get("metadata"))):
        wanted = holder.get("emulator")
        if isinstance(wanted, str | dict):
            plan = plan.merged(parse(wanted))
    for value in headers.getlist(HEADER):
        plan = plan.merged(parse(value))
    key = plan.text("key") or headers.get("x-baseten-customer-request-id") or f"{path} {plan!r}"
    return faults.settle(plan, key)


def _parsed(body: bytes) -> dict[str, JSON]:
    if body.lstrip()[:1] != b"{":
        return {}
    try:
        return as_object(load(body))
    except ValueError:
        return {}


def _from_slug(slug: str) -> Plan:
    tail = slug.removeprefix("emulator/")
    return Plan() if tail in (slug, "") or tail in _PLAIN_SLUGS else parse_slug(tail)


def _from_owner(owner: str) -> Plan:
    if match := _STATUS_ID.fullmatch(owner):
        return Plan({"status": int(match[1])})
    tail = owner.removeprefix("emulator-")
    return Plan() if tail == owner else parse_slug(tail)
