/** Options of a conversion by their names, as the API takes them. */
export type Options = Readonly<Record<string, unknown>>;
