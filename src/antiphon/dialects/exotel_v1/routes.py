"""The URL table: each call answers XML, and JSON where `.json` ends its path."""

from antiphon.dialects.door import Route
from antiphon.dialects.exotel_v1 import messages
from antiphon.dialects.exotel_v1.messages import WireBulk, WireNothing, WireSend, WireSms

ROUTES = (
    Route("POST", "/{sid}/Sms/send", messages.send_xml, WireSend),
    Route("POST", "/{sid}/Sms/send.json", messages.send_json, WireSend, (WireSms, list[WireSms])),
    Route("POST", "/{sid}/Sms/bulksend", messages.bulksend_xml, WireBulk),
    Route("POST", "/{sid}/Sms/bulksend.json", messages.bulksend_json, WireBulk, list[WireSms]),
    # Before the one without: its varying part would take the suffix, too.
    Route("GET", "/{sid}/Sms/Messages/{sms}.json", messages.details_json, None, (WireSms, WireNothing)),
    Route("GET", "/{sid}/Sms/Messages/{sms}", messages.details_xml),
)
