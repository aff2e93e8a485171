# syntax=docker/dockerfile:1
# The image of fluxd. Runs as root under the manifests of Flux v1, and under `runAsNonRoot` (`runAsUser: 1000`)
# with a read-only root file system; the only folder that is written to is /tmp.
#   docker build --tag docker.io/fluxctl/fluxd:0.1.0 .

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile && node scripts/src/build/main.ts

FROM node:24-bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git gnupg openssh-client tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/packages/daemon/dist /opt/fluxd
RUN ln -s /opt/fluxd/fluxd.mjs /usr/local/bin/fluxd
LABEL org.opencontainers.image.title="fluxd" \
      org.opencontainers.image.description="Keeps a Kubernetes cluster equal to a git repository" \
      org.opencontainers.image.licenses="Apache-2.0"
EXPOSE 3030 3031
# git that is killed leaves its ssh behind: somebody must be there to bury it.
ENTRYPOINT ["tini", "--", "fluxd"]
