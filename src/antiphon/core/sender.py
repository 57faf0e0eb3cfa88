"""What may stand where the number of the sender stands?"""

import re

# Characters, of the alphanumeric address of GSM (3GPP TS 23.040, 9.1.2.5: eleven septets in ten octets).
LONGEST = 11
_SHORTEST = 3


def clean(written: str) -> str | None:
    """Only ASCII letters, digits and blanks, at most eleven; None where fewer than three are left."""
    name = re.sub(r"[^A-Za-z0-9 ]", "", written).strip()[:LONGEST].strip()
    return name if len(name) >= _SHORTEST else None
