"""What a piece costs: the price file is read or refused, and money buys no more than it can pay."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.price import STANDARD, Prices, Product, affordable, read

PREMIUM, LOW_COST, VOICE, HLR = Product.PREMIUM, Product.LOW_COST, Product.VOICE, Product.HLR
FILE = {
    "default": {"premium": "0.05", "hlr": "0"},
    "FR": {"premium": "0.045", "voice": "0.000001"},
    "ES": {"low_cost": "0.03"},
    "US": {},
}


def test_a_country_differs_where_it_says_so_and_the_default_where_that_does() -> None:
    prices = read(FILE)
    table = {region: [prices.of(product, region) for product in Product] for region in ("FR", "ES", "US", "GB")}
    assert list(Product) == [PREMIUM, LOW_COST, VOICE, HLR]
    assert table == {
        "FR": [45_000, 35_000, 1, 0],
        "ES": [50_000, 30_000, 60_000, 0],
        "US": [50_000, 35_000, 60_000, 0],
        "GB": [50_000, 35_000, 60_000, 0],
    }
    assert prices.of(PREMIUM, None) == prices.of(PREMIUM, "ZZ") == prices.of(PREMIUM, "") == 50_000


def test_a_program_without_a_price_file_has_prices() -> None:
    assert read({}) == Prices(default=STANDARD, countries={})
    assert {*STANDARD} == {*Product}
    assert all(STANDARD.values())


@pytest.mark.parametrize("countries", [{}, {"ES": {"premium": "0.07"}}], ids=["one price for all", "by country"])
@pytest.mark.parametrize(
    ("number", "region"),
    [
        pytest.param("+33612345678", "FR", id="France"),
        pytest.param("+34612345678", "ES", id="Spain"),
        pytest.param("+14155550123", "US", id="one of many countries of +1"),
        pytest.param("+80012345678", None, id="of no country"),
    ],
)
def test_a_number_costs_what_its_country_does(countries: dict[str, Any], number: str, region: str | None) -> None:
    prices = read(countries)
    assert prices.of_number(PREMIUM, number) == prices.of(PREMIUM, region)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param({"XX": {}}, "[XX] is neither a country code like FR nor default", id="no country"),
        pytest.param({"fr": {}}, "[fr] is neither a country code like FR nor default", id="a small country"),
        pytest.param({"premium": "0.045"}, "premium is not a section like [FR]", id="a price of nowhere"),
        pytest.param({"FR": [{}]}, "FR is not a section like [FR]", id="a section twice"),
        pytest.param({"default": "0.045"}, "default is not a section like [FR]", id="no section"),
        pytest.param(
            {"FR": {"sms": "0.045"}}, "[FR] sms is none of premium, low_cost, voice, hlr", id="no such product"
        ),
        pytest.param({"FR": {"hlr": "-0.1"}}, "[FR] hlr: '-0.1' is not an amount of money", id="less than nothing"),
        pytest.param({"FR": {"hlr": "0,1"}}, "[FR] hlr: '0,1' is not an amount of money", id="a comma"),
        pytest.param({"FR": {"hlr": True}}, "[FR] hlr: 'True' is not an amount of money", id="a truth"),
        pytest.param({"FR": {"hlr": float("nan")}}, "[FR] hlr: 'nan' is not an amount of money", id="not a number"),
        pytest.param({"FR": {"hlr": {}}}, "[FR] hlr: '{}' is not an amount of money", id="a section in a section"),
        pytest.param({"default": {"hlr": "1e-7"}}, "[default] hlr: '1e-7' is not an amount of money", id="too fine"),
        pytest.param(
            {"default": {"hlr": "1e999999"}}, "[default] hlr: '1e999999' is not an amount of money", id="too much"
        ),
    ],
)
def test_what_is_wrong_with_a_price_file_is_named(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(table)


numbers = st.from_regex(r"\A-?[0-9]{1,30}(\.[0-9]{1,40})?\Z")
powers = st.builds("{}e{}".format, st.integers(0, 99), st.integers(-(10**19), 10**19) | st.integers(-40, 40))
scalars = st.one_of(
    numbers,
    powers,
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.lists(st.integers(), max_size=2),
)
products = st.sampled_from([*map(str, Product), "PREMIUM"])
sections = st.dictionaries(products, numbers | powers | scalars, max_size=2)
tables = st.dictionaries(st.sampled_from(["default", "FR", "ES", "XX"]), sections | scalars, max_size=2)


@given(tables)
def test_any_price_file_is_read_or_refused(table: dict[str, Any]) -> None:
    with suppress(ValueError):
        prices = read(table)
        for region in (*table, None):
            assert all(0 <= prices.of(product, region) < 2**63 for product in Product)


good = st.dictionaries(st.sampled_from(Product), st.integers(0, 10**9), max_size=4)


@given(good, st.dictionaries(st.sampled_from(["FR", "ES", "US"]), good), st.sampled_from(["FR", "ES", "US", "GB"]))
def test_the_nearest_price_that_is_written_down_is_the_price(
    default: dict[Product, int], countries: dict[str, dict[Product, int]], region: str
) -> None:
    prices = read({name: _written(section) for name, section in {"default": default, **countries}.items()})
    for product in Product:
        nearest = (STANDARD | default | countries.get(region, {}))[product]
        assert prices.of(product, region) == nearest


def _written(section: dict[Product, int]) -> dict[str, str]:
    return {product.value: f"{amount // 10**6}.{amount % 10**6:06}" for product, amount in section.items()}


@given(st.integers(-(10**18), 10**18), st.integers(0, 10**9))
def test_money_buys_what_it_can_pay_and_not_one_more(left: int, price: int) -> None:
    count = affordable(left, price)
    assert count >= 0
    assert count * price <= max(0, left)
    assert (count + 1) * max(1, price) > left
