/** Webhooks for a service that nobody asks for one. */
export const NO_WEBHOOKS = {
  check: async () => undefined,
  createFor: async () => {
    throw new TypeError('nobody asked for a webhook');
  },
};
