"""Money as people read it."""

from decimal import Decimal

# ISO 4217, money that is in use in 2026: no funds, metals or test codes.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE "
    "CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
    "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
_SIGNS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£"}


def amount(value: Decimal, currency: str) -> str:
    """With the currency's sign and its grouping; no decimals where there are none.

    >>> amount(Decimal("125000"), "INR"), amount(Decimal("1250.5"), "USD")
    ('₹1,25,000', '$1,250.50')
    """
    whole, _, cents = f"{abs(value):.2f}".partition(".")
    return _written(value, currency, whole, "" if cents == "00" else cents)


def exact(value: Decimal, currency: str) -> str:
    """To the millionth, for what costs less than a coin; two decimals at least.

    >>> exact(Decimal("0.002"), "USD"), exact(Decimal("125000"), "INR")
    ('$0.002', '₹1,25,000.00')
    """
    whole, _, decimals = f"{abs(value):.6f}".partition(".")
    return _written(value, currency, whole, decimals[:2] + decimals[2:].rstrip("0"))


def _written(value: Decimal, currency: str, whole: str, decimals: str) -> str:
    grouped = _indian(whole) if currency == "INR" else f"{int(whole):,}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'-' if value < 0 else ''}{sign}{grouped}{'.' + decimals if decimals else ''}"


def _indian(digits: str) -> str:
    """The last three digits, then pairs: 1,25,000."""
    head, tail = digits[:-3], digits[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])
