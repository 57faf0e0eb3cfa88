"""How does a text leave by an API that we have no file for? By a shape that the operator has written in TOML.
`http+generic://USER:PASSWORD@HOST?shape=FILE`.
"""

import re
import tomllib
from pathlib import Path

import msgspec

from antiphon.carriers.http.shape import Shape, check
from antiphon.core.errors import BadField


def read(file: str) -> Shape:
    """Raises BadField, which names the key that is wrong."""
    if not file:
        raise BadField(field="shape", reason="is missing: it names the TOML file that says how the carrier is called")
    try:
        written = tomllib.loads(Path(file).read_text())
    except OSError as failure:
        raise BadField(field="shape", reason=f"cannot be read: {failure.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise BadField(field="shape", reason=f"is no TOML: {failure}") from None
    try:
        shape = msgspec.convert(written, Shape, str_keys=True)
    except msgspec.ValidationError as failure:
        raise _bad(str(failure)) from None
    check(shape)
    return shape


def _bad(failure: str) -> BadField:
    """msgspec's sentence ("Expected `str`, got `int` - at `$.request.path`") as a refusal."""
    reason, _, path = failure.partition(" - at ")
    field = path.partition("$")[2].strip(".`").replace("[...]", "")
    name = re.fullmatch(r"Object (contains unknown|missing required) field `(.+)`", reason)
    if name is None:
        return BadField(field=field or "shape", reason="is not as it should be: " + reason.replace("`", ""))
    reason = "is no key of a shape" if "unknown" in name[1] else "is missing"
    return BadField(field=f"{field}.{name[2]}" if field else name[2], reason=reason)
