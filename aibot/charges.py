"""Does a message ask what the delivery costs? The pricing rule knows the prices of products; what a delivery costs an owner's answer says,
where there is one.
"""

from conversations.spelling import spelled
from conversations.wording import words


def _set(text: str) -> frozenset[str]:
    return frozenset(spelled(word) for part in text.split() for word in words(part))


_DELIVERY = _set("delivery deliveries shipping courier डिलीवरी डिलिवरी शिपिंग कूरियर")
_COSTS = _set(
    "cost costs charge charges charged fee fees kharcha kharch paise paisa lagega lagta kitna kitne kitni चार्ज चार्जेस शुल्क खर्च खर्चा पैसे पैसा"
)
_APART = 3  # words: "charge for the delivery", "delivery ka kitna lagega"


def is_of_delivery(text: str) -> bool:
    said = [spelled(word) for word in words(text)]
    deliveries = [place for place, word in enumerate(said) if word in _DELIVERY]
    costs = [place for place, word in enumerate(said) if word in _COSTS]
    return any(abs(one - other) <= _APART for one in deliveries for other in costs)
