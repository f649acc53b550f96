/** Most outputs of one file in a request; the service refuses more. */
export const MOST_OUTPUTS = 10;
