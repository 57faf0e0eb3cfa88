"""How else may a carrier spell a message's reference? Some answer in hexadecimal and report in decimal, pad, or fold
the case; which one does what is learned from its receipts."""

from enum import StrEnum


class Form(StrEnum):
    """What must be done to the id in a receipt to find the reference in the answer."""

    SAME = "same"
    LOWER = "lower"
    UPPER = "upper"
    TRIMMED = "trimmed"  # without leading zeros
    PADDED = "padded"
    DECIMAL = "decimal"  # the receipt's is hexadecimal
    DECIMAL_PADDED = "decimal_padded"
    HEX = "hex"  # the receipt's is decimal
    HEX_UPPER = "hex_upper"
    HEX_PADDED = "hex_padded"
    HEX_UPPER_PADDED = "hex_upper_padded"


_WIDTHS = (8, 10, 16)  # digits that carriers pad to
_LONGEST = 20  # digits: a longer one is no number that somebody counts up


def spelt(id: str, form: Form) -> tuple[str, ...]:
    """The references that this id may mean when the carrier spells so; none where it cannot be read so."""
    match form:
        case Form.SAME:
            return (id,)
        case Form.LOWER:
            return (id.lower(),)
        case Form.UPPER:
            return (id.upper(),)
        case Form.TRIMMED:
            return (id.lstrip("0"),)
        case Form.PADDED:
            return tuple(id.zfill(width) for width in _WIDTHS)
        case _:
            return _in_other_base(id, form)


def spellings(id: str) -> dict[str, Form]:
    """All references that this id may mean, the likeliest form of each."""
    found: dict[str, Form] = {}
    for form in Form:
        for reference in spelt(id, form):
            if reference:
                found.setdefault(reference, form)
    return found


def _in_other_base(id: str, form: Form) -> tuple[str, ...]:
    from_hex = form in (Form.DECIMAL, Form.DECIMAL_PADDED)
    try:
        number = int(id, 16 if from_hex else 10)
    except ValueError:
        return ()
    if len(id) > _LONGEST or not id.isalnum():
        return ()
    written = str(number) if from_hex else f"{number:X}" if "UPPER" in form.name else f"{number:x}"
    return tuple(written.zfill(width) for width in _WIDTHS) if "PADDED" in form.name else (written,)
