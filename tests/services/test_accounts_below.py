"""Accounts below an account, and what an account has set, on both databases."""

import asyncio
import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace
from sqlalchemy import make_url, select

from antiphon.core.account import Account, Alert, Callbacks, NewCredential, Parameters, Person, SubAccount
from antiphon.core.errors import BadField, NotAuthenticated, TooMany, UnknownAccount
from antiphon.core.wallet import UNMETERED
from antiphon.services import accounts, wallet
from antiphon.services.accounts import NewSubAccount
from antiphon.store import accounts as stored_accounts
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import holder, somebody_waits

PERSON = Person(first_name="Axelle", last_name="Durand", company="ACME")
COMMAND = NewSubAccount(person=PERSON, password="correct horse")
EVERYTHING = Parameters(
    sender="ACME",
    voice_sender="33123456789",
    test_number="+33612345678",
    callbacks=Callbacks(receipts="https://a.example/r", replies_email="a@b.example"),
    alert=Alert(product="sms_premium", bound=100, emails=("a@b.example", "c@d.example"), number="+33612345678"),
)


@pytest.fixture
async def below(store: Store, account: Account) -> NewCredential:
    """What opens an account below `account`."""
    return await accounts.create_sub_account(store, account, COMMAND)


def _same(known: SubAccount) -> SubAccount:
    return known


async def _password_hash(store: Store, login: str) -> str:
    table = metadata.tables["credentials"]
    async with store.read() as tx:
        row = await tx.first(select(table.c.password_hash).where(table.c.login == login))
    assert row
    return row["password_hash"]


async def test_a_new_one_is_like_its_parent(store: Store) -> None:
    parent = await another_account(store, "GB")
    made = await accounts.create_sub_account(store, parent, replace(COMMAND, parameters=EVERYTHING))
    opened = await accounts.authenticate(store, made.api_key, known_as=made.login)
    assert made.login == "axelle_durand@sub-accounts.com"
    assert (opened.id, opened.sid, opened.parent_id) == (made.account_id, made.sid, parent.id)
    assert (opened.region, opened.time_zone, opened.currency) == ("GB", "Europe/London", "EUR")
    assert opened.parameters == EVERYTHING
    found = await accounts.find_sub_account(store, parent, f" {made.login.upper()} ")
    assert found == SubAccount(account=opened, person=PERSON, login=made.login, key_hint=made.api_key[-4:])


@pytest.mark.parametrize(("pieces", "left"), [(0, UNMETERED), (5, 0)], ids=["not metered", "metered"])
async def test_a_new_one_is_metered_where_its_parent_is(store: Store, pieces: int, left: int) -> None:
    made = await accounts.create_sub_account(store, (await holder(store, pieces)).account, COMMAND)
    assert await wallet.balance(store, await accounts.authenticate(store, made.api_key)) == left


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        pytest.param("Zoé", "Müller-Ørsted", "zoe_mullerrsted", id="accents"),
        pytest.param(" Anne Marie ", "d'Été", "annemarie_dete", id="blanks and an apostrophe"),
        pytest.param("AXELLE", "2nd", "axelle_2nd", id="capitals and digits"),
        pytest.param("ﬁne", "①", "fine_1", id="letters that are several"),
        pytest.param("李", "王", "account", id="no Latin letter"),
        pytest.param("a@b", "c%d\n", "ab_cd", id="what stands in an address"),
        pytest.param("x" * 255, "y" * 255, f"{'x' * 255}_{'y' * 255}", id="the longest"),
    ],
)
async def test_a_login_is_made_from_the_names(store: Store, account: Account, first: str, last: str, name: str) -> None:
    person = Person(first_name=first, last_name=last)
    made = await accounts.create_sub_account(store, account, replace(COMMAND, person=person))
    assert made.login == f"{name}@sub-accounts.com"
    assert (await accounts.find_sub_account(store, account, made.login)).person == person


async def test_a_login_that_is_taken_gets_letters_more(store: Store, account: Account) -> None:
    parents = [account, account, await another_account(store)]
    made = [await accounts.create_sub_account(store, parent, COMMAND) for parent in parents]
    first, *others = [one.login for one in made]
    assert first == "axelle_durand@sub-accounts.com"
    assert all(re.fullmatch(r"axelle_durand_[0-9a-f]{8}@sub-accounts\.com", login) for login in others)
    assert len({(await accounts.authenticate(store, one.api_key, one.login)).id for one in made}) == 3


@pytest.mark.parametrize(
    ("person", "password", "field"),
    [
        pytest.param(Person(last_name="Durand"), "12345678", "first_name", id="no first name"),
        pytest.param(Person(first_name="", last_name="Durand"), "12345678", "first_name", id="an empty one"),
        pytest.param(Person(first_name=" \n", last_name="Durand"), "12345678", "first_name", id="a blank one"),
        pytest.param(Person(first_name="Axelle"), "12345678", "last_name", id="no last name"),
        pytest.param(Person(first_name="Axelle", last_name="x" * 256), "12345678", "last_name", id="too long a name"),
        pytest.param(PERSON, "", "password", id="no password"),
        pytest.param(PERSON, "1234567", "password", id="too short a password"),
        pytest.param(PERSON, "x" * 256, "password", id="too long a password"),
    ],
)
async def test_what_makes_no_account_below(
    store: Store, account: Account, person: Person, password: str, field: str
) -> None:
    with pytest.raises(BadField) as refusal:
        await accounts.create_sub_account(store, account, NewSubAccount(person=person, password=password))
    assert refusal.value.field == field
    assert await accounts.count(store) == 1


async def test_an_account_has_twenty_below_it(store: Store, account: Account) -> None:
    other = await another_account(store)
    for parent in (account, other):
        for _ in range(19):
            await holder(store, parent=parent)
    await accounts.create_sub_account(store, account, COMMAND)
    with pytest.raises(TooMany) as refusal:
        await accounts.create_sub_account(store, account, COMMAND)
    assert (refusal.value.given, refusal.value.limit) == (21, 20)
    await accounts.create_sub_account(store, other, COMMAND)


async def test_of_two_at_once_no_more_are_made_than_twenty(store: Store, other_store: Store, account: Account) -> None:
    for _ in range(19):
        await holder(store, parent=account)
    making = (accounts.create_sub_account(one, account, COMMAND) for one in (store, other_store))
    answers = await asyncio.gather(*making, return_exceptions=True)
    assert [isinstance(answer, TooMany) for answer in answers].count(True) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_who_makes_one_waits_for_who_makes_another(store: Store, account: Account) -> None:
    for _ in range(19):
        await holder(store, parent=account)
    twentieth = replace(account, id=1, sid="ac1", parent_id=account.id)
    async with store.begin() as tx:
        await stored_accounts.lock(tx, account.id)
        making = asyncio.create_task(accounts.create_sub_account(store, account, COMMAND))
        waiting = asyncio.create_task(somebody_waits(store))
        await asyncio.wait({making, waiting}, return_when=asyncio.FIRST_COMPLETED)
        await stored_accounts.add(tx, twentieth, PERSON)
    with pytest.raises(TooMany):
        await making


async def test_a_password_is_kept_as_what_nobody_can_read(
    store: Store, account: Account, database_url: str, below: NewCredential
) -> None:
    kept = await _password_hash(store, below.login)
    assert kept.startswith("$argon2id$")
    assert PasswordHasher().verify(kept, COMMAND.password)
    await accounts.edit_sub_account(store, account, below.login, _same, "another horse")
    assert PasswordHasher().verify(await _password_hash(store, below.login), "another horse")
    async with store.read() as tx:
        stored = [str(dict(row)) for table in metadata.tables.values() for row in await tx.all(select(table))]
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        stored += [str(path.read_bytes()) for path in Path(url.database or "").parent.glob("antiphon.db*")]
    assert not any("horse" in one for one in stored)


async def test_one_is_edited(store: Store, account: Account, below: NewCredential) -> None:
    before = await accounts.find_sub_account(store, account, below.login)
    kept = await _password_hash(store, below.login)
    person = Person(first_name="Zoé", last_name="Petit")
    wanted = replace(before, person=person, account=replace(before.account, parameters=EVERYTHING))
    assert await accounts.edit_sub_account(store, account, f" {below.login.upper()} ", lambda _: wanted, None) == wanted
    assert await accounts.find_sub_account(store, account, below.login) == wanted
    assert await _password_hash(store, below.login) == kept
    assert await accounts.authenticate(store, below.api_key) == wanted.account


@pytest.mark.parametrize("password", ["1234567", "x" * 256])
async def test_a_new_password_is_judged_as_the_first_one(
    store: Store, account: Account, below: NewCredential, password: str
) -> None:
    with pytest.raises(BadField) as refusal:
        await accounts.edit_sub_account(store, account, below.login, _same, password)
    assert refusal.value.field == "password"


async def test_an_edit_that_is_refused_changes_nothing(store: Store, account: Account, below: NewCredential) -> None:
    before, kept = (
        await accounts.find_sub_account(store, account, below.login),
        await _password_hash(store, below.login),
    )
    with pytest.raises(BadField):
        await accounts.edit_sub_account(
            store, account, below.login, lambda known: replace(known, person=Person()), "another horse"
        )
    assert await accounts.find_sub_account(store, account, below.login) == before
    assert await _password_hash(store, below.login) == kept


@pytest.mark.parametrize("who", ["itself", "a sibling", "a stranger"])
async def test_only_its_parent_sees_and_edits_it(
    store: Store, account: Account, below: NewCredential, who: str
) -> None:
    viewer = {
        "itself": await accounts.authenticate(store, below.api_key),
        "a sibling": (await holder(store, parent=account)).account,
        "a stranger": await another_account(store),
    }[who]
    with pytest.raises(UnknownAccount):
        await accounts.find_sub_account(store, viewer, below.login)
    with pytest.raises(UnknownAccount):
        await accounts.edit_sub_account(store, viewer, below.login, _same, "another horse")


async def test_what_an_account_sets_is_kept(store: Store, account: Account, credential: NewCredential) -> None:
    assert account.parameters == Parameters()
    assert await accounts.edit_parameters(store, account, lambda _: EVERYTHING) == EVERYTHING
    changed = await accounts.edit_parameters(store, account, lambda known: replace(known, sender="Shop"))
    assert changed == replace(EVERYTHING, sender="Shop")
    assert (await accounts.authenticate(store, credential.api_key)).parameters == changed
    assert (await another_account(store)).parameters == Parameters()


async def test_what_two_set_at_once_is_all_kept(
    store: Store, other_store: Store, account: Account, credential: NewCredential
) -> None:
    fields = ("sender", "voice_sender", "test_number")
    editing = (
        accounts.edit_parameters(one, account, lambda known, field=field: replace(known, **{field: "123"}))
        for one, field in zip((store, other_store, store), fields, strict=True)
    )
    await asyncio.gather(*editing)
    parameters = (await accounts.authenticate(store, credential.api_key)).parameters
    assert [getattr(parameters, field) for field in fields] == ["123"] * 3


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_what_the_parent_and_the_account_set_at_once_is_all_kept(
    store: Store, account: Account, below: NewCredential
) -> None:
    def named(known: SubAccount) -> SubAccount:
        parameters = replace(known.account.parameters, sender="ACME")
        return replace(known, account=replace(known.account, parameters=parameters))

    async with store.begin() as tx:
        known = await stored_accounts.parameters(tx, below.account_id)
        editing = asyncio.create_task(accounts.edit_sub_account(store, account, below.login, named, None))
        await somebody_waits(store)
        await stored_accounts.change_parameters(tx, below.account_id, replace(known, test_number="123"))
    await editing
    found = await accounts.find_sub_account(store, account, below.login)
    assert found.account.parameters == Parameters(sender="ACME", test_number="123")


async def test_a_change_is_seen_here_at_once_and_elsewhere_in_five_seconds(
    store: Store, other_store: Store, account: Account, below: NewCredential, clock: Clock
) -> None:
    async def senders() -> list[str | None]:
        found = [await accounts.authenticate(one, below.api_key) for one in (store, other_store)]
        return [one.parameters.sender for one in found]

    def sender(name: str, known: SubAccount) -> SubAccount:
        return replace(known, account=replace(known.account, parameters=Parameters(sender=name)))

    assert await senders() == [None, None]
    opened = await accounts.authenticate(store, below.api_key)
    await accounts.edit_parameters(store, opened, lambda _: Parameters(sender="one"))
    clock.advance(4.999)
    assert await senders() == ["one", None]
    clock.advance(0.001)
    assert await senders() == ["one", "one"]
    await accounts.edit_sub_account(store, account, below.login, lambda known: sender("two", known), None)
    assert await senders() == ["two", "one"]
    clock.advance(5)
    assert await senders() == ["two", "two"]


async def test_what_is_believed_of_a_key_opens_beside_its_own_names_alone(
    store: Store, credential: NewCredential, account: Account
) -> None:
    for known_as in (None, credential.login, credential.key_id, account.sid):
        assert await accounts.authenticate(store, credential.api_key, known_as) == account
        with pytest.raises(NotAuthenticated):
            await accounts.authenticate(store, credential.api_key, "other@example.com")


async def test_a_key_that_is_wrong_is_not_believed_to_be(store: Store) -> None:
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(store, "0" * 40)
    made = await accounts.create(store, "new@example.com", "FR")
    assert (await accounts.authenticate(store, made.api_key)).id == made.account_id


async def test_below_an_operator_is_none(store: Store, account: Account) -> None:
    person = Person(first_name="Axelle", last_name="Durand")
    made = await accounts.create_sub_account(store, account, NewSubAccount(person=person, password="long enough"))
    assert account.operator
    assert not (await accounts.authenticate(store, made.api_key)).operator
