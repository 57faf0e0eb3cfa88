"""Who may bind?"""

import pytest

from antiphon.core.account import NewCredential
from antiphon.core.errors import BadField, NotAuthenticated, UnknownAccount
from antiphon.services import accounts, binds
from antiphon.store.accounts import called
from antiphon.store.session import Store

LOGIN = "someone@example.com"


def names(credential: NewCredential) -> dict[str, str]:
    return {
        "login": credential.login,
        "login in capitals": credential.login.upper(),
        "cut login": credential.login[:15],
        "key id": credential.key_id,
        "sid": credential.sid,
    }


async def opens(store: Store, system_id: str, password: str) -> bool:
    store.believed.clear()
    try:
        await binds.authenticate(store, system_id, password)
    except NotAuthenticated:
        return False
    return True


@pytest.mark.parametrize("named", ["login", "login in capitals", "cut login", "key id", "sid"])
async def test_every_name_opens_with_the_key_and_its_beginning(
    store: Store, credential: NewCredential, named: str
) -> None:
    name = names(credential)[named]
    key = credential.api_key
    assert [await opens(store, name, word) for word in (key, key[:8])] == [True, True]
    wrong = ["", key[:7], key[:9], key[1:9], key.upper() + "x", "\xff" * 8]
    assert [word for word in wrong if await opens(store, name, word)] == []


@pytest.mark.parametrize("name", ["", "someone", "someone@example", "someone@exampl%", "\xe9" * 200, "nobody@x.y"])
async def test_other_names_open_nothing(store: Store, credential: NewCredential, name: str) -> None:
    cut = name == LOGIN[:15]
    assert await opens(store, name, credential.api_key[:8]) is cut


async def test_of_two_logins_that_begin_alike_the_full_name_decides(store: Store, credential: NewCredential) -> None:
    other = await accounts.create(store, LOGIN[:15] + ".org", "FR")
    for one in (credential, other):
        assert not await opens(store, one.login[:15], one.api_key[:8])
        for name in (one.login, one.key_id, one.sid):
            assert (await binds.authenticate(store, name, one.api_key[:8])).id == one.account_id


async def test_a_login_that_is_as_long_as_the_limit_is_a_full_name(store: Store, credential: NewCredential) -> None:
    short = await accounts.create(store, LOGIN[:15], "FR")
    assert (await binds.authenticate(store, LOGIN[:15], short.api_key[:8])).id == short.account_id


async def test_a_password_of_its_own_goes_before_the_beginning_of_the_key(
    store: Store, credential: NewCredential
) -> None:
    made = await binds.set_password(store, LOGIN)
    assert made.system_id == credential.sid
    assert len(made.password) == 8
    key = credential.api_key
    assert [await opens(store, LOGIN, word) for word in (made.password, key, key[:8])] == [True, True, False]
    assert (await binds.set_password(store, LOGIN, "secret")).password == "secret"
    assert [await opens(store, LOGIN, word) for word in ("secret", made.password)] == [True, False]


@pytest.mark.parametrize("password", ["short", "ninechars", "p\xe4ssword", "pass\0word"])
async def test_a_password_must_fit(store: Store, credential: NewCredential, password: str) -> None:
    with pytest.raises(BadField):
        await binds.set_password(store, LOGIN, password)


async def test_nobody_has_no_password(store: Store) -> None:
    with pytest.raises(UnknownAccount):
        await binds.set_password(store, "nobody@example.com")


async def test_no_secret_is_kept(store: Store, credential: NewCredential) -> None:
    made = await binds.set_password(store, LOGIN)
    async with store.read() as tx:
        kept = str(await called(tx, LOGIN))
    assert credential.api_key[:8] not in kept.replace(credential.key_id, "")
    assert made.password not in kept
