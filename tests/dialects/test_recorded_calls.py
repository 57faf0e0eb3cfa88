"""Does every call get the answer that is recorded for it?

`<vendor>/<noun>.json` holds cases: what is there before (`given`, then the calls and works of `before`), the request,
the answer, and what the account then holds (`then`). `times` says how often the one item of a list is sent; a call
before that is `refused` must be; `credit` pays in. A case from the vendor's own pages has the vendor's `example`: our
answer has its keys, in its order (of a list, those of one `item`); `more` names the keys that we add.
`pytest --rewrite` writes answers for review.

It is 2026-03-02T12:00:00Z all the time. What differs from run to run is written as <ticket>, <vocal ticket>, <id>,
<uuid>, <key>, <key id>, <sid>, <hidden key>, <hex32>, <message id>, <login>, <secret>. {{login}}, {{api_key}},
{{key_id}} and {{sid}} are the account's, {{hex}} its id in hexadecimal, and {{NAME}} is what a call before has answered
under that name; or, where that call says what to `keep`, under another.
"""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from antiphon.core import money, price
from antiphon.core.account import Account, NewCredential
from antiphon.core.consent import OptOut
from antiphon.core.contact import Contact
from antiphon.core.message import Accepted, Fate, Receipt, Reply
from antiphon.services import accounts, calculation, imports, messages, progress, receipts, replies, wallet
from antiphon.store import contacts, lists, opt_outs, tags
from antiphon.store.schema import callbacks, contact_tags, list_members
from antiphon.store.schema import contacts as people
from antiphon.store.schema import messages as sent
from antiphon.store.session import Store
from tests.dialects import doors

HERE = Path(__file__).parent
REGIONS = {
    "octopush": "FR",
    "octopush_legacy": "FR",
    "atom": "AU",
    "exotel": "IN",
    "exotel_v1": "IN",
    "native": "FR",
}
VARYING = {
    r"sms_(?!0{14})[0-9a-f]{14}": "<ticket>",
    r"vocal_(?!0{14})[0-9a-f]{14}": "<vocal ticket>",
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<uuid>",
    r"[0-9a-f]{40}": "<key>",
    r"[0-9a-f]{20}": "<key id>",
    r"ac[0-9a-f]{10}": "<sid>",
    r"\*{36}[0-9a-f]{4}": "<hidden key>",
    r"[0-9a-f]{32}": "<hex32>",
    r"[0-9a-f]{8}-[0-9a-f]{13}": "<message id>",
    r"\w+_[0-9a-f]{8}@sub-accounts\.com": "<login>",
    r"\d{13,16}": "<id>",
    r"whsec_[A-Za-z0-9+/]{43}=": "<secret>",
}
FILES = sorted(HERE.glob("*/*.json"))
CASES = [(file, place, case) for file in FILES for place, case in enumerate(json.loads(file.read_text()))]


@pytest.mark.parametrize(
    ("file", "place", "case"), CASES, ids=[f"{file.parent.name}-{file.stem}-{case['label']}" for file, _, case in CASES]
)
async def test_recorded_call(store: Store, request: pytest.FixtureRequest, file: Path, place: int, case: Any) -> None:
    dialect = file.parent.name
    credential = await accounts.create(store, f"{dialect}@example.com", case.get("region", REGIONS[dialect]))
    account = await accounts.authenticate(store, credential.api_key)
    await _give(store, account, case.get("given", {}))
    known = {name: str(getattr(credential, name)) for name in ("login", "api_key", "key_id", "sid")}
    known["hex"] = f"{account.id:016x}"
    async with doors.opened(store) as address:
        for step in case.get("before", []):
            await _take(store, address, dialect, credential, step, known)
        heard = await _play(address, dialect, credential, case, known)
    answer = _settled({"status": heard.status, "headers": _told(heard), "body": heard.body}, known)
    then = await _held(store, account) if "then" in case else None
    if request.config.getoption("--rewrite"):
        _rewrite(file, place, {"answer": answer} | ({} if then is None else {"then": then}))
    else:
        assert answer == case["answer"]
        assert then == case.get("then")
    if "example" in case:
        example = case["example"]
        assert _keys(heard.body, example, case.get("more", []), case.get("item", 0)) == _keys(example, example, [], 0)


async def _give(store: Store, account: Account, given: Any) -> None:
    async with store.begin() as tx:
        for id, name in given.get("lists", {}).items():
            await lists.add(tx, account.id, int(id), name)
        for id, written in given.get("contacts", {}).items():
            fields = dict(written)
            on, tagged = fields.pop("lists", []), fields.pop("tags", [])
            plain = dict.fromkeys(("first_name", "last_name", "company", "email", "attributes"))
            contact = Contact(**{**plain, **fields, "id": int(id), "created_at": tx.now, "updated_at": tx.now})
            await contacts.add(tx, account.id, [contact])
            await lists.attach(tx, account.id, on, [contact.id])
            await tags.attach(tx, account.id, {contact.id: tagged})
        silent = [OptOut(number=number, at=tx.now, source="reply") for number in given.get("opt_outs", [])]
        await opt_outs.add(tx, [(account.id, out) for out in silent])


async def _take(
    store: Store, address: str, dialect: str, credential: NewCredential, step: Any, known: dict[str, str]
) -> None:
    if step == "calculate_empty":
        await calculation.calculate(store, price.read({}))
    elif step == "import":
        while await imports.work(store):
            pass
    elif step == "calculate":
        assert await calculation.calculate(store, price.read({}))
    elif step == "dispatch":
        claimed = await messages.claim(store, 100)
        await messages.settle(store, "simulator", [(message.key, Accepted(str(message.id))) for message in claimed])
        await progress.finish(store)
    elif step == "answer":
        await _answer(store, "Yes")
    elif "answer" in step:
        await _answer(store, step["answer"])
    elif step in ("deliver", "deliver one"):
        await _deliver(store, 1 if step == "deliver one" else 100)
    elif step == "fail callbacks":
        async with store.begin() as tx:
            await tx.run(
                update(callbacks).values(state="failed", ended_at=tx.now, attempts=1, status=503, answer="busy")
            )
    elif "credit" in step:
        await wallet.credit(store, _filled(step.get("to", "{{login}}"), known), money.micros(step["credit"]))
    else:
        heard = await _play(address, dialect, credential, step, known)
        assert (heard.status >= 400) is step.get("refused", False), heard
        named = _named(heard.body)
        known |= {name: named[theirs] for name, theirs in step["keep"].items()} if "keep" in step else named


async def _answer(store: Store, text: str) -> None:
    """Everybody who got a text answers it."""
    async with store.read() as tx:
        rows = await tx.all(select(sent.c.account_id, sent.c.id, sent.c.number).order_by(sent.c.number))
    keys = {row["number"]: (row["account_id"], row["id"]) for row in rows}
    said = [Reply(number=number, text=text, at=store.now(), answers=key) for number, key in keys.items()]
    await replies.record(store, price.read({}), said)


async def _fail(store: Store) -> None:
    """Nobody has taken what we owe for a day."""
    async with store.begin() as tx:
        await tx.run(update(callbacks).values(state="failed", ended_at=tx.now, attempts=1, status=503, answer="busy"))


async def _deliver(store: Store, most: int) -> None:
    async with store.read() as tx:
        accepted = select(sent.c.reference).where(sent.c.state == "accepted").order_by(sent.c.number).limit(most)
        references = [row["reference"] for row in await tx.all(accepted)]
    arrived = [Receipt(reference=one, fate=Fate.DELIVERED, at=store.now()) for one in references]
    await receipts.record(store, "simulator", arrived)


async def _play(address: str, dialect: str, credential: NewCredential, case: Any, known: dict[str, str]) -> doors.Heard:
    method, path = _filled(case["request"], known).split(" ", 1)
    fields = case.get("body")
    if "times" in case:
        fields = fields | {name: fields[name] * count for name, count in case["times"].items()}
    body = case.get("raw", "" if fields is None else json.dumps(fields))
    headers = {
        "Content-Type": "application/json",
        **doors.credentials(case.get("as", dialect), credential),
        **{name: _filled(value, known) for name, value in case.get("headers", {}).items()},
    }
    headers = {name: value for name, value in headers.items() if value}
    return await doors.call(address, method, path, headers, _filled(body, known).encode())


async def _held(store: Store, account: Account) -> list[dict[str, Any]]:
    """Everybody in the account by number, with what is stored of them."""
    async with store.read() as tx:
        found = [contacts.read(row) for row in await tx.tuples(select(*contacts.FIELDS).order_by(people.c.number))]
        named = {one.id: one.name for one in await lists.all_of(tx, account.id)}
        members = await tx.all(select(list_members.c.contact_id, list_members.c.list_id))
        tagged = await tags.of(tx, account.id, [row["contact_id"] for row in await tx.all(select(contact_tags))])
    held: list[dict[str, Any]] = []
    for contact in found:
        fields = {name: getattr(contact, name) for name in ("number", "first_name", "last_name", "company", "email")}
        on = sorted(named[row["list_id"]] for row in members if row["contact_id"] == contact.id)
        labels = {"attributes": contact.attributes, "lists": on, "tags": sorted(tagged.get(contact.id, []))}
        held.append({name: value for name, value in (fields | labels).items() if value})
    return held


def _named(value: Any) -> dict[str, str]:
    """Every single value in an answer by its name, the outer and earlier ones first."""
    if not isinstance(value, dict | list):
        return {}
    found: dict[str, str] = {}
    for inner in reversed(list(value.values() if isinstance(value, dict) else value)):
        found |= _named(inner)
    single = value if isinstance(value, dict) else {}
    return found | {name: str(one) for name, one in single.items() if not isinstance(one, dict | list)}


def _filled(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: known[match[1]], text)


def _told(heard: doors.Heard) -> dict[str, str]:
    return {name: value for name, value in heard.headers.items() if name in ("content-type", "antiphon-ignored")}


def _settled(value: Any, known: dict[str, str]) -> Any:
    """With a word for everything that differs from run to run."""
    if isinstance(value, dict):
        return {key: _settled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item, known) for item in value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    text = str(value).replace(known["sid"], "{{sid}}")
    for pattern, word in VARYING.items():
        if re.fullmatch(pattern, text):
            return word
    text = re.sub(r"[0-9a-f]{32}|(sms|vocal)_(?!0{14})[0-9a-f]{14}", lambda match: _settled(match[0], known), text)
    text = re.sub(r'(?<=")\d{13,16}(?=")', "<id>", text)
    return text if isinstance(value, str) else value


def _keys(value: Any, example: Any, more: list[str], item: int) -> Any:
    """The keys of an answer in their order, without those that we add; of a list, those of one of its items."""
    if isinstance(value, dict):
        like = example if isinstance(example, dict) else {}
        wanted = [key for key in value if key in like or key not in more]
        return [(key, _keys(value[key], like.get(key), more, item)) for key in wanted]
    if isinstance(value, list) and value:
        return [_keys(value[item], example[0] if isinstance(example, list) and example else None, more, item)]
    return None


def _rewrite(file: Path, place: int, changes: dict[str, Any]) -> None:
    cases = json.loads(file.read_text())
    cases[place] |= changes
    file.write_bytes(msgspec.json.format(msgspec.json.encode(cases), indent=2) + b"\n")
