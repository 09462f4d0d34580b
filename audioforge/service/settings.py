"""Limits of the service: what a request may weigh, how many are taken at once, how long one may last."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceSettings:
    """What the service takes from its callers.

    Attributes:
        max_seconds: Duration of one clip.
        max_bytes: Size of one request's body, as sent.
        max_clips: Clips of one request.
        max_samples: Decoded samples (all channels) of one request: small files can hold hours of silence.
        max_samples_in_work: Decoded samples of all requests together, 4 bytes each; requests that come on top are told
            to come back (503).
        max_requests: Requests in work or waiting at once; more are told to come back (503).
        max_requests_per_caller: Those of one network address; more are told to come back (429). None: no bound but the
            one for all. Behind a proxy all callers have its address.
        deadline_seconds: Longest that one request may take, its upload included (504); callers may ask for less.
        retry_seconds: What ``Retry-After`` says to callers who are sent away.
        token: Bearer token that callers must show; none by default.

    Raises:
        ValueError: If a limit is not positive, or the token is empty.
    """

    max_seconds: float = 60.0
    max_bytes: int = 20_000_000
    max_clips: int = 64
    max_samples: int = 100_000_000
    max_samples_in_work: int = 250_000_000
    max_requests: int = 32
    max_requests_per_caller: int | None = None
    deadline_seconds: float = 60.0
    retry_seconds: int = 1
    token: str | None = None

    def __post_init__(self) -> None:
        for name in ("max_seconds", "max_bytes", "max_clips", "max_samples", "max_requests", "deadline_seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}.")
        if self.max_samples_in_work < self.max_samples:
            limits = f"max_samples_in_work is {self.max_samples_in_work}, below max_samples, {self.max_samples}"
            raise ValueError(f"{limits}: the largest request would never be taken.")
        if self.max_requests_per_caller is not None and self.max_requests_per_caller < 1:
            raise ValueError(f"max_requests_per_caller must be above 0, got {self.max_requests_per_caller}, or None.")
        if self.token is not None and not self.token.strip():
            raise ValueError("the bearer token is empty: set the environment variable, or leave the option out.")
