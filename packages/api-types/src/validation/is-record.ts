/** Tells objects with fields from lists, null and scalars. */

/** Whether a value of JSON is an object with fields. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
