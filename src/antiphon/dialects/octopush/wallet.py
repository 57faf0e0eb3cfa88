"""Money: the balance, what it buys in each country, and transfers between an account and its sub-accounts."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from antiphon.core.account import Account
from antiphon.core.errors import BadField, MissingField
from antiphon.core.money import MICROS, units
from antiphon.core.phone import REGIONS
from antiphon.core.price import Prices, Product, affordable
from antiphon.core.wallet import UNMETERED, Transfer
from antiphon.dialects.door import Call
from antiphon.services import wallet

# ?product_name=sms_premium&country_code=FR&with_details=1


class WireBalanceQuery(Struct, forbid_unknown_fields=True):
    with_details: bool = False
    country_code: str | None = None
    product_name: Literal["sms_premium", "sms_low_cost", "vocal_sms", "voice_sms", "hlr", "euro"] | None = None


# ?country_codes[]=FR&country_codes[]=ES


class WireCountries(Struct, forbid_unknown_fields=True):
    country_codes: list[str] | None = None


# {"email_to": "axelle_durand@sub-accounts.com"}


class WireTokenQuery(Struct, forbid_unknown_fields=True):
    email_to: str | None = None


# {"token": "5f3fbce61266e", "from_wallet_pack_id": "0b1e...", "amount": 25}


class WireTransfer(Struct, forbid_unknown_fields=True):
    token: str | None = None
    from_wallet_pack_id: str | None = None
    # Not a whole number that a fraction may be cut to: it is money.
    amount: Annotated[Any, Meta(extra_json_schema={"type": "integer"})] = None


PRODUCTS = {
    "sms_premium": Product.PREMIUM,
    "sms_low_cost": Product.LOW_COST,
    "vocal_sms": Product.VOICE,
    "voice_sms": Product.VOICE,
    "hlr": Product.HLR,
}
_UNITS = {"EUR": "euros"}
_NEVER = "2099-12-31T23:59:59+00:00"  # what is paid in does not expire, and clients parse a date


def read_product(query: WireBalanceQuery, call: Call) -> tuple[Product, str] | None:
    """The product and the country that are asked about; each needs the other, and without both it is the money."""
    product, country = PRODUCTS.get(query.product_name or ""), (query.country_code or "").strip().upper()
    if product is not None and country in REGIONS:
        return product, country
    call.ignored += [
        name for name in ("product_name", "country_code") if getattr(query, name) and query.product_name != "euro"
    ]
    return None


def read_countries(query: WireCountries, call: Call) -> list[str]:
    """Those that are named, else the account's own and those that have prices of their own."""
    named = [code.strip().upper() for code in query.country_codes or []]
    call.ignored += [f"country_codes[{place}]" for place, code in enumerate(named) if code not in REGIONS]
    known = [code for code in named if code in REGIONS]
    return list(dict.fromkeys(known or [call.account.region, *sorted(call.prices.countries)]))


def read_transfer(body: WireTransfer, account: Account) -> tuple[str, int]:
    """The token, and the amount in micro-units. Raises MissingField or BadField."""
    if not body.token:
        raise MissingField(field="token")
    amount = read_amount(body.amount)
    if body.from_wallet_pack_id and body.from_wallet_pack_id.strip().lower() != write_pack(account.id):
        raise BadField(field="from_wallet_pack_id", reason="is not the id of your wallet")
    return body.token.strip(), amount


def read_amount(written: object) -> int:
    """In micro-units. Raises MissingField, or BadField where it is no whole number."""
    text = "" if written is None else str(written).strip()
    if not text:
        raise MissingField(field="amount")
    whole = re.fullmatch(r"([0-9]{1,9})(\.0+)?", text)
    if not whole:
        raise BadField(field="amount", reason="is no whole number of your currency")
    return int(whole[1]) * MICROS


# {"amount": 204, "unit": "sms_premium", "wallet_packs": [{"wallet_pack_id": "...", "credit": 12.54,
#  "expiration_date": "2030-10-23T13:41:46+02:00"}]}


class WirePack(Struct):
    """The id under both names that are documented."""

    id: str
    wallet_pack_id: str
    credit: float
    expiration_date: str


class WireBalance(Struct):
    amount: float
    unit: str
    wallet_packs: list[WirePack] | UnsetType = UNSET


def write_balance(left: int, asked: WireBalanceQuery, product: tuple[Product, str] | None, call: Call) -> WireBalance:
    pack = write_pack(call.account.id)
    amount = units(left) if product is None else affordable(left, call.prices.of(*product))
    unit = (asked.product_name or "") if product else _UNITS.get(call.account.currency, call.account.currency.lower())
    packs = [WirePack(id=pack, wallet_pack_id=pack, credit=units(left), expiration_date=_NEVER)]
    return WireBalance(amount=amount, unit=unit, wallet_packs=packs if asked.with_details else UNSET)


def write_pack(account: int) -> str:
    """A wallet is one pack, and has the account's id in the shape of a UUID."""
    return str(UUID(int=account))


# {"FR": {"premium_sms": 10, "vocal_sms": 0, "low_cost_sms": 21, "hlr": 87}, "ES": {...}}


class WireCredits(Struct):
    """The words the other way round than in a campaign's `type`: the vendor's own."""

    premium_sms: int
    vocal_sms: int
    low_cost_sms: int
    hlr: int


def write_credits(left: int, countries: Sequence[str], prices: Prices) -> dict[str, WireCredits]:
    def pieces(product: Product, country: str) -> int:
        return affordable(left, prices.of(product, country))

    return {
        country: WireCredits(
            premium_sms=pieces(Product.PREMIUM, country),
            vocal_sms=pieces(Product.VOICE, country),
            low_cost_sms=pieces(Product.LOW_COST, country),
            hlr=pieces(Product.HLR, country),
        )
        for country in countries
    }


# {"token": "5f3fbce61266e"}


class WireToken(Struct):
    token: str


# {"wallet_pack_from": {"id": "...", "residual_credit": 120.0}, "wallet_pack_to": {"id": "...", "residual_credit": 8.0}}


class WireLeft(Struct):
    id: str
    residual_credit: float


class WireTransferred(Struct):
    wallet_pack_from: WireLeft
    wallet_pack_to: WireLeft


def write_transfer(done: Transfer) -> WireTransferred:
    sender = UNMETERED if done.sender_left is None else done.sender_left
    return WireTransferred(
        wallet_pack_from=WireLeft(id=write_pack(done.sender_id), residual_credit=units(sender)),
        wallet_pack_to=WireLeft(id=write_pack(done.receiver_id), residual_credit=units(done.receiver_left)),
    )


async def balance(call: Call, query: WireBalanceQuery) -> WireBalance:
    """Read what is left: in money, or in pieces of a product in a country."""
    left = await wallet.balance(call.store, call.account)
    return write_balance(left, query, read_product(query, call), call)


async def credits_by_country(call: Call, query: WireCountries) -> dict[str, WireCredits]:
    """Read how many pieces of each product the balance buys, by country."""
    left = await wallet.balance(call.store, call.account)
    return write_credits(left, read_countries(query, call), call.prices)


async def token(call: Call, body: WireTokenQuery) -> WireToken:
    """Ask for a token that allows one transfer to a sub-account, or to the parent, within the hour."""
    if not body.email_to:
        raise MissingField(field="email_to")
    return WireToken(await wallet.issue_token(call.store, call.account, body.email_to))


async def transfer(call: Call, body: WireTransfer) -> WireTransferred:
    """Move money by a token."""
    return write_transfer(await wallet.transfer(call.store, call.account, *read_transfer(body, call.account)))
