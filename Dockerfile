# One image for web, workers, beat and the one-shot service that prepares the database: docker-compose.yml says what runs.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --system --uid 10001 --create-home app
WORKDIR /app

COPY requirements.txt requirements-meaning.txt ./
RUN pip install -r requirements.txt
# Optional: without it answers are found by their letters, and doctor says so.
RUN pip install --no-deps --require-hashes --only-binary :all: -r requirements-meaning.txt || true

COPY manage.py ./
COPY accounts ./accounts
COPY aibot ./aibot
COPY cloud_api ./cloud_api
COPY conversations ./conversations
COPY documents ./documents
COPY inbox ./inbox
COPY leads ./leads
COPY webhooks ./webhooks
COPY whatsapp_automation ./whatsapp_automation
COPY locale ./locale
COPY templates ./templates
COPY static ./static

# A volume takes over the owner of the folder that it covers.
RUN mkdir staticfiles media && chown app staticfiles media && chmod 700 media
USER app

EXPOSE 8000
CMD ["granian", "--interface", "asgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", "--loop", "uvloop", "--no-access-log", "--no-ws", "--workers-kill-timeout", "8", "whatsapp_automation.asgi:application"]
