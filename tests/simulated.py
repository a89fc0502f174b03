"""The simulator in the place of Meta, with the dairy's number and one template."""

from contextlib import contextmanager

from .factories import DAIRY_NUMBER, DAIRY_WABA
from .simulator.conftest import Product, running

ORDER_READY = {"type": "BODY", "text": "Dear {{1}}, your order is ready."}
DAIRY = {
    "phone_number_id": DAIRY_NUMBER,
    "waba_id": DAIRY_WABA,
    "display_phone_number": "+91 80 4718 0011",
    "name": "Shuddh Dairy",
    "access_token": "token-of-the-dairy-0001",
    "app_secret": "dairy-secret",
    "templates": [{"name": "order_ready", "language": "en", "components": [ORDER_READY]}],
}


@contextmanager
def simulated(settings, **changes):
    """Yields the simulator, which the Graph API's client asks until the end of the block. ``changes``: of the number."""
    product = Product()
    try:
        with running(product.url, numbers=[DAIRY | changes]) as simulator:
            settings.GRAPH_API_URL = simulator.url
            yield simulator
    finally:
        product.close()
