"""What does it cost? Whole micro-units of a currency, so that no sum is ever rounded."""

from decimal import Decimal, InvalidOperation

MICROS = 1_000_000


def micros(amount: str) -> int:
    """`"0.045"` -> 45_000. ValueError where it is no decimal, is negative or is finer than a micro-unit."""
    try:
        exact = Decimal(amount) * MICROS
    except InvalidOperation:
        raise ValueError(f"{amount!r} is not an amount of money") from None
    if not exact.is_finite() or exact < 0 or exact != exact.to_integral_value():
        raise ValueError(f"{amount!r} is not an amount of money in whole micro-units")
    return int(exact)


def shown(amount: int) -> str:
    """45_000 -> "0.045", for a sentence."""
    return f"{Decimal(amount) / MICROS:f}"


def units(amount: int) -> float:
    """45_000 -> 0.045, for a wire that wants a JSON number."""
    return amount / MICROS
