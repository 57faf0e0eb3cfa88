"""What is left: /api/credit in money, /api/balance in texts of each type, as XML or JSON."""

from msgspec import Struct, to_builtins

from antiphon.core.money import units
from antiphon.core.price import Product
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.octopush_legacy.errors import xml
from antiphon.services import wallet


class WireWho(Struct):
    """The credentials, and nothing else."""

    user_login: str | None = None
    api_key: str | None = None


# {"error_code": "000", "credit": "0.18"}


class WireCredit(Struct):
    """Amounts are texts here."""

    error_code: str
    credit: str


# {"balance": {"FR": "14065.62", "XXX": "18003.96"}}


class WireBalance(Struct):
    error_code: str
    balance: dict[str, str]


_TYPES = {"FR": Product.PREMIUM, "XXX": Product.LOW_COST}


def write_credit(left: int) -> WireCredit:
    return WireCredit(error_code="000", credit=f"{units(left):.2f}")


def write_balance(left: int, call: Call) -> WireBalance:
    """How many texts of each type the money buys at home."""
    prices = {name: max(1, call.prices.of(product, call.account.region)) for name, product in _TYPES.items()}
    return WireBalance(error_code="000", balance={name: f"{left / price:.2f}" for name, price in prices.items()})


async def credit_xml(call: Call, query: WireWho) -> Answer:
    """Read what is left in money; the answer is XML."""
    return xml(to_builtins(await credit_json(call, query)))


async def credit_json(call: Call, query: WireWho) -> WireCredit:
    """Read what is left in money."""
    return write_credit(await wallet.balance(call.store, call.account))


async def balance_xml(call: Call, query: WireWho) -> Answer:
    """Read how many texts of each type are left; the answer is XML."""
    return xml(to_builtins(await balance_json(call, query)))


async def balance_json(call: Call, query: WireWho) -> WireBalance:
    """Read how many texts of each type are left."""
    return write_balance(await wallet.balance(call.store, call.account), call)
