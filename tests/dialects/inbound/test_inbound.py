"""What each vendor posts, over real HTTP: is it stored before it is acknowledged, and is nonsense told to be that?"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import select

from antiphon.app_carriers import inbound, reader_of
from antiphon.config import Config
from antiphon.core.account import Account
from antiphon.core.errors import Refusal
from antiphon.core.message import Accepted, InDoubt, Outgoing
from antiphon.dialects.inbound.posted import Reader
from antiphon.services import carriers, messages
from antiphon.services import replies as reply_services
from antiphon.services.vault import Vault
from antiphon.store.schema import messages as message_table
from antiphon.store.schema import opt_outs, replies
from antiphon.store.session import Store
from tests.conftest import Clock, enlisted
from tests.dialects.doors import Heard, call, opened
from tests.services.scenes import people, sending

KEY = Fernet.generate_key().decode()
URLS = {
    "octopush": "http+octopush://me:k@",
    "exotel": "http+exotel://key:token@/SID",
    "atom": "http+atom://:token@sms.example.com",
    "twilio": "http+twilio://AC1:token@",
    "vonage": "http+vonage://key:secret@",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Post(Struct, frozen=True):
    """One call of a vendor. In what it says, @KEY is ours, @NUMBER and @DIGITS are the person's."""

    vendor: str
    says: Any
    how: str = JSON  # or FORM, or GET

    def filled(self, message: Outgoing) -> Any:
        written = msgspec.json.encode(self.says).decode().replace("@NUMBER", message.number)
        written = written.replace("@DIGITS", message.number[1:])
        return msgspec.json.decode(written.replace("@KEY", f"{message.account_id}-{message.id}"))


EXOTEL = {"SmsSid": "REF", "To": "@NUMBER", "SmsUnits": 1, "DateSent": "2026-03-02 12:00:00"}
VONAGE = {"msisdn": "@DIGITS", "to": "ACME", "messageId": "REF", "price": "0.03", "client-ref": "@KEY"}


@pytest.fixture
async def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """SQLite alone: what the services store is tested on both."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'antiphon.db')}"


@pytest.fixture
async def config(tmp_path: Path) -> Config:
    return Config(data=str(tmp_path), secret_key=KEY)


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    async with enlisted(database_url, clock) as opened:
        for name, url in URLS.items():
            await carriers.add(opened, Vault(KEY), name, url)
        await carriers.add(opened, Vault(KEY), "smpp", "smpp://me:secret@127.0.0.1")
        yield opened


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    """One that is being submitted."""
    await sending(store, account, people(1))
    (claimed,) = await messages.claim(store, 1)
    return claimed


@pytest.fixture
async def address(store: Store, config: Config) -> AsyncIterator[str]:
    async with opened(store, config) as at:
        yield at


async def post(address: str, post: Post, message: Outgoing, kind: str) -> Heard:
    path = f"/inbound/{post.vendor}/{Vault(KEY).token(post.vendor)}/{kind}"
    said = post.filled(message)
    if post.how == "GET":
        return await call(address, "GET", f"{path}?{urlencode(said)}", {})
    body = msgspec.json.encode(said) if post.how == JSON else urlencode(said).encode()
    return await call(address, "POST", path, {"Content-Type": post.how}, body)


async def state(store: Store, message: Outgoing) -> tuple[str, str | None]:
    async with store.read() as tx:
        row = await tx.first(select(message_table).where(message_table.c.id == message.id))
    assert row
    return row["state"], row["error"]


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        (Post("octopush", {"channel": "sms", "message_id": "REF", "number": "@NUMBER", "status": "DELIVERED"}), None),
        (Post("octopush", {"message_id": "REF", "status": "NOT_DELIVERED"}), "NOT_DELIVERED"),
        (Post("octopush", {"message_id": "REF", "status": "BLACKLISTED_NUMBER"}, FORM), "BLACKLISTED_NUMBER"),
        (Post("octopush", {"message_id": "REF", "status": "ACK"}), ...),
        (Post("exotel", {**EXOTEL, "Status": "sent", "DetailedStatus": "DELIVERED_TO_HANDSET"}, FORM), None),
        (
            Post("exotel", {**EXOTEL, "Status": "failed_dnd", "DetailedStatusCode": 23005, "DetailedStatus": "X"}),
            "failed_dnd 23005 X",
        ),
        (Post("exotel", {**EXOTEL, "Status": "submitted"}, FORM), ...),
        (Post("atom", {"query": {"id": "REF", "status": "Delivered", "timestamp": "2024-03-22 05:44:48"}}), None),
        (Post("atom", {"id": "REF", "status": "Undeliverable"}, "GET"), "Undeliverable"),
        (Post("atom", {"id": "REF", "status": "Enroute"}, FORM), ...),
        (Post("twilio", {"MessageSid": "REF", "MessageStatus": "delivered", "To": "@NUMBER"}, FORM), None),
        (
            Post("twilio", {"SmsSid": "REF", "SmsStatus": "undelivered", "ErrorCode": "30003"}, FORM),
            "undelivered 30003",
        ),
        (Post("twilio", {"MessageSid": "REF", "MessageStatus": "sent"}, FORM), ...),
        (Post("twilio", {"MessageSid": "REF", "MessageStatus": "teleported"}, FORM), ...),
        (Post("vonage", {**VONAGE, "status": "delivered", "err-code": "0"}, "GET"), None),
        (Post("vonage", {**VONAGE, "status": "expired", "err-code": "9"}), "expired 9"),
        (Post("vonage", {**VONAGE, "status": "rejected", "err-code": "6"}, FORM), "rejected 6"),
        (Post("vonage", {**VONAGE, "status": "buffered", "err-code": "0"}), ...),
    ],
    ids=lambda value: f"{value.vendor} {value.how}" if isinstance(value, Post) else str(value),
)
async def test_each_vendor_reports(store: Store, address: str, message: Outgoing, posted: Post, expected: Any) -> None:
    """None is delivered, a text is why it failed, and … that there is no news."""
    await messages.settle(store, posted.vendor, [(message.key, Accepted("REF"))])
    heard = await post(address, posted, message, "receipts")
    assert (heard.status, heard.body) == (200, None)
    wanted = ("accepted", None) if expected is ... else ("failed", expected) if expected else ("delivered", None)
    assert await state(store, message) == wanted
    again = await post(address, posted, message, "receipts")
    assert (again.status, await state(store, message)) == (200, wanted), "it comes again where our answer was lost"


@pytest.mark.parametrize("vendor", ["twilio", "atom", "exotel"])
async def test_our_own_key_settles_a_doubt(store: Store, address: str, message: Outgoing, vendor: str) -> None:
    await messages.settle(store, vendor, [(message.key, InDoubt("cut off"))])
    says: dict[str, Any] = {
        "twilio": {"MessageSid": "SM9", "MessageStatus": "delivered"},
        "atom": {"query": {"id": "12345", "status": "Delivered"}},
        "exotel": {"SmsSid": "5fd5", "Status": "sent"},
    }[vendor]
    key = f"{message.account_id}-{message.id}"
    path = f"/inbound/{vendor}/{Vault(KEY).token(vendor)}/receipts/{key}"
    heard = await call(address, "POST", path, {"Content-Type": JSON}, msgspec.json.encode(says))
    assert heard.status == 200
    assert await state(store, message) == ("delivered", None)


@pytest.mark.parametrize(
    "key", ["0-0", "1-2", "9999999999999999999-1", "1-9999999999999999999", "1-2-3", "-", "1" * 900]
)
async def test_a_key_of_nobody_settles_nothing(store: Store, address: str, message: Outgoing, key: str) -> None:
    path = f"/inbound/exotel/{Vault(KEY).token('exotel')}/receipts"
    body = urlencode({"SmsSid": "x", "Status": "sent", "CustomField": key}).encode()
    for where in (path, f"{path}/{key}"):
        assert (await call(address, "POST", where, {}, body)).status == 200
    assert await state(store, message) == ("submitting", None)


async def test_a_report_may_overtake_the_answer(store: Store, address: str, message: Outgoing) -> None:
    posted = Post("twilio", {"MessageSid": "REF", "MessageStatus": "delivered"}, FORM)
    assert (await post(address, posted, message, "receipts")).status == 200
    await messages.settle(store, "twilio", [(message.key, Accepted("REF"))])
    assert await state(store, message) == ("delivered", None)


@pytest.mark.parametrize(
    "posted",
    [
        Post("octopush", {"message_id": "REF", "number": "@NUMBER", "text": "STOP", "sim_card_number": "36111"}),
        Post(
            "octopush", {"message_id": "REF", "number": "@NUMBER", "text": "Stop", "stop_date": "2026-03-02 12:00:00"}
        ),
        Post("octopush", {"number": "00@DIGITS", "text": "STOP"}),
        Post("octopush", {"number": "+33 (6) 10-00.00 00", "text": "STOP"}, FORM),
        Post("exotel", {"SmsSid": "x", "From": "@NUMBER", "To": "56070", "Date": "x", "Body": "STOP"}, "GET"),
        Post("exotel", {"SmsSid": "x", "From": "00@DIGITS", "To": "56070", "Body": "STOP"}, "GET"),
        Post("atom", {"to": "614", "from": "@DIGITS", "timestamp": "x", "type": "sms", "message": "STOP"}),
        Post("twilio", {"MessageSid": "SM2", "From": "@NUMBER", "To": "+1555", "Body": "STOP", "NumMedia": "0"}, FORM),
        Post("vonage", {"msisdn": "@DIGITS", "to": "447", "messageId": "x", "text": "STOP", "type": "text"}),
        Post("vonage", {"msisdn": "@DIGITS", "to": "447", "messageId": "x", "text": "STOP", "type": "text"}, "GET"),
    ],
    ids=lambda posted: f"{posted.vendor} {posted.how}",
)
async def test_each_vendor_hands_on_a_reply(store: Store, address: str, message: Outgoing, posted: Post) -> None:
    await messages.settle(store, posted.vendor, [(message.key, Accepted("REF"))])
    heard = await post(address, posted, message, "replies")
    assert heard.status == 200
    twiml = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    assert heard.body == (twiml if posted.vendor == "twilio" else None)
    wanted = "text/xml" if posted.vendor == "twilio" else "text/plain"
    assert heard.headers["content-type"].startswith(wanted)
    async with store.read() as tx:
        (kept,) = await tx.all(select(replies))
        (silent,) = await tx.all(select(opt_outs))
    assert (kept["number"], kept["text"].upper()) == (message.number, "STOP")
    assert silent["number"] == message.number


@pytest.mark.parametrize(
    ("written", "number"),
    [("9052161119", "+919052161119"), ("09052161119", "+919052161119"), ("+919052161119", "+919052161119")],
)
def test_a_number_may_be_dialled_at_home(written: str, number: str, clock: Clock) -> None:
    reader = reader_of(URLS["exotel"])
    (reply,) = reader.replies({"From": written, "To": "56070", "Body": "Hi"}, clock())
    assert reply.number == number


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "MessageStatus is missing"),
        (b"hello", "MessageStatus is missing"),
        (b"{", "cannot be read"),
        (b"{]", "cannot be read"),
        (b"[1, 2]", "does not hold what this carrier posts"),
        (b"[]", "does not hold what this carrier posts"),
        (b"[" * 50_000, "cannot be read"),
        (b'{"MessageStatus": {"a": 1}}', "MessageStatus is missing"),
        (b'{"MessageStatus": "delivered"}', "MessageSid is missing"),
        (b'{"MessageStatus": "delivered", "MessageSid": ""}', "MessageSid is missing"),
        (b'{"MessageStatus": "\\ud800"}', "cannot be read"),
        (b"\xff\xfe\x00\x00", "MessageStatus is missing"),
        (b"MessageStatus=%00", "MessageStatus is missing"),
        (b"MessageStatus=delivered&MessageSid=%00", "MessageSid is missing"),
        (b"MessageStatus=delivered&MessageSid=" + b"x" * (1024 * 1024), "over the limit"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_nonsense_is_told_to_be_that(address: str, body: bytes, said: str) -> None:
    for kind in ("receipts", "receipts/12-34"):
        heard = await call(address, "POST", f"/inbound/twilio/{Vault(KEY).token('twilio')}/{kind}", {}, body)
        if kind == "receipts/12-34" and "MessageSid" in said:
            assert heard.status == 200, "our own key is enough"
            continue
        assert heard.status == (413 if "limit" in said else 400)
        assert said in heard.body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "From is missing"),
        (b"From=%2B33612345678", "Body is missing"),
        (b'{"From": [1], "Body": "x"}', "From is missing"),
    ],
)
async def test_a_reply_without_its_facts_is_none(address: str, body: bytes, said: str) -> None:
    heard = await call(address, "POST", f"/inbound/twilio/{Vault(KEY).token('twilio')}/replies", {}, body)
    assert (heard.status, said in heard.body) == (400, True), heard.body


@pytest.mark.parametrize(
    ("body", "number", "text"),
    [
        (b"From=nobody&Body=Hi", "nobody", "Hi"),
        (b"From=0000000000000000000&Body=Hi", "0000000000000000000", "Hi"),
        (b"From=%2B33699999999&Body=Who+are+you%3F", "+33699999999", "Who are you?"),
        (b'{"From": "MYBANK", "Body": "Pay\\u0000 now"}', "MYBANK", "Pay now"),
        (b"From=MYBANK&Body=" + b"x" * 100_000, "MYBANK", "x" * 39_015),
    ],
    ids=["a word", "no number", "nothing was sent to it", "NUL", "100 kB"],
)
async def test_a_reply_of_nobody_is_kept_for_the_operator(
    store: Store, address: str, body: bytes, number: str, text: str
) -> None:
    path = f"/inbound/twilio/{Vault(KEY).token('twilio')}/replies"
    assert (await call(address, "POST", path, {}, body)).status == 200
    (stray,) = await reply_services.strays(store, None, 10)
    assert (stray.carrier, stray.number, stray.text) == ("twilio", number, text)


async def test_a_reply_that_is_posted_again_is_stored_once(store: Store, address: str, message: Outgoing) -> None:
    await messages.settle(store, "twilio", [(message.key, Accepted("REF"))])
    said = {"From": "@NUMBER", "To": "+1555", "Body": "1"}
    for id in ("SM1", "SM1", "SM2"):
        assert (await post(address, Post("twilio", {"MessageSid": id, **said}, FORM), message, "replies")).status == 200
    async with store.read() as tx:
        assert len(await tx.all(select(replies))) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/inbound",
        "/inbound/",
        "/inbound/twilio",
        "/inbound/twilio/TOKEN",
        "/inbound/twilio/TOKEN/others",
        "/inbound/twilio/TOKEN/receipts/abc",
        "/inbound/twilio/TOKEN/receipts/12-34/more",
        "/inbound/twilio/wrong/receipts",
        "/inbound/twilio/%00/receipts",
        "/inbound/twilio/%ff%fe/receipts",
        "/inbound/octopush/TOKEN/receipts",
        "/inbound/nobody/NOBODY/receipts",
        "/inbound/smpp/SMPP/receipts",
        "/inbound/%F0%9F%98%80/TOKEN/receipts",
    ],
)
async def test_where_there_is_nothing(address: str, path: str) -> None:
    vault = Vault(KEY)
    path = path.replace("TOKEN", vault.token("twilio")).replace("NOBODY", vault.token("nobody"))
    heard = await call(address, "POST", path.replace("SMPP", vault.token("smpp")), {}, b"MessageStatus=sent")
    assert heard.status == 404
    assert "twilio" not in str(heard.body)


async def test_methods(address: str) -> None:
    path = f"/inbound/exotel/{Vault(KEY).token('exotel')}/replies"
    assert (await call(address, "HEAD", path, {})).status == 200
    for method in ("PUT", "DELETE", "PATCH"):
        heard = await call(address, method, path, {})
        assert (heard.status, heard.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_carrier_that_is_changed_is_read_anew(store: Store, address: str, message: Outgoing) -> None:
    await messages.settle(store, "twilio", [(message.key, Accepted("REF"))])
    posted = Post("twilio", {"message_id": "REF", "status": "DELIVERED"})
    assert (await post(address, posted, message, "receipts")).status == 400
    await carriers.add(store, Vault(KEY), "twilio", URLS["octopush"])
    assert (await post(address, posted, message, "receipts")).status == 200
    await carriers.remove(store, "twilio")
    assert (await post(address, posted, message, "receipts")).status == 404
    assert await state(store, message) == ("delivered", None)


async def test_a_shape_that_is_gone_is_our_fault(store: Store, address: str, tmp_path: Path) -> None:
    url = f"http+generic://me:secret@sms.example.com?shape={tmp_path / 'gone.toml'}"
    await carriers.add(store, Vault(KEY), "gone", url)
    heard = await call(address, "POST", f"/inbound/gone/{Vault(KEY).token('gone')}/receipts", {}, b"a=b")
    assert heard.status == 500
    assert "gone.toml" not in heard.body


def test_the_address_is_the_public_one(config: Config) -> None:
    token = Vault(KEY).token("my way")
    ours = msgspec.structs.replace(config, public_url="https://sms.example.com/antiphon/")
    assert inbound(ours, "my way") == f"https://sms.example.com/antiphon/inbound/my%20way/{token}"
    assert inbound(config, "my way") == f"http://127.0.0.1:8080/inbound/my%20way/{token}"


def test_a_token_is_the_carriers_own_and_the_keys() -> None:
    one, other = Vault(KEY), Vault(Fernet.generate_key().decode())
    tokens = [one.token("a"), one.token("b"), other.token("a")]
    assert len(set(tokens)) == 3
    assert all(len(token) == 26 and token.isalnum() and token.islower() for token in tokens)
    assert Vault(KEY).token("a") == tokens[0]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["MessageSid", "MessageStatus", "From", "Body", "status", "query", "id", "number", "text"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(vendor=st.sampled_from(list(URLS)), payload=anything, key=st.text(max_size=50))
def test_anything_is_read_or_refused(vendor: str, payload: Any, key: str) -> None:
    reader: Reader = reader_of(URLS[vendor])
    at = Clock()()
    for read in (lambda: reader.receipts(payload, key, at), lambda: reader.replies(payload, at)):
        try:
            assert isinstance(read(), list)
        except Refusal:
            continue
