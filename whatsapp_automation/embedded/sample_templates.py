"""Templates that the simulator's two numbers come with, as an owner would have had them approved: a newcomer can answer after the
window has closed, and write first.

In the simulator's form. As Meta wants it, no text begins or ends with a blank, and each blank has an example.
"""


def _body(text: str, *examples: str) -> dict:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def _replies(*labels: str) -> dict:
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in labels]}


_STOP = {"type": "FOOTER", "text": "Write STOP to get no offers."}
_STOP_HI = {"type": "FOOTER", "text": "ऑफ़र बंद करने के लिए STOP लिखें।"}

SAMPLES = [
    {
        "name": "order_ready",
        "language": "en",
        "category": "UTILITY",
        "components": [
            _body("Dear {{1}}, your order {{2}} is ready. You can pick it up until we close.", "Meera", "A-17")
        ],
    },
    {
        "name": "order_ready",
        "language": "hi",
        "category": "UTILITY",
        "components": [_body("नमस्ते {{1}} जी, आपका ऑर्डर {{2}} तैयार है। दुकान बंद होने तक ले जा सकते हैं।", "मीरा", "A-17")],
    },
    {
        "name": "delivery_today",
        "language": "en",
        "category": "UTILITY",
        "components": [
            _body("Your order {{1}} comes today. Will somebody be at home to take it?", "A-17"),
            _replies("Yes", "Another day"),
        ],
    },
    {
        "name": "weekend_offer",
        "language": "en",
        "category": "MARKETING",
        "components": [_body("This weekend delivery costs nothing. Tell us what you need and we pack it."), _STOP],
    },
    {
        "name": "weekend_offer",
        "language": "hi",
        "category": "MARKETING",
        "components": [_body("इस सप्ताहांत डिलीवरी मुफ़्त है। बताइए क्या चाहिए, हम पैक कर देंगे।"), _STOP_HI],
    },
]
