"""What all pages share: one template environment, and the filters with which numbers and data get into a page.

Everything that comes from users is escaped: text by the templates themselves, data by ``page_data``.
"""

import json
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

DASH = "–"


def render_page(template: str, **context: object) -> str:
    """HTML of a template of ``audioforge.reports``."""
    return page_environment().get_template(template).render(**context)


@cache
def page_environment() -> Environment:
    """Templates escape all they are given, and refuse names that they aren't given."""
    environment = Environment(
        loader=PackageLoader("audioforge.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "signed": signed, "data": page_data, "words": words}
    return environment


def number(value: float | None, digits: int = 2) -> str:
    """A number as read, or a dash."""
    return DASH if value is None else f"{value:.{digits}f}"


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign, or a dash; what rounds to nothing has no sign."""
    return DASH if value is None else _sign(round(value, digits)) + f"{abs(value):.{digits}f}"


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


def words(name: str) -> str:
    """``clap_alignment`` → ``clap alignment``."""
    return name.replace("_", " ")


def page_data(value: object) -> Markup:
    """JSON for a script element: no user's text can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
