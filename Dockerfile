# One image for web (the default command), worker and scheduler (compose.yaml gives theirs).

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/production.txt requirements/build.txt /requirements/
RUN pip install --require-hashes --requirement /requirements/production.txt \
    && pip install --require-hashes --requirement /requirements/build.txt --target /build
WORKDIR /app
COPY . .
# Neither step reaches a server, and no secret of this line is used again.
RUN PYTHONPATH=/build python -m config.messages --compile \
    && DEMO=true SECRET_KEY=only-while-building STATIC_ROOT=/app/assembled \
       python manage.py collectstatic --noinput --verbosity 0 --ignore rest_framework --ignore redoc

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/assembled \
    DATA_DIR=/data \
    PORT=8000
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rujukan \
    && install --directory --owner=rujukan --group=rujukan /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ARG RELEASE=dev
ENV RELEASE=$RELEASE
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["python", "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
