/** Every scalar of a document: its key (that of the list, for an item), its value as a string, and its path. */
export function scalars(node, key = '', path = '') {
  if (Array.isArray(node)) return node.flatMap((item, index) => scalars(item, key, `${path}[${index}]`));
  if (node !== null && typeof node === 'object')
    return Object.entries(node).flatMap(([name, value]) => scalars(value, name, path === '' ? name : `${path}.${name}`));
  return [{ key, value: String(node ?? ''), path }];
}

/** Every mapping of a document, outermost first. */
export function mappings(node) {
  if (node === null || typeof node !== 'object') return [];
  const inner = Object.values(node).flatMap(mappings);
  return Array.isArray(node) ? inner : [node, ...inner];
}
