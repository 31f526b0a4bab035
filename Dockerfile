# Medley: every role and the command line in one image.
#
#   docker build -t medley:dev --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run --rm medley:dev cmd/medley --help
#
# Roles are `cmd/gateway`, `cmd/aggregator`, `cmd/scorer`, `cmd/operator`, `cmd/trainer`; the command line is `cmd/medley`.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package's own scripts: nothing is compiled, and the bundler brings its program along.
RUN npm ci --ignore-scripts --no-progress --loglevel=error
COPY . .
RUN node scripts/bundle.ts /app

FROM node:24-bookworm-slim
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=
LABEL org.opencontainers.image.title="Medley" \
      org.opencontainers.image.description="Recommendations by many criteria at once, by a deadline" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"

# The package managers of the base are of no use to what runs, and of some to who breaks in.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
COPY --from=build /app ./

# A start reads compiled code instead of compiling it. Each role fails here, having nothing to read its settings from, but its
# code is compiled by then. The cache is for this user and this Node; others go without.
ENV NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=ExperimentalWarning \
    NODE_COMPILE_CACHE=/app/.compiled
RUN mkdir .compiled && chown 1000:1000 .compiled
USER 1000:1000
RUN for file in cmd/*.js src/*/*.js; do timeout 20 node "$file" < /dev/null > /dev/null 2>&1 || true; done; chmod -R a-w .compiled

# Node itself is process 1: it gets SIGTERM and drains.
ENTRYPOINT ["node"]
CMD ["cmd/medley", "--help"]
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
