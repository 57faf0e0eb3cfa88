"""What does one piece cost, of which product, in which country?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from antiphon.core.money import micros
from antiphon.core.phone import REGIONS, region_of


class Product(StrEnum):
    """A piece is one segment of text, a started half-minute of a call, or one look-up."""

    PREMIUM = "premium"
    LOW_COST = "low_cost"
    VOICE = "voice"
    HLR = "hlr"


class Prices(Struct, frozen=True, kw_only=True):
    """In micro-units: `default` for every product, and by country (ISO 3166) what differs from it."""

    default: Mapping[Product, int]
    countries: Mapping[str, Mapping[Product, int]]

    def of(self, product: Product, region: str | None) -> int:
        """The price of one piece to a number of this region."""
        own = self.countries.get(region or "")
        return self.default[product] if own is None else own.get(product, self.default[product])

    def of_number(self, product: Product, number: str) -> int:
        """The price of one piece to this number (E.164)."""
        return self.of(product, region_of(number)) if self.countries else self.default[product]


# A sane start: what the large vendors ask for France, rounded.
STANDARD = {Product.PREMIUM: 45_000, Product.LOW_COST: 35_000, Product.VOICE: 60_000, Product.HLR: 10_000}


def affordable(left: int, price: int) -> int:
    """How many pieces at this price so much money buys; as if each were a micro-unit where they cost nothing."""
    return max(0, left) // max(1, price)


def read(table: Mapping[str, Any]) -> Prices:
    """The prices that a price file holds: `{"default": {"premium": "0.045"}, "FR": {"low_cost": "0.03"}}`.

    Amounts are texts, so that none is rounded. ValueError names what is wrong.
    """
    by_region = {name: _products(name, section) for name, section in table.items()}
    default = by_region.pop("default", {})
    for region in by_region:
        if region not in REGIONS:
            raise ValueError(f"[{region}] is neither a country code like FR nor default")
    return Prices(default=STANDARD | default, countries=by_region)


def _products(section: str, table: Any) -> dict[Product, int]:
    if not isinstance(table, Mapping):
        raise ValueError(f"{section} is not a section like [FR]")
    prices: dict[Product, int] = {}
    for name, amount in table.items():  # pyright: ignore[reportUnknownVariableType]
        if name not in tuple(Product):
            raise ValueError(f"[{section}] {name} is none of {', '.join(Product)}")
        try:
            prices[Product(name)] = micros(str(amount))  # pyright: ignore[reportUnknownArgumentType]
        except ValueError as why:
            raise ValueError(f"[{section}] {name}: {why}") from None
    return prices
