# One image for coordinator and workers. The build stage has the C++ compiler for the native prover; the image that runs has not.
FROM node:20-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: this project's own would build sources that are not here yet, and no dependency needs one on Linux.
RUN npm ci --ignore-scripts
COPY . .
# The native prover is optional elsewhere; an image without it would prove twenty times slower, so the build fails.
RUN npm run build && test -s native/build/zkstate.node
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production ZKSTATE_CACHE=/cache
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/native/build/zkstate.node ./native/build/zkstate.node
COPY --from=build /app/circuits ./circuits
COPY --from=build /app/dist ./dist
# Volumes take the owner of the folder that they are mounted over the first time.
RUN mkdir /data /proofs /cache && chown node:node /data /proofs /cache
USER node
WORKDIR /data
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
