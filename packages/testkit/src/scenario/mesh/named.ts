/** Finds what is part of a mesh by the name that a step gives it. */

/** The one that is meant by `name[.namespace]` (default `default`), of a map by `namespace/name`. @throws Error that says whom there is */
export function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const [own = '', namespace = 'default'] = name.split('.')
  const found = all.get(`${namespace}/${own}`)
  if (found === undefined) throw new Error(`nobody is called ${name}; there are ${[...all.keys()].join(', ')}`)
  return found
}
