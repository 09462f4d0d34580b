"""HTTP face of a policy: OpenAI chat and text completions, and ``/generate`` with token log-probabilities.

``/generate`` speaks both dialects that Atropos' clients send: SGLang's (``input_ids`` and ``sampling_params``) and the
one of Atropos' vLLM server (``prompt.prompt_token_ids`` beside the parameters). Token ids include the closing token if
it was said. Every answer names the version of the weights it was sampled with (``weight_version``, in chat and text
completions ``system_fingerprint``); ``/health`` that of the last batch.
"""

import asyncio
import secrets
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from audioforge.policies.batching import BatchingSampler
from audioforge.policies.sampling import PolicyModel, SampledSequence, SamplingError, SamplingSettings

MAX_CHOICES = 64
_SEED_STEP = 7_919  # apart enough that the choices of neighbouring seeds do not meet within a group


class Sampling(BaseModel):
    """Parameters shared by every way to ask; others that clients send are ignored."""

    model_config = ConfigDict(extra="ignore")

    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int | None = None
    max_new_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None

    def settings(self) -> list[SamplingSettings]:
        """One a choice, each with its own seed."""
        if not 1 <= self.n <= MAX_CHOICES:
            raise SamplingError(f"n lies between 1 and {MAX_CHOICES}, got {self.n}.")
        seed = secrets.randbits(62) if self.seed is None else self.seed
        longest = self.max_tokens or self.max_new_tokens or self.max_completion_tokens or 256
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return [
            SamplingSettings(self.temperature, self.top_p, longest, seed + choice * _SEED_STEP, stop)
            for choice in range(self.n)
        ]


class ChatRequest(Sampling):
    """Body of ``/v1/chat/completions``."""

    messages: list[dict[str, Any]]
    model: str = ""
    logprobs: bool | None = None


class CompletionRequest(Sampling):
    """Body of ``/v1/completions``; the prompt is text or token ids, one or several."""

    prompt: str | list[int] | list[str] | list[list[int]]
    model: str = ""
    logprobs: int | None = None


class TokenPrompt(BaseModel):
    """A prompt as token ids."""

    prompt_token_ids: list[int]


class GenerateRequest(Sampling):
    """Body of ``/generate`` in either dialect."""

    prompt: str | TokenPrompt | None = None
    text: str | None = None
    input_ids: list[int] | None = None
    sampling_params: Sampling | None = None


def make_app(sampler: BatchingSampler, *, model_name: str) -> FastAPI:
    """The application; it never loads or closes the model itself."""
    app = FastAPI(title="AudioForge policy")
    policy = sampler.policy

    _answer_errors(app)

    @app.get("/health")
    async def health() -> dict[str, object]:
        return {"status": "ok", "model": model_name, "weight_version": policy.weights_version}

    @app.get("/v1/models")
    async def models() -> dict[str, object]:
        return {"object": "list", "data": [{"id": model_name, "object": "model", "owned_by": "audioforge"}]}

    @app.post("/v1/chat/completions")
    async def chat(body: ChatRequest, request: Request) -> dict[str, object]:
        prompt = policy.chat_tokens(_plain_messages(body.messages))
        (answers,) = await _unless_gone(request, _answers(sampler, prompt, body))
        choices = [_chat_choice(policy, index, one, body) for index, one in enumerate(answers)]
        return _envelope("chat.completion", model_name, choices, [prompt], answers)

    @app.post("/v1/completions")
    async def complete(body: CompletionRequest, request: Request) -> dict[str, object]:
        prompts = _token_prompts(policy, body.prompt)
        groups = await _unless_gone(request, *(_answers(sampler, prompt, body) for prompt in prompts))
        answers = [answer for group in groups for answer in group]
        choices = [_text_choice(policy, index, one, body) for index, one in enumerate(answers)]
        return _envelope("text_completion", model_name, choices, prompts, answers)

    @app.post("/generate")
    async def generate(body: GenerateRequest, request: Request) -> object:
        if body.input_ids is None and body.text is None:
            (answers,) = await _unless_gone(request, _answers(sampler, _vllm_prompt(policy, body.prompt), body))
            return _vllm_answer(answers)
        prompt = policy.encode(body.text or "") if body.input_ids is None else body.input_ids
        (answers,) = await _unless_gone(request, _answers(sampler, prompt, body.sampling_params or body))
        results = [_sglang_answer(answer, len(prompt)) for answer in answers]
        return results[0] if len(results) == 1 else results

    return app


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it

    @app.exception_handler(SamplingError)
    async def refuse(_: Request, error: SamplingError) -> JSONResponse:
        return JSONResponse({"error": {"message": str(error), "type": "invalid_request_error"}}, status_code=400)


async def _unless_gone(
    request: Request, *answers: Coroutine[None, None, list[SampledSequence]]
) -> list[list[SampledSequence]]:
    """The answers, unless the client hangs up first: nobody samples for somebody who has cancelled.

    Raises:
        ClientDisconnect: If the client is gone; what waits for a batch is taken out of the queue.
    """
    answering = asyncio.gather(*answers)
    leaving = asyncio.ensure_future(_disconnected(request))
    first: set[asyncio.Future[Any]] = {answering, leaving}
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if not answering.done():
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)  # or asyncio complains that nobody looked at its end
        raise ClientDisconnect
    return await answering


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _answers(sampler: BatchingSampler, prompt: Sequence[int], body: Sampling) -> list[SampledSequence]:
    futures = [sampler.submit(prompt, settings) for settings in body.settings()]
    return list(await asyncio.gather(*(asyncio.wrap_future(future) for future in futures)))


def _plain_messages(messages: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    plain = [{"role": str(one.get("role")), "content": _plain_content(one.get("content"))} for one in messages]
    if not any(one["role"] == "user" for one in plain):
        raise SamplingError("expected at least one message of role user.")
    return plain


def _plain_content(content: object) -> str:
    """Text of a message given as text or as OpenAI's list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def _token_prompts(policy: PolicyModel, prompt: object) -> list[list[int]]:
    if isinstance(prompt, str):
        return [policy.encode(prompt)]
    assert isinstance(prompt, list), "the request model allows text and lists"
    if prompt and all(isinstance(token, int) for token in prompt):
        return [prompt]
    return [policy.encode(one) if isinstance(one, str) else one for one in prompt]


def _vllm_prompt(policy: PolicyModel, prompt: str | TokenPrompt | None) -> list[int]:
    if prompt is None:
        raise SamplingError("expected input_ids, text, or prompt.")
    return policy.encode(prompt) if isinstance(prompt, str) else prompt.prompt_token_ids


def _vllm_answer(answers: Sequence[SampledSequence]) -> dict[str, object]:
    return {
        "text": [answer.text for answer in answers],
        "token_ids": [answer.tokens for answer in answers],
        "logprobs": [
            [[{token: logprob}] for token, logprob in zip(answer.tokens, answer.logprobs, strict=True)]
            for answer in answers
        ],
        "finish_reasons": [answer.finish_reason for answer in answers],
        "weight_versions": [answer.weights_version for answer in answers],
    }


def _sglang_answer(answer: SampledSequence, prompt_tokens: int) -> dict[str, object]:
    return {
        "text": answer.text,
        "output_ids": answer.tokens,
        "meta_info": {
            "finish_reason": {"type": answer.finish_reason},
            "prompt_tokens": prompt_tokens,
            "completion_tokens": len(answer.tokens),
            "weight_version": str(answer.weights_version),  # SGLang's own field, text there too
            "output_token_logprobs": [
                [logprob, token, None] for token, logprob in zip(answer.tokens, answer.logprobs, strict=True)
            ],
        },
    }


def _chat_choice(policy: PolicyModel, index: int, answer: SampledSequence, body: ChatRequest) -> dict[str, object]:
    content: list[dict[str, object]] = [
        {"token": policy.token_text(token), "logprob": logprob, "bytes": None, "top_logprobs": []}
        for token, logprob in zip(answer.tokens, answer.logprobs, strict=True)
    ]
    return {
        "index": index,
        "message": {"role": "assistant", "content": answer.text},
        "logprobs": {"content": content} if body.logprobs else None,
        "finish_reason": answer.finish_reason,
    }


def _text_choice(
    policy: PolicyModel, index: int, answer: SampledSequence, body: CompletionRequest
) -> dict[str, object]:
    logprobs = {
        "tokens": [policy.token_text(token) for token in answer.tokens],
        "token_logprobs": answer.logprobs,
        "top_logprobs": None,
        "text_offset": [],
    }
    return {
        "index": index,
        "text": answer.text,
        "logprobs": None if body.logprobs is None else logprobs,
        "finish_reason": answer.finish_reason,
    }


def _envelope(
    kind: str,
    model_name: str,
    choices: list[dict[str, object]],
    prompts: Sequence[Sequence[int]],
    answers: Sequence[SampledSequence],
) -> dict[str, object]:
    asked, said = sum(map(len, prompts)), sum(len(answer.tokens) for answer in answers)
    return {
        "id": f"answer-{secrets.token_hex(8)}",
        "object": kind,
        "created": int(time.time()),
        "model": model_name,
        "system_fingerprint": f"weights-{answers[0].weights_version}",
        "choices": choices,
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }
