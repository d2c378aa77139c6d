// Loaded into a step: requests to Amazon ECR Public, whose address no endpoint changes, go to the simulator.
const real = globalThis.fetch
const simulated = `${process.env.AWS_ENDPOINT_URL}/public-ecr`

globalThis.fetch = (url, init) => real(String(url).replace(/^https:\/\/public\.ecr\.aws(?=\/)/, simulated), init)
