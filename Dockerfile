# Built with `docker build -t 429chain .`; docs/deployment.md tells how to run it.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY schemas schemas
COPY scripts/build scripts/build
COPY src src
COPY plugins plugins
COPY admin-ui admin-ui
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The clients of Redis and PostgreSQL are optional for npm. The image has them.
COPY scripts/build/include-peers.mjs scripts/build/
RUN --mount=type=cache,target=/root/.npm node scripts/build/include-peers.mjs && \
  npm install --ignore-scripts --omit=dev

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="429chain" \
  org.opencontainers.image.description="One OpenAI-compatible address in front of many free accounts" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json 429chain.json5 LICENSE ./
COPY schemas schemas
COPY catalogue catalogue
COPY templates templates
COPY docker/429chain /usr/local/bin/429chain
# A new volume takes owner and mode from the folder that it is mounted on; with this mode any other --user works too.
RUN mkdir -m 777 /config /data && chown node:node /config /data
# As a number, so that Kubernetes sees that it is not root.
USER 1000:1000
VOLUME ["/config", "/data"]
EXPOSE 3429
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD ["429chain", "health"]
ENTRYPOINT ["429chain"]
CMD ["start", "--create"]
