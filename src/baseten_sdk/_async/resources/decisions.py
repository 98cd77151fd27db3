"""`decisions`: a state is judged, and typed questions are answered with probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeVar, Unpack

from ..._core.decisions.question import WrongAnswer
from ..._core.decisions.question_set import question_set
from ..._core.decisions.request import DEFAULT_MODEL, State, check_questions, decision_request
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model, unreadable
from ..._core.request.embeddings import ANY_MODEL
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.request.service_urls import BaseURL
from ...config import CallOptions
from ...types.decisions import Decision, DecisionResponse
from ...types.reply import attach_meta
from ..calls.service import AsyncService

T = TypeVar("T")


class AsyncDecisions:
    """Decisions, by the model that `model=` names or by one deployment."""

    def __init__(self, service: AsyncService, base: BaseURL | None = None) -> None:
        self._service = service
        self._base = base

    async def decide(
        self,
        kind: type[T],
        *,
        state: State,
        model: str | None = None,
        temperature: float | None = None,
        **options: Unpack[CallOptions],
    ) -> Decision[T]:
        """Answer the questions that the fields of a class ask.

        `bool` asks yes or no, `Literal` and `Enum` a choice, `Annotated[float, Levels(...)]` a position on a scale. The
        question is the field's `Question(...)`, else its description, else its name.

        Example:
            class Triage(BaseModel):
                urgent: bool = Question("Does the customer need an answer today?")
                team: Literal["billing", "shipping", "other"]
                anger: Annotated[float, Levels("calm", "annoyed", "furious")]

            decision = await client.decisions.decide(Triage, state="Where is my parcel?")
            print(decision.value.team, decision.probabilities["team"])

        Args:
            kind: A pydantic model, dataclass or TypedDict.
            state: What is judged: a text, a mapping or a list.
            model: The decision model; Baseten's Elephant unless set. A deployment needs none.
            temperature: Sent if you set it. Not every model accepts it.
            **options: The options of every call.

        Raises:
            InvalidRequestError: A field cannot be asked; the message has its path. Nothing was sent.
            ResponseValidationError: An answer is missing, or does not fit its question.
            APIError: The call failed.
        """
        questions = question_set(kind)
        request, merged = self._prepared(model, state, questions.body, temperature, options)

        def read(answer: WholeResponse) -> Decision[T]:
            response = read_model(DecisionResponse, answer)
            try:
                return Decision(*questions.read(response), response)
            except WrongAnswer as error:
                problem = f"{error}."
            raise unreadable(answer, problem)

        decision, meta = await self._service.caller.fetch(request, merged, read)
        attach_meta(decision.response, meta)
        return decision

    async def create(
        self,
        *,
        state: State,
        questions: Mapping[str, Mapping[str, object]],
        model: str | None = None,
        temperature: float | None = None,
        **options: Unpack[CallOptions],
    ) -> DecisionResponse:
        """Answer questions that are given as they are sent.

        Example:
            urgent = {"type": "noul", "instructions": "Does the customer need an answer today?"}
            reply = await client.decisions.create(state="Where is my parcel?", questions={"urgent": urgent})

        Args:
            state: What is judged: a text, a mapping or a list.
            questions: By name. A `noul` has `instructions`, or `criteria` for true and false; a `choice` has `criteria`
                that map each label to a description or None; a `score` has `criteria` that list the levels.
            model: The decision model; Baseten's Elephant unless set. A deployment needs none.
            temperature: Sent if you set it. Not every model accepts it.
            **options: The options of every call.

        Returns:
            The answers that came. A question that the service did not answer is not among them.

        Raises:
            InvalidRequestError: A question cannot be asked; the message has its path. Nothing was sent.
            APIError: The call failed.
        """
        check_questions(questions)
        request, merged = self._prepared(model, state, questions, temperature, options)
        response, meta = await self._service.caller.fetch(request, merged, partial(read_model, DecisionResponse))
        return attach_meta(response, meta)

    def _prepared(
        self,
        model: str | None,
        state: State,
        questions: Mapping[str, Mapping[str, object]],
        temperature: float | None,
        given: CallOptions,
    ) -> tuple[Request, Options]:
        service = self._service
        options = service.options.merged(given) if given else service.options
        if self._base is not None:
            base, name = self._base, model or ANY_MODEL
        else:
            base, name = service.router.engine_of(model or DEFAULT_MODEL)
        return decision_request(base, name, state, questions, options, temperature=temperature), options
