"""Who gets an account, and what opens it, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from antiphon.core.account import Account, NewCredential
from antiphon.core.errors import BadField, NotAuthenticated
from antiphon.services import accounts
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import another_account


async def test_a_new_account_has_what_its_region_says(store: Store) -> None:
    credential = await accounts.create(store, " Somebody@Example.com ", " gb ")
    account = await accounts.authenticate(store, credential.api_key)
    assert (account.id, account.sid) == (credential.account_id, credential.sid)
    assert (account.region, account.time_zone, account.currency) == ("GB", "Europe/London", "EUR")
    assert credential.login == "somebody@example.com"


@pytest.mark.parametrize(
    ("login", "region", "field"),
    [
        pytest.param("", "FR", "login", id="no login"),
        pytest.param("somebody", "FR", "login", id="no e-mail address"),
        pytest.param("some body@example.com", "FR", "login", id="a blank in it"),
        pytest.param("SOMEONE@example.com", "FR", "login", id="taken"),
        pytest.param("other@example.com", "", "region", id="no region"),
        pytest.param("other@example.com", "France", "region", id="a country's name"),
        pytest.param("other@example.com", "XX", "region", id="no such region"),
    ],
)
async def test_what_makes_no_account(
    store: Store, credential: NewCredential, login: str, region: str, field: str
) -> None:
    with pytest.raises(BadField) as refusal:
        await accounts.create(store, login, region)
    assert refusal.value.field == field
    assert await accounts.count(store) == 1


async def test_the_key_opens_its_account_alone(store: Store, credential: NewCredential, account: Account) -> None:
    other = await another_account(store)
    assert await accounts.authenticate(store, credential.api_key) == account
    assert other.id != account.id
    assert await accounts.count(store) == 2


@pytest.mark.parametrize("name", ["login", "key_id", "sid"])
async def test_the_key_opens_beside_each_name_of_its_account(
    store: Store, credential: NewCredential, account: Account, name: str
) -> None:
    known_as = getattr(credential, name)
    for written in (known_as, f" {known_as.upper()} "):
        assert await accounts.authenticate(store, credential.api_key, known_as=written) == account


@pytest.mark.parametrize("known_as", ["", "other@example.com", "é", "ac0000000000", "another"])
async def test_the_key_does_not_open_beside_another_name(
    store: Store, credential: NewCredential, known_as: str
) -> None:
    if known_as == "another":
        known_as = (await another_account(store)).sid
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(store, credential.api_key, known_as=known_as)


@pytest.mark.parametrize("wrong", ["", "é", "0" * 40, "hash", "login", "key_id", "upper", "blank"])
async def test_nothing_but_the_key_opens(store: Store, credential: NewCredential, wrong: str) -> None:
    async with store.read() as tx:
        row = await tx.first(select(metadata.tables["credentials"].c.secret_hash))
    assert row
    tried = {
        "hash": row["secret_hash"],
        "login": credential.login,
        "key_id": credential.key_id,
        "upper": credential.api_key.upper(),
        "blank": f"{credential.api_key} ",
    }
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(store, tried.get(wrong, wrong))


async def test_the_key_is_nowhere_in_the_database(store: Store, database_url: str, credential: NewCredential) -> None:
    async with store.read() as tx:
        stored = [str(dict(row)) for table in metadata.tables.values() for row in await tx.all(select(table))]
    assert any(credential.key_id in row for row in stored)
    assert not any(credential.api_key in row for row in stored)
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        kept = b"".join(path.read_bytes() for path in Path(url.database or "").parent.glob("antiphon.db*"))
        assert credential.key_id.encode() in kept
        assert credential.api_key.encode() not in kept


async def test_the_first_account_is_an_operators_and_others_only_where_that_is_said(store: Store) -> None:
    async def runs(login: str, **options: bool) -> bool:
        made = await accounts.create(store, login, "FR", **options)
        return (await accounts.authenticate(store, made.api_key)).operator

    assert await runs("first@example.com")
    assert not await runs("second@example.com")
    assert await runs("third@example.com", operator=True)
