# Build it as the README says, under "Install".
# What is made here is the same on every platform, so it is made on the builder's own: nothing has to be emulated.
FROM --platform=$BUILDPLATFORM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY rules ./rules
COPY schemas ./schemas
# What puts the engine for custom rules together.
COPY scripts/meter-engine.ts scripts/guest-pictures.ts ./scripts/
COPY scripts/metering ./scripts/metering
# A checkout under a strict umask has a package.json that only its owner can read.
RUN npm run build && chmod 644 package.json

FROM --platform=$BUILDPLATFORM docker.io/library/node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM docker.io/library/node:24-bookworm-slim
WORKDIR /app
# No --max-old-space-size: Node reads the container's memory limit, and takes half of it for the heap.
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/build/schemas ./build/schemas
COPY --from=build /app/build/rules ./build/rules
COPY --from=build /app/build/src ./build/src
# By number, so that runAsNonRoot can be checked without looking into the image.
USER 10001:10001
EXPOSE 3000 8080
# Node itself is PID 1 and gets SIGTERM. This also takes the place of the base image's entrypoint, a shell script.
ENTRYPOINT ["node", "build/src/main.js"]
