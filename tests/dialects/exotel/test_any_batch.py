"""Does every batch have an answer for each of its items, and do they add up, whatever the items are?"""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.core.account import NewCredential
from antiphon.core.contact import Draft
from antiphon.services import accounts, lists
from antiphon.store.session import Store
from tests.dialects import doors
from tests.services.scenes import add

anything = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
sids = st.sampled_from(["a", "b", "c", "12", "", "f" * 32]) | anything
fields = st.fixed_dictionaries(
    {},
    optional={
        "sid": sids,
        "contact_sid": sids,
        "number": st.sampled_from(["+33612345670", "0612345671", "0612345672", "12"]) | anything,
        "name": st.sampled_from(["one", "two", "three"]) | anything,
        "first_name": anything,
        "tag": anything,
        "custom_field": st.dictionaries(st.text(max_size=3), anything, max_size=2) | anything,
    },
)
batches = st.lists(fields | anything, max_size=6)


@settings(max_examples=60)
@given(batch=batches, data=st.data())
async def test_any_batch(store: Store, credential: NewCredential, batch: list[Any], data: st.DataObject) -> None:
    account = await accounts.authenticate(store, credential.api_key)
    drafts = [Draft(number=f"+3361234567{place}", first_name="A") for place in range(2)]
    known = [f"{account.id:016x}{one.contact.id:016x}" for one in await add(store, account, *drafts) if one.contact]
    if not (there := await lists.all_of(store, account)):
        await lists.create(store, account, "first")
        there = await lists.all_of(store, account)
    list_sid = f"{account.id:016x}{there[0].id:016x}"
    written = msgspec.json.encode(batch).decode().replace('"a"', f'"{known[0]}"').replace('"b"', f'"{known[1]}"')
    written = written.replace('"c"', f'"{list_sid}"')
    method, path, name = data.draw(
        st.sampled_from(
            [
                ("POST", "contacts", "contacts"),
                ("PUT", "contacts", "contacts"),
                ("POST", "lists", "lists"),
                ("PUT", "lists", "lists"),
                ("POST", f"lists/{list_sid}/contacts", "contact_references"),
            ]
        )
    )
    headers = {"Content-Type": "application/json", **doors.credentials("exotel", credential)}
    async with doors.opened(store) as address:
        body = f'{{"{name}": {written}}}'.encode()
        heard = await doors.call(address, method, f"/v2/accounts/{credential.sid}/{path}", headers, body)
    assert heard.status == 207, heard
    statuses = [item["status"] for item in heard.body["response"]]
    assert len(statuses) == len(batch)
    assert heard.body["metadata"] == {
        "failed": statuses.count("failed"),
        "total": len(batch),
        "success": statuses.count("success"),
    }
    for item in heard.body["response"]:
        assert (item["code"] == 200) is (item["status"] == "success") is (item["error_data"] is None)
        assert item["status"] == "failed" or item["data"]["sid"]
