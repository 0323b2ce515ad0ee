# The lessons in a container: for one person, or as target `class` for a class. How to use it: docs/container.md
#
#   docker build --tag lenproto .                          docker run --rm --init --publish 127.0.0.1:8888:8888 lenproto
#   docker build --tag lenproto-class --target class .     LENPROTO_PASSWORD=… docker compose up

# ---- what is installed: the fixed versions of pyproject.toml ----
FROM python:3.13-slim-bookworm AS made
ENV UV_PROJECT_ENVIRONMENT=/opt/lenproto \
    UV_PYTHON=/usr/local/bin/python3 \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /made
# the packages first: they stay as they are while lenproto changes
COPY pyproject.toml ./
RUN uv sync --quiet --no-install-project --extra lab
COPY README.md LICENSE ./
COPY lenproto lenproto
COPY notebooks notebooks
RUN uv sync --quiet --no-editable --extra lab

# ---- the same with a hub ----
FROM made AS made-class
RUN uv sync --quiet --no-editable --extra lab --group hub

# ---- the proxy of the hub ----
FROM node:22-bookworm-slim AS proxy
RUN npm install --global --prefix /opt/proxy --no-audit --no-fund configurable-http-proxy@5.3.0 \
    && npm cache clean --force

# ---- what both have: somebody who is not root ----
FROM python:3.13-slim-bookworm AS learner
RUN useradd --uid 1000 --create-home learner \
    && install --directory --owner learner --group learner /home/learner/lessons
ENV PATH=/opt/lenproto/bin:$PATH \
    PYTHONUNBUFFERED=1

# ---- a class: a hub with a server for each pupil ----
FROM learner AS class
COPY --from=proxy /usr/local/bin/node /usr/local/bin/node
COPY --from=proxy /opt/proxy /opt/proxy
COPY --from=made-class /opt/lenproto /opt/lenproto
COPY docs/hub /opt/hub/hub
COPY docs/container /opt/hub/container
ENV PATH=/opt/lenproto/bin:/opt/proxy/bin:$PATH
USER 1000:1000
WORKDIR /home/learner
VOLUME /home/learner
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/hub/health', timeout=5)"]
CMD ["jupyterhub", "--config", "/opt/hub/container/jupyterhub_config.py"]

# ---- one person: JupyterLab at the first lesson ----
FROM learner AS lessons
COPY --from=made /opt/lenproto /opt/lenproto
COPY docs/container/jupyter_server_config.json /opt/lenproto/etc/jupyter/
USER 1000:1000
WORKDIR /home/learner/lessons
VOLUME /home/learner
EXPOSE 8888
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8888/api', timeout=5)"]
CMD ["lenproto", "lessons", ".", "--no-browser"]
