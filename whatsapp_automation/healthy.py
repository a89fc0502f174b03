"""python -I healthy.py URL [PART...]: ends with 0 where the web process there answers, and says of each part that it is well.

For the health checks of docker-compose.yml. Nothing of ours is imported: it runs every few seconds, beside a worker.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit


def main(url: str, *parts: str) -> int:
    """0 or 1. Without parts /health must answer 200; with them /health/ready must say "ok" of each."""
    try:
        status, body = _ask(url, "/health/ready" if parts else "/health")
        told = json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.stderr.write(f"{url}: {type(error).__name__}\n")
        return 1
    wrong = [part for part in parts if not (isinstance(told.get(part), dict) and told[part].get("ok"))]
    if wrong or (not parts and status != 200):
        sys.stderr.write(f"{url}: {status} {', '.join(wrong)}\n")
        return 1
    return 0


def _ask(url: str, path: str) -> tuple[int, bytes]:
    """Under the name localhost, which the product always answers to."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=8)
    try:
        line.request("GET", path, headers={"Host": "localhost"})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
