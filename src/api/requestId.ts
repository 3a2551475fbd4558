/** Azure's gateway has a name of its own for it. */
const names = ['x-request-id', 'apim-request-id'];

/** What a service calls a request of ours, for its support; undefined where it says none that could be one. */
export function requestIdOf(headers: Headers): string | undefined {
  return names.map((name) => headers.get(name) ?? '').find((id) => /^[\x21-\x7e]{1,200}$/.test(id));
}
