"""The URL table."""

from antiphon.dialects.door import Route
from antiphon.dialects.native import campaigns

ROUTES = (
    Route("GET", "/campaigns", campaigns.newest),
    Route("GET", "/campaigns/{id}", campaigns.report),
)
