"""A continued text for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from ...types.completions import CompletionOptions, Prompt, TextCompletion
from .call import Call, Settings, Target, Where, model_for, settings_of, target_of

if TYPE_CHECKING:
    from ... import AsyncClient


@dataclass(frozen=True, slots=True)
class _Completions(Call[TextCompletion]):
    model: str
    prompt: Prompt
    params: CompletionOptions
    target: Target | None

    async def make(self, client: AsyncClient) -> TextCompletion:
        asked = self.target.of(client).completions if self.target else client.completions
        return await asked.create(model=self.model, prompt=self.prompt, **self.params)

    def settings(self) -> Settings:
        return settings_of("completions", self.params, model=self.model, deployment=self.target)

    def content(self) -> object:
        return self.prompt


def completions(
    *,
    prompt: Prompt,
    model: str | None = None,
    deployment: Where | None = None,
    **params: Unpack[CompletionOptions],
) -> Call[TextCompletion]:
    """Continue a text. Engines of dedicated models serve this. The Model APIs do not.

    Args:
        prompt: A text or its token IDs, or a list of these.
        model: The ID of a dedicated model, or the name that `deployment` serves. A pool needs none.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool, whose engine answers.
        **params: The parameters of `client.completions.create`.
    """
    target = target_of(deployment)
    return _Completions(model_for(model, target), prompt, params, target)
