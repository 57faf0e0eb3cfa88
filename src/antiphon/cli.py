"""What can be said on the command line?"""

import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import msgspec
import structlog
import uvloop
from cyclopts import App, Parameter
from msgspec.structs import replace

from antiphon import __version__, app
from antiphon.cli_callbacks import callback
from antiphon.cli_carriers import carrier, route
from antiphon.cli_people import keep, person
from antiphon.cli_windows import windows
from antiphon.config import BadSetting, Config, load
from antiphon.core.account import Doubts, NewBind, NewCredential
from antiphon.core.errors import BadField, Refusal
from antiphon.core.money import micros, shown
from antiphon.doctor import examine
from antiphon.services import accounts, binds, budgets, wallet
from antiphon.smsc import far_end
from antiphon.smsc.faults import Faults
from antiphon.store.session import CannotOpen, open_store

_DEMO = "demo@antiphon.example"

cli = App(name="antiphon", version=__version__, help="SMS contacts and campaigns in your own database.")
account = App(name="account", help="Accounts and their credentials.")
for group in (account, callback, carrier, route, person):
    cli.command(group)
account.command(windows)
account.command(keep)


@cli.command
def serve(
    *, host: str | None = None, port: int | None = None, smpp_port: int | None = None, data: str | None = None
) -> None:
    """Answer the APIs and send the campaigns, until SIGTERM.

    Parameters
    ----------
    smpp_port
        Where customers bind over SMPP; 0 is nowhere.
    """
    config = load({"host": host, "port": port, "smpp_port": smpp_port, "data": data})
    _log_from(config)
    _run(app.serve(config))


@cli.command
def migrate(*, data: str | None = None) -> None:
    """Bring the database up to date. Every other command does it too."""
    _run(_migrate(load({"data": data})))


@cli.command
def welcome(*, data: str | None = None) -> None:
    """On an empty database, make a demo account and print how to call it; else print nothing."""
    config = load({"data": data})
    credential = _run(_demo_account(config))
    if credential:
        _print_fields(credential)
        host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104
        for name, line in app.examples(f"http://{host}:{config.port}", credential):
            print(f"\n# {name}\n{line}")
        print("\nThe API key is shown only now; `antiphon account create` makes another account.\n", flush=True)


@cli.command
def doctor(*, data: str | None = None) -> None:
    """Say what is configured and what can be reached."""
    if not _run(_examine(load({"data": data}))):
        sys.exit(1)


@cli.command(name="smsc")
def simulate(
    *,
    host: str = "127.0.0.1",
    port: int = 2775,
    log: Path | None = None,
    password: str | None = None,
    faults: Annotated[Faults | None, Parameter(name="*")] = None,
) -> None:
    """Be the far end of SMPP: a carrier to test against, with the faults that real ones have, until SIGTERM.

    Parameters
    ----------
    log
        A file; each message that arrives is a line of JSON.
    password
        What every bind must give; without it anything goes.
    """
    try:
        _run(far_end.serve(far_end.Smsc(faults or Faults(), log, password), host, port))
    except OSError as failure:
        sys.exit(f"antiphon: {host}:{port} or {log}: {failure.strerror}")


@account.command
def create(
    *, login: str, region: str = "FR", operator: bool = False, json: bool = False, data: str | None = None
) -> None:
    """Make an account and print its credential, once.

    Parameters
    ----------
    login
        An e-mail address.
    region
        The country (ISO 3166) that numbers without a country code belong to.
    operator
        It may also see and change the carriers and routes; the first account of all may anyway.
    """
    credential = _run(_create(load({"data": data}), login, region, operator))
    if json:
        print(msgspec.json.encode(credential).decode())
    else:
        _print_fields(credential)


@account.command
def bind(*, login: str, password: str | None = None, json: bool = False, data: str | None = None) -> None:
    """Set the password of an account's SMPP binds, or make one, and print it, once.

    Parameters
    ----------
    password
        6 to 8 characters. From then on the first eight of the API key open no bind any more; the whole key does.
    """
    made = _run(_bind(load({"data": data}), login, password))
    if json:
        print(msgspec.json.encode(made).decode())
    else:
        _print_fields(made)


@account.command
def credit(*, login: str, amount: str, note: str | None = None, data: str | None = None) -> None:
    """Pay into an account's wallet. The first payment makes the account metered: it spends only what it has.

    Parameters
    ----------
    amount
        In the account's currency, like 25 or 12.50.
    note
        Kept in the ledger beside the payment.
    """
    left = _run(_credit(load({"data": data}), login, _amount(amount), note))
    print(f"{login} has {shown(left)}")


@account.command
def rate(*, login: str, per_second: float, data: str | None = None) -> None:
    """Let an account send at most so many messages a second, whatever it asks for.

    Parameters
    ----------
    per_second
        Like 20 or 0.5; 0 is no limit.
    """
    _run(_set_rate(load({"data": data}), login, per_second or None))


@account.command
def doubts(*, login: str, after: int = 600, resend: bool = True, data: str | None = None) -> None:
    """Say what becomes of an alert of which nobody knows whether it left: a link was cut, or the program was killed.

    Parameters
    ----------
    after
        Seconds without news of it until something is done.
    resend
        Send it again, once; with --no-resend leave it.
    """
    if after < 30:
        raise BadField(field="--after", reason="is under 30 seconds, in which news may well come")
    _run(_set_doubts(load({"data": data}), login, Doubts(after=after, resend=resend)))


def main() -> None:
    try:
        cli()
    except (BadSetting, CannotOpen, app.CannotServe, Refusal) as failure:
        sys.exit(f"antiphon: {failure}")


async def _migrate(config: Config) -> None:
    await (await open_store(config.url)).close()


async def _create(config: Config, login: str, region: str, operator: bool) -> NewCredential:
    async with app.enlisted(config) as store:
        return await accounts.create(store, login, region, operator=operator)


async def _set_doubts(config: Config, login: str, wishes: Doubts) -> None:
    async with app.enlisted(config) as store:
        found = await accounts.by_login(store, login)
        await accounts.edit_parameters(store, found, lambda known: replace(known, doubts=wishes))


async def _set_rate(config: Config, login: str, per_second: float | None) -> None:
    async with app.enlisted(config) as store:
        await budgets.limit(store, await accounts.by_login(store, login), per_second)


async def _bind(config: Config, login: str, password: str | None) -> NewBind:
    async with app.enlisted(config) as store:
        return await binds.set_password(store, login, password)


async def _credit(config: Config, login: str, amount: int, note: str | None) -> int:
    async with app.enlisted(config) as store:
        return await wallet.credit(store, login, amount, note)


def _amount(written: str) -> int:
    try:
        return micros(written)
    except ValueError as failure:
        raise BadField(field="--amount", reason=f"is wrong: {failure}") from None


async def _demo_account(config: Config) -> NewCredential | None:
    async with app.enlisted(config) as store:
        return await accounts.create(store, _DEMO, "FR") if await accounts.count(store) == 0 else None


async def _examine(config: Config) -> bool:
    healthy = True
    async for well, line in examine(config):
        print(f"{'ok ' if well else 'BAD'} {line}")
        healthy = healthy and well
    return healthy


def _print_fields(made: NewCredential | NewBind) -> None:
    for name in made.__struct_fields__:
        print(f"{name:12}{getattr(made, name)}")


def _run(task: Coroutine[Any, Any, Any]) -> Any:
    return uvloop.run(task)


def _log_from(config: Config) -> None:
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(name)s: %(message)s")
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
