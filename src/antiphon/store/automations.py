"""Which automations are there, and whom have they answered?"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, delete, func, select

from antiphon.core.automation import Automation, Rule
from antiphon.store.instants import instant
from antiphon.store.schema import automation_answers, automations
from antiphon.store.session import Row, Tx

_NAMES = ("account_id", "id", "receiver", "match", "words", "actions", "created_at")


async def of(tx: Tx, accounts: Collection[int]) -> dict[int, list[Automation]]:
    """By account, the oldest first."""
    query = _all().where(tx.among(automations.c.account_id, accounts)).order_by(automations.c.id)
    found: dict[int, list[Automation]] = {}
    for row in await tx.tuples(query):
        found.setdefault(row[0], []).append(_read(row))
    return found


async def by_id(tx: Tx, account: int, id: int) -> Automation | None:
    mine = (automations.c.account_id == account) & (automations.c.id == id)
    return next((_read(row) for row in await tx.tuples(_all().where(mine))), None)


async def count(tx: Tx, account: int) -> int:
    query = select(func.count()).select_from(automations).where(automations.c.account_id == account)
    return (await tx.tuples(query))[0][0]


async def add(tx: Tx, account: int, automation: Automation) -> None:
    rule = automation.rule
    row = (account, automation.id, rule.receiver, rule.match.value, rule.words, _json(rule), instant(tx.now))
    await tx.insert(automations, _NAMES, [row])


async def change(tx: Tx, account: int, id: int, rule: Rule) -> bool:
    """False when it is gone."""
    row = (rule.receiver, rule.match.value, rule.words, _json(rule), account, id)
    return await tx.update(automations, ("receiver", "match", "words", "actions"), [row]) == 1


async def remove(tx: Tx, account: int, id: int) -> bool:
    """False when it is gone already."""
    mine = (automations.c.account_id == account) & (automations.c.id == id)
    return await tx.run(delete(automations).where(mine)) == 1


async def answered(tx: Tx, account: int, numbers: Collection[str]) -> dict[tuple[int, str], int]:
    """When an automation last answered one of these numbers, by both; in microseconds."""
    query = select(automation_answers.c.automation_id, automation_answers.c.number, automation_answers.c.at)
    mine = (automation_answers.c.account_id == account) & tx.among(automation_answers.c.number, numbers)
    return {(row[0], row[1]): instant(row[2]) for row in await tx.tuples(query.where(mine))}


async def note(tx: Tx, account: int, answers: Sequence[tuple[int, str]]) -> None:
    """These automations answer these numbers now."""
    now = instant(tx.now)
    keys = sorted((account, number, automation) for automation, number in answers)
    await tx.insert(automation_answers, ("account_id", "number", "automation_id", "at"), [(*key, now) for key in keys])
    await tx.update(automation_answers, ("at",), [(now, *key) for key in keys])


def _all() -> Select[Any]:
    return select(*(automations.c[name] for name in _NAMES))


def _read(row: Row) -> Automation:
    _, id, receiver, match, words, actions, created_at = row
    told = {"receiver": receiver, "match": match, "words": words, "actions": actions}
    return Automation(id=id, rule=msgspec.convert(told, Rule), created_at=created_at)


def _json(rule: Rule) -> str:
    return msgspec.json.encode(rule.actions).decode()
