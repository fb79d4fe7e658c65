# One image for `prisma migrate deploy`, the warm-up and the server.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma ./prisma
COPY src ./src
COPY scripts/cache.ts ./scripts/cache.ts
COPY scripts/warm.ts ./scripts/warm.ts
# Without install scripts, of which one may download a native schema engine that this image lacks the libraries for.
RUN npm ci --omit=dev --ignore-scripts
RUN npx prisma generate

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build --chown=node:node /app ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "src/server.ts"]
