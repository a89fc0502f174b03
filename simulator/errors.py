"""Meta's error bodies. Source: WhatsApp Business Platform, "Error codes" (titles, HTTP statuses, syntax)."""

import secrets

TITLES = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    3: "API Method",
    4: "API Too Many Calls",
    10: "Permission Denied",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Access token has expired",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130403: "User is blocked",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country.",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131037: "WhatsApp provided number needs display name approval before message can be sent.",
    131042: "Business eligibility payment issue",
    131045: "Incorrect certificate",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    131062: "Business-scoped user ID is not allowed for this message",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Template hydrated text too long",
    132007: "Template format character policy violated",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
    132018: "There is an issue with the parameters in your template",
    133004: "Server temporarily unavailable",
    133010: "Phone number not registered",
}

DETAILS = {
    190: "The access token expired or was made invalid.",
    130429: "Cloud API message throughput has been reached.",
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this "
    "number.",
    131056: "Message failed to send because there were too many messages sent from this phone number to the same "
    "phone number in a short period of time.",
}

HTTP_STATUS = {
    **dict.fromkeys((0, 190), 401),
    **dict.fromkeys((10, *range(200, 300), 368, 130497, 131005, 131031), 403),
    132001: 404,
    **dict.fromkeys((3, 131000, 131016, 131045, 131057, 133000), 500),
    **dict.fromkeys((2, 133004), 503),
}


class GraphError(Exception):
    """An answer in the shape of Meta's errors.

    `code` decides the title and the HTTP status; `details` is the sentence in `error_data.details`.
    `message` replaces "(#code) title" where Graph itself answers (190, 100 with subcode 33) and there is no
    `error_data`.
    """

    def __init__(self, code: int, details: str = "", *, message: str = "", kind: str = "OAuthException", subcode=None):
        super().__init__(message or details or title(code))
        self.code = code
        self.details = details or DETAILS.get(code, title(code))
        self.message = message
        self.kind = kind
        self.subcode = subcode
        self.http_status = HTTP_STATUS.get(code, 400)

    def body(self) -> dict:
        error = {"message": self.message or f"(#{self.code}) {title(self.code)}", "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if not self.message:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": {**error, "fbtrace_id": trace_id()}}


def title(code: int) -> str:
    return TITLES.get(code, "An error occurred")


def trace_id() -> str:
    return "A" + secrets.token_urlsafe(16)


def wrong_token() -> GraphError:
    return GraphError(190, message="Invalid OAuth access token - Cannot parse access token")


def unknown_object(method: str, object_id: str) -> GraphError:
    """What Graph says of an id that does not exist or that the token may not see: it does not tell which."""
    return GraphError(
        100,
        message=f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        kind="GraphMethodException",
        subcode=33,
    )


def unknown_path(path: str) -> GraphError:
    return GraphError(2500, message=f"Unknown path components: {path}")
