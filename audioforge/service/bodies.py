"""What a caller sends: clips with requests and categories, as multipart files or as base64 in JSON.

A file's name is never looked at and nothing is ever opened by it; parts stay in memory.
"""

import base64
import binascii
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from audioforge.choices import check_choice
from audioforge.clips import MAX_REQUEST_CHARACTERS
from audioforge.service.errors import ServiceError, invalid, too_big
from audioforge.service.settings import ServiceSettings
from audioforge.targets import CATEGORIES

MULTIPART = "multipart/form-data"
JSON = "application/json"

T = TypeVar("T")

RequestText = Annotated[str, Field(max_length=MAX_REQUEST_CHARACTERS)]


def _known_category(value: str) -> str:
    check_choice("category", value, CATEGORIES)
    return value


def _as_column(value: object) -> object:
    """A single text stands for all clips; the columns are made of equal length later."""
    return value if value is None or isinstance(value, list) else [value]


CategoryName = Annotated[str, AfterValidator(_known_category), Field(json_schema_extra={"enum": list(CATEGORIES)})]


class ScoreColumns(BaseModel):
    """What was asked for, one a clip or one for all."""

    model_config = ConfigDict(extra="forbid")

    requests: Annotated[list[RequestText], BeforeValidator(_as_column)]
    categories: Annotated[list[CategoryName | None] | None, BeforeValidator(_as_column)] = None


class ScoreBody(ScoreColumns):
    """Body of ``POST /v1/score`` as JSON: ``clips`` are audio files (wav, flac, ogg, mp3) in base64."""

    clips: list[str]


@dataclass(frozen=True)
class ScoreRequest:
    """A request whose columns fit together.

    Attributes:
        audio: One audio file a clip, as bytes.
        requests: What was asked for, one a clip.
        categories: One a clip; None where the caller left it open.
    """

    audio: tuple[bytes, ...]
    requests: tuple[str, ...]
    categories: tuple[str | None, ...]


async def read_body(chunks: AsyncIterator[bytes], declared: str | None, max_bytes: int) -> bytes:
    """The whole body, refused as soon as it is known to be too long.

    Raises:
        ServiceError: 413.
    """
    wrong = too_big(f"the body has more than {max_bytes} bytes: send fewer clips in a request, or flac instead of wav.")
    if declared is not None and declared.isdecimal() and int(declared) > max_bytes:
        raise wrong
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise wrong
    return bytes(body)


async def parse_multipart(headers: Headers, body: bytes, settings: ServiceSettings) -> ScoreRequest:
    """Parts ``files`` (one a clip), ``requests`` and ``categories`` (JSON, or a plain text for all clips).

    Raises:
        ServiceError: 413 or 422.
    """
    parser = _InMemoryParser(headers, _once(body), max_fields=8)
    try:
        audio, fields = await _parts(await parser.parse())
    except (MultiPartException, LookupError, ValueError) as error:
        if isinstance(error, ServiceError):
            raise
        raise invalid(f"the body is no readable multipart form ({error}): send parts named files and requests.") from (
            error
        )
    finally:
        begun = parser.close_files()
    if begun != len(audio):
        raise invalid("the multipart form ends in the middle of a file: send it whole, with the last boundary.")
    return _fitted(audio, _validated(ScoreColumns, fields), settings)


def parse_json(body: bytes, settings: ServiceSettings) -> ScoreRequest:
    """A ``ScoreBody``.

    Raises:
        ServiceError: 413 or 422.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"the body is no JSON ({error}): send {{'clips': [base64, …], 'requests': […]}}.") from error
    if not isinstance(fields, dict):
        raise invalid(f"the body is a JSON {type(fields).__name__}, expected an object with 'clips' and 'requests'.")
    columns = _validated(ScoreBody, fields)
    assert isinstance(columns, ScoreBody), "validated as such"
    _check_count(len(columns.clips), settings)
    return _fitted([_bytes(text, index) for index, text in enumerate(columns.clips)], columns, settings)


async def _parts(form: FormData) -> tuple[list[bytes], dict[str, object]]:
    fields: dict[str, object] = {}
    audio: list[bytes] = []
    for name, part in form.multi_items():
        if isinstance(part, str):
            fields[name] = _json_or_text(part)
        elif name == "files":
            audio.append(await part.read())
        else:
            raise invalid(f"the part {name!r} is a file: files of clips are parts named 'files'.")
    return audio, fields


class _InMemoryParser(MultiPartParser):
    spool_max_size = 2**31  # the body is in memory already and its size checked: no copy on the disk

    def close_files(self) -> int:
        """Closes every file that was begun, the form's and those that never ended, and counts them."""
        for file in self._files_to_close_on_error:
            file.close()
        return len(self._files_to_close_on_error)


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _json_or_text(value: str) -> object:
    try:
        return json.loads(value) if value.lstrip().startswith(("[", '"', "null")) else value
    except (ValueError, RecursionError) as error:
        raise invalid(f'a field starts like JSON but is none ({error}): send ["…", "…"] or a plain text.') from error


def _validated(model: type[ScoreColumns], fields: object) -> ScoreColumns:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise invalid(f"{place}: {message}. Known fields: {', '.join(model.model_fields)}.") from error


def _bytes(text: str, index: int) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"clip {index} is no base64 ({error}): encode the bytes of an audio file.") from error


def _check_count(count: int, settings: ServiceSettings) -> None:
    if count == 0:
        raise invalid("no clips came: send at least one (multipart parts named 'files', or 'clips' in JSON).")
    if count > settings.max_clips:
        raise too_big(f"{count} clips came, at most {settings.max_clips} are taken in a request: send them in several.")


def _fitted(audio: Sequence[bytes], columns: ScoreColumns, settings: ServiceSettings) -> ScoreRequest:
    _check_count(len(audio), settings)
    requests = _column("requests", columns.requests, len(audio))
    categories = _column("categories", columns.categories or [None], len(audio))
    return ScoreRequest(tuple(audio), requests, categories)


def _column(name: str, values: Sequence[T], count: int) -> tuple[T, ...]:
    if len(values) == 1:
        return tuple(values) * count
    if len(values) != count:
        raise invalid(f"{name} needs one value per clip, or one for all: got {len(values)} for {count} clips.")
    return tuple(values)


def parse_error(content_type: str) -> ServiceError:
    """415: neither of the two forms."""
    return ServiceError(
        415, "media_type", f"the body is {content_type or 'of no type'}: send {MULTIPART} with files, or {JSON}."
    )
