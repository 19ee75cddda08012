# The relay and the client that it serves. Nothing of it writes to the file system: run it read-only.
ARG NODE_VERSION=24
FROM node:${NODE_VERSION}-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY shared ./shared
COPY client ./client
RUN npm run build

FROM node:${NODE_VERSION}-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The compiler is only a peer of packages that can do without it.
RUN npm ci --ignore-scripts --omit=dev && rm -rf node_modules/typescript node_modules/@typescript

FROM node:${NODE_VERSION}-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 TSX_DISABLE_CACHE=1
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json tsconfig.json ./
COPY shared ./shared
COPY server ./server
USER node
EXPOSE 8787
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No inspector by signal, no crash report: neither a heap nor a core may reach a disk.
CMD ["node", "--disable-sigusr1", "--import", "tsx", "server/main.ts"]
