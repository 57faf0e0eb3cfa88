"""Twilio's Messages resource as a way out: https://www.twilio.com/docs/messaging/api/message-resource; its errors,
https://www.twilio.com/docs/api/errors; replies, https://www.twilio.com/docs/messaging/guides/webhook-request.
`http+twilio://SID:TOKEN@api.twilio.com`.
"""

from antiphon.carriers.http.shape import Answer, Receipts, Replies, Request, Shape, Verdict

# Our credentials and rights, and senders that cannot write there: another carrier may.
_OF_THE_ROUTE = (
    *("20003", "20404", "21219", "21408", "21603", "21606", "21607", "21608", "21609", "21612"),
    *("21659", "21660", "21661", "21703", "21704", "30002", "30034", "63038"),
)

SHAPE = Shape(
    host="api.twilio.com",
    request=Request(
        path="/2010-04-01/Accounts/{user}/Messages.json",
        body="form",
        credentials="basic",
        fields={"To": "{number}", "From": "{sender}", "Body": "{text}", "StatusCallback": "{callback}"},
        check="/2010-04-01/Accounts/{user}.json",
    ),
    answer=Answer(
        reference="sid",
        code=("code", "error_code"),
        error=("message", "error_message"),
        codes={
            "21610": Verdict.SILENCED,
            **dict.fromkeys(_OF_THE_ROUTE, Verdict.ROUTE),
            **dict.fromkeys(("14107", "20429", "21611"), Verdict.THROTTLED),
        },
    ),
    receipts=Receipts(
        reference=("MessageSid", "SmsSid"),
        state=("MessageStatus", "SmsStatus"),
        number="To",
        error=("ErrorCode", "ErrorMessage"),
        delivered=("delivered", "read"),
        failed=("failed", "undelivered", "canceled"),
        on_the_way=("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered"),
    ),
    # An answer that is no TwiML is an error in its console, and one with text is sent to the person.
    replies=Replies(
        number="From",
        text="Body",
        receiver="To",
        id="MessageSid",
        answer='<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
        media_type="text/xml",
    ),
)
