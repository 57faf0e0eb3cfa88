"""Which request asks for what we are owed?"""

from collections.abc import Mapping
from typing import Any

from antiphon.client.callback_shapes import Callback, Detail, NewSecret, Resent, Tried
from antiphon.client.calls import Ask, ask, said
from antiphon.client.shapes import Page


def search(after: str | None, wanted: Mapping[str, str | None]) -> Ask[Page[Callback]]:
    return ask("GET", "/callbacks", Page[Callback], after=after, limit=500, **wanted)


def detail(id: str) -> Ask[Detail]:
    return ask("GET", f"/callbacks/{id}", Detail)


def resend(id: str) -> Ask[Detail]:
    return ask("POST", f"/callbacks/{id}/resend", Detail)


def resend_all(**outage: Any) -> Ask[Resent]:
    return ask("POST", "/callbacks/resend", Resent, said(outage))


def test(url: str, kind: str) -> Ask[Tried]:
    return ask("POST", "/callbacks/test", Tried, {"url": url, "kind": kind})


def rotate_secret(overlap_hours: int) -> Ask[NewSecret]:
    return ask("POST", "/callbacks/secrets", NewSecret, {"overlap_hours": overlap_hours})
