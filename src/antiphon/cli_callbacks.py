"""What can be said on the command line about callbacks?"""

from datetime import datetime, timedelta

from cyclopts import App

from antiphon import app_carriers
from antiphon.cli_carriers import with_store
from antiphon.config import Config
from antiphon.core.callback import Outage
from antiphon.core.errors import BadField
from antiphon.services import accounts, callbacks, deliveries, signing
from antiphon.store.session import Store

callback = App(name="callback", help="What we owe to customers' servers.")
_LONGEST_OVERLAP = 7 * 24  # hours


@callback.command
def rotate(*, login: str, overlap: int = 24, data: str | None = None) -> None:
    """Make the secret that an account's callbacks are signed with from now on, and print it, once.

    Parameters
    ----------
    overlap
        Hours for which the secrets before it sign, too; 0 where one of them is known to others.
    """
    if not 0 <= overlap <= _LONGEST_OVERLAP:
        raise BadField(field="--overlap", reason=f"is not from 0 to {_LONGEST_OVERLAP} hours")

    async def work(config: Config, store: Store) -> None:
        account = await accounts.by_login(store, login)
        _, secret = await signing.rotate(store, app_carriers.vault(config), account, timedelta(hours=overlap))
        print(secret)

    with_store(data, work)


@callback.command
def resend(
    *,
    login: str,
    endpoint: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    data: str | None = None,
) -> None:
    """Try again what has failed, for another day.

    Parameters
    ----------
    endpoint
        Only at this server, like https://shop.example.
    since, until
        Only what was owed in this span of time, like 2026-03-02T12:00:00+01:00; without an offset it is this machine's.
    """

    async def work(_config: Config, store: Store) -> None:
        account = await accounts.by_login(store, login)
        span = [None if one is None else one.astimezone() for one in (since, until)]
        outage = Outage(endpoint=endpoint, since=span[0], until=span[1])
        print(f"{await callbacks.resend_all(store, account, outage)} are sent again")

    with_store(data, work)


@callback.command
def endpoints(*, data: str | None = None) -> None:
    """Show the servers that fail and are left alone for a while."""

    async def work(_config: Config, store: Store) -> None:
        for one in await deliveries.resting(store):
            span = f"since {one.since:%Y-%m-%dT%H:%M:%SZ}, left alone until {one.rest_until:%H:%M:%SZ}"
            print(f"{one.endpoint} failed {one.failures} times {span}: {one.error}")

    with_store(data, work)
