"""The URL table: `{key}` is ours, where the address was made for one message alone."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.responses import Response

from antiphon.dialects.inbound import receipts, replies
from antiphon.dialects.inbound.posted import Posted

METHODS: Final = ("GET", "HEAD", "POST")
ROUTES: Final[Mapping[re.Pattern[str], Callable[[Posted], Awaitable[Response]]]] = {
    re.compile(r"/inbound/(?P<carrier>[^/]+)/(?P<token>[^/]+)/receipts(?:/(?P<key>[0-9-]+))?/?"): receipts.take,
    re.compile(r"/inbound/(?P<carrier>[^/]+)/(?P<token>[^/]+)/replies/?"): replies.take,
}
