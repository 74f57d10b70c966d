"""Takes a delivery status notification apart with Python's email package: JSON for the tests, and all its complaints."""
import email
import email.policy
import json
import sys


def fields(message):
    return [[name, " ".join(str(value).split())] for name, value in message.items()]


def defects(message, found):
    found += [type(defect).__name__ for defect in message.defects]
    for value in message.values():
        found += [type(defect).__name__ for defect in getattr(value, "defects", [])]
    if message.is_multipart():
        for part in message.get_payload():
            defects(part, found)
    return found


def status_blocks(part):
    """One block of fields about the message, one about each recipient (RFC 3464, section 2.1)."""
    if part.get_content_type() == "message/delivery-status":
        return [fields(block) for block in part.get_payload()]
    # Python knows no message/global-delivery-status: its blocks are parsed one by one.
    text = part.get_payload(0).as_bytes(policy=email.policy.SMTPUTF8)
    blocks = [block for block in text.replace(b"\r\n", b"\n").split(b"\n\n") if block.strip()]
    return [fields(email.message_from_bytes(block, policy=email.policy.SMTPUTF8)) for block in blocks]


def text_of(octets):
    return octets.decode("utf-8").replace("\r\n", "\n")


def describe(part):
    kind = part.get_content_type()
    result = {"type": kind, "encoding": part["Content-Transfer-Encoding"] or "7bit"}
    if kind in ("message/delivery-status", "message/global-delivery-status"):
        result["status"] = status_blocks(part)
    elif kind in ("message/rfc822", "message/global"):
        inner = part.get_payload(0)
        result["fields"] = fields(inner)
        result["text"] = text_of(inner.get_payload(decode=True) or inner.as_bytes(policy=email.policy.SMTPUTF8))
    else:
        payload = part.get_payload(decode=True)
        if payload is None:  # message/global-headers is parsed as a message
            result["fields"] = fields(part.get_payload(0))
            result["text"] = text_of(part.get_payload(0).as_bytes(policy=email.policy.SMTPUTF8))
        else:
            result["text"] = text_of(payload)
    return result


message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.SMTPUTF8)
json.dump(
    {
        "fields": fields(message),
        "type": message.get_content_type(),
        "reportType": message.get_param("report-type"),
        "parts": [describe(part) for part in message.iter_parts()],
        "defects": defects(message, []),
    },
    sys.stdout,
)
