"""The error that a service writes into a stream: its words, and its forms.

It must not know which API the stream belongs to.
"""

from __future__ import annotations

from ..behaviors.plan import Plan
from ..http.jsonvalue import Object


def failure(plan: Plan) -> str:
    """Return what a model that failed says."""
    return plan.text("message") or "the model failed while it was answering"


def error_event(kind: str, detail: Object, usual: Object) -> Object:
    """Return the error in the form that a plan asks for, or in the usual form of the API."""
    match kind:
        case "string":
            return {"error": detail["message"]}
        case "object":
            return {"error": detail}
        case "object-error":
            return {"object": "error", **detail}
        case _:
            return usual
