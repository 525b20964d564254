/** Reads JSON that is not described further; what is absent or of another type is empty. */

/** Any JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** An object. */
export type Fields = { readonly [key: string]: Json }

/** The fields of an object. */
export const record = (value: Json | undefined): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {})

/** The items of a list. */
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** A text. */
export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
