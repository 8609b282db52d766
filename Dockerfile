# facestyle as a command in a container:
#
#   docker build -t facestyle .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD":/data facestyle portrait.jpg --exemplars noir
#
# The web page, with its extra:
#
#   docker build -t facestyle-web --build-arg EXTRAS=[web] .
#   docker run --rm -p 127.0.0.1:8000:8000 facestyle-web serve --host 0.0.0.0

FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
ARG EXTRAS=
# libGL and GLib are asked for by OpenCV's wheels
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
COPY constraints.txt /tmp/
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --constraint /tmp/constraints.txt "$(ls /wheels/*.whl)${EXTRAS}"

# any user may write the cache: results belong to whoever runs it (--user)
RUN useradd --create-home --uid 1000 facestyle \
    && mkdir /data /cache && chown facestyle /data && chmod 1777 /cache
USER facestyle
# compiled kernels and prepared exemplars; a volume here keeps them between runs
ENV FACESTYLE_CACHE=/cache/facestyle NUMBA_CACHE_DIR=/cache/numba
VOLUME /cache
WORKDIR /data
ENTRYPOINT ["facestyle"]
CMD ["--help"]
