"""A request that is answered with an error: its HTTP status, a code for programs, and a message with the mend."""


class ServiceError(ValueError):
    """Ends a request.

    Args:
        http_status: Status of the reply.
        code: For programs; stable.
        message: What was expected, what came, what to do.
        retry_seconds: Value of ``Retry-After`` where coming back later helps.
    """

    def __init__(self, http_status: int, code: str, message: str, *, retry_seconds: int | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.retry_seconds = retry_seconds


def invalid(message: str) -> ServiceError:
    """422: the request doesn't fit together."""
    return ServiceError(422, "invalid", message)


def too_big(message: str) -> ServiceError:
    """413: a limit of the service is passed."""
    return ServiceError(413, "too_big", message)
