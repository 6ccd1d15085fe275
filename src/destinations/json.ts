/** Plain JSON, for what a provider wants to remember. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
