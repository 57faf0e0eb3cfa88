"""Do the clients that people use get what they require? Their requests as they put them on the wire.

exotelpy 0.1.1 (PyPI; NooraHealth/exotel-python), whose requests were recorded from the package, and a service on axios
that uploads files and adds contacts a hundred at a time. What is read of an answer is what they read.
"""

import json
from typing import Any

import pytest

from antiphon.core.account import NewCredential
from antiphon.services import imports
from antiphon.store.session import Store
from tests.dialects import doors
from tests.dialects.doors import Heard

REQUESTS = {"User-Agent": "python-requests/2.31.0", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
AXIOS = {"User-Agent": "axios/1.6.0", "Accept": "application/json, text/plain, */*"}
NUMBERS = [f"+91987654{place:04}" for place in range(3)]


class Client:
    """One of them: its headers, and the account that it is given."""

    def __init__(self, address: str, credential: NewCredential, headers: dict[str, str]) -> None:
        self.address = address
        self.sid = credential.sid
        self._headers = {**headers, **doors.credentials("exotel", credential)}

    async def call(self, method: str, path: str, data: Any = None) -> Heard:
        body = b"" if data is None else json.dumps(data).encode()
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body))} if data is not None else {}
        return await self.send(method, path, sent if body or method != "DELETE" else {"Content-Length": "0"}, body)

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Heard:
        sent = {**self._headers, **headers}
        heard = await doors.call(self.address, method, f"/v2/accounts/{self.sid}/{path}", sent, body)
        assert heard.headers["content-type"] == "application/json"
        assert heard.body is not None, "every body is parsed, whatever the status"
        return heard


def description(heard: Heard) -> str:
    """As exotelpy's helpers.get_error_description finds it."""
    response = heard.body["response"]
    one = response[0] if isinstance(response, list) else response
    return one["error_data"]["description"]


async def list_of(client: Client, name: str, numbers: list[str]) -> tuple[str, list[str]]:
    """exotelpy's create_list(name, numbers=…), and what create_campaign_with_list takes of its result."""
    made = await client.call("POST", "lists", {"lists": [{"name": name, "tag": "demo"}]})
    assert made.body["response"][0]["code"] != 409
    list_id = made.body["response"][0]["data"]["sid"]
    created = await client.call("POST", "contacts", {"contacts": [{"number": number} for number in numbers]})
    sids = [item["data"]["sid"] for item in created.body["response"]]
    references = {"contact_references": [{"contact_sid": sid} for sid in sids]}
    added = await client.call("POST", f"lists/{list_id}/contacts", references)
    assert added.status == 207
    assert added.body["metadata"]["success"] == added.body["metadata"]["total"] == len(numbers)
    assert added.body["response"][0]["data"]["list_id"] == list_id
    return list_id, [item["data"]["sid"] for item in added.body["response"]]


async def test_exotelpy_makes_a_list_and_takes_it_back(store: Store, credential: NewCredential) -> None:
    async with doors.opened(store) as address:
        client = Client(address, credential, REQUESTS)
        list_id, sids = await list_of(client, "first", NUMBERS)
        # The numbers are there already: every 409 has the sid of its contact.
        assert (await list_of(client, "second", NUMBERS))[1] == sids
        taken = await client.call("POST", "lists", {"lists": [{"name": "first", "tag": "demo"}]})
        assert (taken.status, taken.body["response"][0]["code"]) == (207, 409)
        assert description(taken)
        for path in (f"lists/{list_id}", *(f"contacts/{sid}" for sid in sids)):
            assert (await client.call("DELETE", path)).status == 200
            gone = await client.call("GET", path)
            assert (gone.status, bool(description(gone))) == (404, True)


@pytest.mark.parametrize(
    "path",
    ["lists", "lists?offset=0&limit=1", "lists?name=fir&sort_by=name%3Adesc", "lists/{list}", "contacts/{contact}"],
)
async def test_exotelpy_reads(store: Store, credential: NewCredential, path: str) -> None:
    async with doors.opened(store) as address:
        client = Client(address, credential, REQUESTS)
        list_id, sids = await list_of(client, "first", NUMBERS)
        heard = await client.call("GET", path.format(list=list_id, contact=sids[0]))
    one = heard.body["response"][0] if isinstance(heard.body["response"], list) else heard.body["response"]
    assert (heard.status, one["data"]["sid"]) == (200, sids[0] if "contact" in path else list_id)


async def test_exotelpy_pages_through_a_list(store: Store, credential: NewCredential) -> None:
    async with doors.opened(store) as address:
        client = Client(address, credential, REQUESTS)
        list_id, _ = await list_of(client, "first", NUMBERS)
        found: list[str] = []
        for offset in range(0, 4, 2):
            heard = await client.call("GET", f"lists/{list_id}/contacts?limit=2&offset={offset}")
            found += [item["data"]["number"] for item in heard.body["response"]]
    assert found == NUMBERS


async def test_exotelpy_is_told_what_is_wrong(store: Store, credential: NewCredential) -> None:
    wrong = NewCredential(account_id=1, sid=credential.sid, login="x", key_id=credential.key_id, api_key="0" * 40)
    async with doors.opened(store) as address:
        told = [
            await Client(address, wrong, REQUESTS).call("GET", "lists"),
            await Client(address, credential, REQUESTS).call("POST", "contacts", {"contacts": [{}] * 5_001}),
            await Client(address, credential, REQUESTS).call("GET", "lists/12"),
        ]
    assert [heard.status for heard in told] == [401, 400, 404]
    assert all(description(heard) for heard in told)


async def test_the_service_on_axios_adds_in_hundreds(store: Store, credential: NewCredential) -> None:
    async with doors.opened(store) as address:
        client = Client(address, credential, AXIOS)
        contacts = [{"number": number, "first_name": "A", "tag": "x"} for number in NUMBERS]
        for _ in range(2):
            heard = await client.call("POST", "contacts", {"contacts": contacts})
            assert 200 <= heard.status < 300
            assert all(item["code"] in (200, 409) and item["data"]["sid"] for item in heard.body["response"])
        listed = await client.call("GET", "contacts?limit=1000&offset=0")
        assert len(listed.body["response"]) < 1_000, "it asks no further page"
        refused = await client.call("POST", "contacts", {"contact": contacts})
        assert refused.body["response"][0]["message"], "its text of an error"


async def test_the_service_on_axios_uploads(store: Store, credential: NewCredential) -> None:
    boundary = "--------------------------515890814546601021194782"
    csv = "number,first_name,Balance\n" + "".join(f"{number},A,{place}\n" for place, number in enumerate(NUMBERS))
    parts = [
        ('name="list_name"', "", "uploaded"),
        ('name="type"', "", "dynamic"),
        ('name="file_name"; filename="contacts.csv"', "Content-Type: text/csv\r\n", csv),
    ]
    written = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\n{kind}\r\n{value}\r\n"
        for name, kind, value in parts
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    async with doors.opened(store) as address:
        client = Client(address, credential, AXIOS)
        taken = await client.send("POST", "contacts/csv-upload", headers, f"{written}--{boundary}--\r\n".encode())
        url = taken.body["summary"]["url"]
        assert url == f"/v2/accounts/{client.sid}/csv-status/{taken.body['response']['data']['upload_id']}"
        while await imports.work(store):
            pass
        status = await client.call("GET", url.removeprefix(f"/v2/accounts/{client.sid}/"))
        found = await client.call("GET", f"lists/{taken.body['response']['data']['list_sid']}/contacts")
    assert (status.body["response"]["data"]["status"], status.body["response"]["data"]["success_count"]) == (
        "completed",
        3,
    )
    assert [item["data"]["custom_field"] for item in found.body["response"]] == [{"Balance": str(n)} for n in range(3)]


async def test_a_file_that_is_too_large(store: Store, credential: NewCredential) -> None:
    """Its size is announced, and refused before any of it is read."""
    async with doors.opened(store) as address:
        client = Client(address, credential, AXIOS)
        headers = {"Content-Type": "multipart/form-data; boundary=B", "Content-Length": str(60 * 1024 * 1024 + 1)}
        heard = await client.send("POST", "contacts/csv-upload", headers, b"")
    assert (heard.status, heard.body["http_code"]) == (413, 413)
