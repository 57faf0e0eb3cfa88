"""What does it cost? Whole micro-units of a currency, so that no sum is ever rounded."""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation

MICROS = 1_000_000
_MOST = 2**63 - 1  # what a column of the database holds
# Python's own context rounds to 28 digits without a word, and a number out of its range is no InvalidOperation.
_EXACT = Context(traps=[Inexact, InvalidOperation])


def micros(amount: str) -> int:
    """`"0.045"` -> 45_000. ValueError where it is no decimal, negative, finer than a micro-unit or too much."""
    try:
        exact = _EXACT.multiply(_EXACT.create_decimal(amount.strip()), MICROS)
    except DecimalException:
        raise ValueError(f"{amount!r} is not an amount of money") from None
    if not (exact.is_finite() and 0 <= exact <= _MOST) or exact != exact.to_integral_value():
        raise ValueError(f"{amount!r} is not an amount of money in whole micro-units")
    return int(exact)


def shown(amount: int) -> str:
    """45_000 -> "0.045", for a sentence."""
    return f"{Decimal(amount) / MICROS:f}"


def units(amount: int) -> float:
    """45_000 -> 0.045, for a wire that wants a JSON number."""
    return amount / MICROS
