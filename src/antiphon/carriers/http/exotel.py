"""Exotel's API for single texts as a way out: https://developer.exotel.com/docs/sms-api/api-reference/send-sms and
status-codes; replies as https://support.exotel.com/support/solutions/articles/45270 has them, by GET after a HEAD.
`http+exotel://KEY:TOKEN@api.exotel.com/SID`, or api.in.exotel.com.
"""

from antiphon.carriers.http.shape import Answer, Receipts, Replies, Request, Shape, Verdict
from antiphon.core.campaign import Purpose

_ACCOUNT = ("40000", "340030", "40001", "40002", "40003", "40404", "40502", "34010", "34001", "34009")
_SENDER = ("40204", "40205", "40206", "40210", "40300", "40301")
# A text that is answered as failed at once: no route, a wrong sender, or one that India's registers do not know.
_FAILED = (
    *("23030", "23072", "23080", "23081", "23082", "23083", "23084"),
    *("23181", "23182", "23183", "23184", "23185", "23186", "23281"),
)

SHAPE = Shape(
    host="api.exotel.com",
    region="IN",
    request=Request(
        path="/v1/Accounts/{path}/Sms/send.json",
        body="form",
        credentials="basic",
        fields={
            "From": "{sender}",
            "To": "{number}",
            "Body": "{text}",
            "SmsType": "{purpose}",
            "Priority": "{extras.priority}",
            "DltEntityId": "{extras.dlt_entity_id}",
            "DltTemplateId": "{extras.dlt_template_id}",
            "StatusCallback": "{callback}",
            "CustomField": "{key}",
        },
        purposes={Purpose.ALERT: "transactional", Purpose.MARKETING: "promotional"},
        # Of a text that does not exist it says so with HTTP 200, to those whose key is right.
        check="/v1/Accounts/{path}/SMS/Messages/0.json",
    ),
    answer=Answer(
        reference="SMSMessage.Sid",
        code=("RestException.Code", "SMSMessage.DetailedStatusCode"),
        good=("21010", "21015", "21020", "20005", "20006"),
        error=("RestException.Message", "SMSMessage.DetailedStatus"),
        codes={
            **dict.fromkeys((*_ACCOUNT, *_SENDER, *_FAILED), Verdict.ROUTE),
            **dict.fromkeys(("40402", "40403", "40405"), Verdict.THROTTLED),
        },
    ),
    receipts=Receipts(
        reference="SmsSid",
        key="CustomField",
        state="Status",
        number="To",
        error=("DetailedStatusCode", "DetailedStatus"),
        delivered=("sent", "DELIVERED_TO_HANDSET", "DELIVERED_TO_OPERATOR"),
        failed=("failed", "failed_dnd", "failed-dnd", "failed_spam_detected", "invalid"),
        on_the_way=("queued", "sending", "submitted"),
    ),
    replies=Replies(number="From", text="Body", receiver="To", id="SmsSid"),
)
