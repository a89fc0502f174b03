"""Meta's WhatsApp Cloud API: webhook signatures, webhook bodies, the Graph API client. Knows neither Django nor us."""
