# What docker compose builds, on a machine without Node: everything once (build), and from it three kinds of image.
#   parts     the connectors, the sandbox and the one-shots of setup/: a command chooses
#   entry     nginx with the pages and routes
#   the last  a function, chosen by the argument FUNCTION: the stage is the template's own, as a test sees to

FROM node:24-bookworm-slim AS build
WORKDIR /ates
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY . .
RUN node scripts/build.ts && rm -f dist/*/*/meta.json

FROM node:24-bookworm-slim AS parts
LABEL org.opencontainers.image.title="ATES parts" \
  org.opencontainers.image.description="Connectors, sandbox and one-shots of ATES" \
  org.opencontainers.image.licenses="MIT"
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
# Volumes take over who owns these folders.
RUN install -d -o 1000 -g 1000 /var/lib/ates /data
WORKDIR /home/app
COPY template/ates-node/index.mjs stack.yml ./
COPY --from=build /ates/dist/connectors connectors
COPY --from=build /ates/dist/sandbox sandbox
COPY --from=build /ates/dist/setup setup
USER 1000:1000
ENV NODE_ENV=production PORT=8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /_/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

FROM nginx:1.28-bookworm AS entry
LABEL org.opencontainers.image.title="ATES entry" \
  org.opencontainers.image.description="nginx with the pages and routes of ATES" \
  org.opencontainers.image.licenses="MIT"
# What is logged goes where docker collects it.
RUN mkdir -p /etc/nginx/logs && ln -sf /dev/stdout /etc/nginx/logs/access.log && ln -sf /dev/stderr /etc/nginx/logs/error.log
COPY nginx/ates.conf.template nginx/maps.conf nginx/routes.conf nginx/upstreams.conf deploy/compose/nginx.conf deploy/compose/nginx.sh /etc/nginx/
COPY --from=build /ates/dist/web /usr/share/nginx/html
USER nginx
EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["sh", "/etc/nginx/nginx.sh"]

FROM ghcr.io/openfaas/of-watchdog:0.11.6 AS watchdog

FROM node:24-bookworm-slim AS layout
ARG FUNCTION
COPY template/ates-node/index.mjs template/ates-node/package.json /app/
COPY --from=build /ates/dist/functions/${FUNCTION}/ /app/function/
RUN chmod -R u=rwX,go=rX /app

FROM node:24-bookworm-slim
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ATES function" \
  org.opencontainers.image.description="A function of ATES behind the OpenFaaS watchdog" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.revision="${REVISION}"
# Bundles bring all they need: there is nothing to install, and nothing that could.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
COPY --from=watchdog --chmod=755 /fwatchdog /usr/bin/fwatchdog
COPY --from=layout /app /home/app
WORKDIR /home/app
USER 1000:1000
# Only the watchdog reaches the entry point. A function answers within 8 s by itself; a request that the watchdog takes
# at the end of its window after SIGTERM (healthcheck_interval) is done within the entry point's drain of 15 s.
ENV NODE_ENV=production HOST=127.0.0.1 PORT=3000 \
  fprocess="node index.mjs" mode=http upstream_url=http://127.0.0.1:3000 prefix_logs=false \
  exec_timeout=10s read_timeout=15s write_timeout=15s healthcheck_interval=5s ready_path=/_/ready
EXPOSE 8080
STOPSIGNAL SIGTERM
# By bash itself, since another Node every few seconds would cost more than the function.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /_/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
CMD ["fwatchdog"]
