"""The behaviors that wait for coming requests: a queue of them, faults by number, and attempts that must fail first.

It owns their order and all counting, from any thread. It must not know what a behavior does.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

from ..behaviors.parse import Spec, parse
from ..behaviors.plan import Plan
from ..behaviors.script import Fault


@dataclass(slots=True)
class _Step:
    plan: Plan
    path: str | None
    left: int
    fired: bool = False


@dataclass(slots=True)
class _Rule:
    fault: Fault
    seen: int = 0
    fired: bool = False


class Faults:
    """Behaviors for the next requests, in order; one request takes one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[_Step] = []
        self._rules: list[_Rule] = []
        self._always = Plan()
        self._attempts: Counter[str] = Counter()

    def push(self, *specs: Spec | None, times: int = 1, path: str | None = None) -> None:
        """Add behaviors for the next requests.

        Args:
            specs: One behavior per request, as in the header `x-emulator`. None lets a request pass unharmed.
            times: How often to repeat each behavior.
            path: Apply them only to requests whose path contains this.

        Raises:
            BehaviorError: If a behavior does not exist, or its value is invalid.
        """
        plans = [Plan() if spec is None else parse(spec) for spec in specs]
        with self._lock:
            self._steps += [_Step(plan, path, times) for plan in plans if times > 0]

    def add(self, *faults: Fault) -> None:
        """Add faults by the numbers of requests: `add(at(3).status(503), every().on("/predict").drip())`.

        Each fault counts on its own, starting with the next request. If several faults meet the same request, they are
        merged; on a conflict, the one added last wins.
        """
        with self._lock:
            self._rules += [_Rule(fault) for fault in faults]

    def always(self, spec: Spec | None) -> None:
        """Set a behavior for every request from now on. None removes it."""
        plan = Plan() if spec is None else parse(spec)
        with self._lock:
            self._always = plan

    def clear(self) -> None:
        """Forget the script, the standing behaviors and all counted attempts."""
        with self._lock:
            self._steps.clear()
            self._rules.clear()
            self._attempts.clear()
            self._always = Plan()

    def take(self, path: str) -> Plan:
        """Return the standing behaviors, with the faults that strike, and use up the first step for this path."""
        with self._lock:
            plan = self._always
            for rule in self._rules:
                if rule.fault.concerns(path):
                    rule.seen += 1
                    if rule.fault.strikes(rule.seen):
                        rule.fired = True
                        plan = plan.merged(rule.fault.plan)
            for position, step in enumerate(self._steps):
                if step.path is None or step.path in path:
                    step.left -= 1
                    step.fired = True
                    if step.left == 0:
                        del self._steps[position]
                    return plan.merged(step.plan)
            return plan

    def settle(self, plan: Plan, key: str) -> Plan:
        """Resolve `fail=N`: trouble for the first N attempts under `key`, none afterwards."""
        failures = plan.number("fail")
        if failures is None:
            return plan
        with self._lock:
            self._attempts[key] += 1
            attempt = self._attempts[key]
        if attempt > failures:
            return plan.without_trouble()
        return plan if plan.troubled else plan.merged(Plan({"status": 503}))

    @property
    def unused(self) -> list[str]:
        """The faults that no request has met so far, such as "status=503 on /predict"."""
        with self._lock:
            steps = [(step.plan, step.path) for step in self._steps if not step.fired]
            rules = [(rule.fault.plan, rule.fault.path) for rule in self._rules if not rule.fired]
        return [f"{plan}{f' on {path}' if path else ''}" for plan, path in [*rules, *steps] if plan]

    def __len__(self) -> int:
        """How many scripted steps are left."""
        with self._lock:
            return sum(step.left for step in self._steps)
