"""The prices of tokens and the cost of calls. All prices come from the service. None is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from .._repr import safe_repr
from .usage import TokenCounts, counted

if TYPE_CHECKING:
    from .decisions import DecisionUsage
    from .models import Model


ZERO = Decimal(0)


class HasUsage(Protocol):
    """A reply with a usage: a completion, a `Parsed`, embeddings, a decision, a run of tools."""

    @property
    def usage(self) -> TokenCounts | DecisionUsage | None: ...


@runtime_checkable
class _HasCompletions(Protocol):
    @property
    def completions(self) -> Iterable[HasUsage]: ...


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one or more calls, in dollars. Add costs with `+`.

    Attributes:
        prompt: Cost of the prompt tokens that were not in the cache.
        cached: Cost of the prompt tokens that were in the cache.
        completion: Cost of the answer tokens, including reasoning.
        request: Cost of the requests themselves, if the model has such a fee.
    """

    prompt: Decimal = ZERO
    cached: Decimal = ZERO
    completion: Decimal = ZERO
    request: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The whole cost."""
        return self.prompt + self.cached + self.completion + self.request

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
            self.request + other.request,
        )


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """The prices of one model in dollars, per token and per request. None means that the service lists no price."""

    prompt: Decimal | None = None
    cached: Decimal | None = None
    completion: Decimal | None = None
    request: Decimal | None = None
    image: Decimal | None = None

    def cost(self, prompt: int, cached: int, completion: int) -> Cost | None:
        """Compute the cost of one call. Returns None if a price that it needs is unknown.

        Args:
            prompt: All tokens of the prompt.
            cached: Tokens of the prompt that came from the cache.
            completion: Tokens of the answer.
        """
        if self.image:  # no reply has the number of images
            return None
        fresh, again = _part(max(prompt - cached, 0), self.prompt), _part(cached, self.cached)
        answer = _part(completion, self.completion)
        if fresh is None or again is None or answer is None:
            return None
        return Cost(fresh, again, answer, self.request or ZERO)


class Prices(Mapping[str, ModelPrices]):
    """The prices of the Model APIs by model ID. `client.models.prices()` returns them."""

    def __init__(self, models: Iterable[Model], base_url: str = "") -> None:
        self._models = {model.id: _prices(model) for model in models}
        self._base_url = base_url

    def cost(self, reply: HasUsage, *, model: str | None = None) -> Cost | None:
        """Compute the cost of a reply. Tool runs and answers that took several tries are priced as a whole.

        Example:
            prices = await client.models.prices()
            cost = prices.cost(completion)
            print("unknown" if cost is None else f"${cost.total:.6f}")

        Args:
            reply: A completion, a message, a response, a `Parsed`, embeddings, a decision, or a run of tools.
            model: The model's name in the price list, if the reply uses another one.

        Returns:
            The cost. None if it is unknown: the model is not listed, a price is missing, the reply has no usage, or it
            came from a deployment, which is not billed by the token.
        """
        if isinstance(reply, _HasCompletions):
            costs = [self.cost(each, model=model) for each in reply.completions]
            known = [cost for cost in costs if cost is not None]
            return sum(known, Cost()) if len(known) == len(costs) else None
        usage = reply.usage
        if usage is None or not self.hold_for(getattr(getattr(reply, "meta", None), "url", "")):
            return None
        name = getattr(reply, "model", "") if model is None else model
        if isinstance(usage, TokenCounts):
            if counted(usage) is None:
                return None
            return self.of_tokens(name, usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
        return self.of_tokens(name, usage.input_tokens, usage.output_tokens)

    def of_tokens(self, model: str, prompt: int, completion: int, cached: int = 0) -> Cost | None:
        """Compute the cost of one call from its tokens. `cached` is a part of `prompt`."""
        prices = self._models.get(model)
        return None if prices is None else prices.cost(prompt, cached, completion)

    def hold_for(self, url: str) -> bool:
        """Whether these prices apply to a call to this URL, that is, to the API that listed them."""
        return not url or not self._base_url or url.startswith(f"{self._base_url}/")

    def __getitem__(self, model: str) -> ModelPrices:
        return self._models[model]

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    @safe_repr
    def __repr__(self) -> str:
        return f"<Prices of {len(self)} models>"


def _part(tokens: int, price: Decimal | None) -> Decimal | None:
    if not tokens:
        return ZERO
    return None if price is None else price * tokens


def _prices(model: Model) -> ModelPrices:
    pricing = model.pricing
    if pricing is None:
        return ModelPrices()
    return ModelPrices(
        _price(pricing.prompt),
        _price(pricing.input_cache_read),
        _price(pricing.completion),
        _price(pricing.request),
        _price(pricing.image),
    )


def _price(text: str | None) -> Decimal | None:
    """Return a price as a number. None if it is not a price, such as "-1", which some servers use for "it depends"."""
    try:
        price = Decimal(text or "")
    except InvalidOperation:
        return None
    return price if price.is_finite() and price >= 0 else None
