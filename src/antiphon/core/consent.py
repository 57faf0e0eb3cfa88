"""Who must not be written to, and which words say so?"""

import re
import unicodedata
from datetime import datetime

from msgspec import Struct

# The words of large platforms and of the CTIA, and the French one; a carrier that sees one expects silence after.
STOP_WORDS = frozenset(
    {
        "stop",
        "stopall",
        "arret",
        "arreter",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "remove",
        "revoke",
        "optout",
    }
)

# What people add to the word without meaning anything else: "Stop. Thank you", "stop svp".
_COURTESIES = frozenset({"all", "please", "pls", "thanks", "thank", "you", "merci", "svp", "sms", "now", "it"})

# "STOP au 30101", "STOP at 30101", "STOP au XXXXX", "no PUB=STOP": they share the word itself, in capitals.
_STOP_MENTION = re.compile(r"(?<![A-Za-z])STOP(?![A-Za-z])")


class OptOut(Struct, frozen=True, kw_only=True):
    """A number that wants no more, since when and how we know: `source` is the way in, `words` what was said."""

    number: str
    at: datetime
    source: str
    words: str | None = None


def says_stop(text: str) -> bool:
    """Does this reply ask for silence? "STOP", "Stop. Thank you", "arrêt"; not "got to STOP this bill"."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z]+", bare.replace("opt-out", "optout"))
    return bool(words) and words[0] in STOP_WORDS and _COURTESIES.issuperset(words[1:])


def mentions_stop(text: str) -> bool:
    """Does this text say how to stop it? Only in capitals, as at the vendors that ask for it."""
    return _STOP_MENTION.search(text) is not None
