"""Secrets that callbacks are signed with: shown once, sealed, replaced without a gap, on both databases."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.errors import TooMany
from antiphon.services import signing
from antiphon.services.vault import Vault
from antiphon.store import signing as stored
from antiphon.store.schema import signing_secrets
from antiphon.store.session import Store
from tests.conftest import Clock, another_account

VAULT = Vault(Fernet.generate_key().decode())


async def signs(store: Store, account: Account) -> list[str]:
    async with store.read() as tx:
        return [VAULT.open(one) for one in (await stored.sealed(tx, [account.id])).get(account.id, [])]


async def test_replaced_with_an_overlap(store: Store, account: Account, clock: Clock) -> None:
    assert await signs(store, account) == []
    first, one = await signing.rotate(store, VAULT, account)
    clock.advance(3600)
    second, two = await signing.rotate(store, VAULT, account)
    assert await signs(store, account) == [two, one]
    assert [(known.id, known.expires_at) for known in await signing.valid(store, account)] == [
        (second.id, None),
        (first.id, clock.now + timedelta(hours=24)),
    ]
    assert await signs(store, await another_account(store)) == []
    clock.advance(24 * 3600)
    assert await signs(store, account) == [two]
    _, three = await signing.rotate(store, VAULT, account, timedelta())
    assert await signs(store, account) == [three], "one that is known to others ends at once"
    async with store.read() as tx:
        rows = await tx.all(select(signing_secrets))
    assert len(rows) == 1
    assert three not in str(rows)


async def test_not_any_number_at_a_time(store: Store, account: Account) -> None:
    for _ in range(5):
        await signing.rotate(store, VAULT, account)
    with pytest.raises(TooMany):
        await signing.rotate(store, VAULT, account)
    assert len(await signs(store, account)) == 5
    await signing.rotate(store, VAULT, account, timedelta())
    assert len(await signs(store, account)) == 1
