// Evaluates the template expressions and conditions of Azure Pipelines: the functions that the pipelines of this repository use.

const same = (left, right) => String(left ?? '').toLowerCase() === String(right ?? '').toLowerCase();
const truth = (value) => value !== undefined && value !== null && value !== false && value !== '' && !(typeof value === 'string' && value.toLowerCase() === 'false');

// The status functions return the values of a run in which nothing has failed so far.
const functions = {
  and: (...values) => values.every(truth),
  or: (...values) => values.some(truth),
  not: (value) => !truth(value),
  eq: same,
  ne: (left, right) => !same(left, right),
  in: (needle, ...values) => values.some((value) => same(needle, value)),
  always: () => true,
  succeeded: () => true,
  failed: () => false,
  canceled: () => false,
  succeededOrFailed: () => true,
};

const token = /\s*(?:(?<string>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<mark>[(),.[\]]))/y;

function* lex(expression) {
  token.lastIndex = 0;
  const text = expression.trimEnd();
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw new Error(`'${expression}' cannot be read as an expression`);
    const [kind, value] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    yield { kind, value };
  }
}

/**
 * The value of an expression.
 * @param scope Objects by name: `parameters`, `variables`, `dependencies`, `stageDependencies`. A parameter that is not declared is an error; of the others
 * it is empty, as on an agent.
 */
export function evaluate(expression, scope) {
  const tokens = [...lex(expression)];
  const take = (value) => {
    const next = tokens.shift();
    if (next === undefined || (value !== undefined && next.value !== value)) throw new Error(`'${expression}' lacks ${value ?? 'an operand'}`);
    return next;
  };

  function operand() {
    const { kind, value } = take();
    if (kind === 'string') return value.slice(1, -1).replaceAll("''", "'");
    if (kind === 'number') return Number(value);
    if (value === 'true' || value === 'false') return value === 'true';
    if (kind !== 'name') throw new Error(`'${expression}' has '${value}' where an operand must be`);
    return tokens[0]?.value === '(' ? call(value) : reference(value);
  }

  function call(name) {
    if (!Object.hasOwn(functions, name)) throw new Error(`'${expression}' calls ${name}, which is not a known function`);
    take('(');
    const values = [];
    while (tokens[0]?.value !== ')') {
      if (values.length > 0) take(',');
      values.push(operand());
    }
    take(')');
    return functions[name](...values);
  }

  function key() {
    if (tokens[0]?.value === '.') {
      take('.');
      return take().value;
    }
    take('[');
    const value = operand();
    take(']');
    return value;
  }

  function reference(name) {
    if (!Object.hasOwn(scope, name)) throw new Error(`'${expression}' reads ${name}, which is not known here`);
    let value = scope[name];
    const path = [name];
    while (tokens[0]?.value === '.' || tokens[0]?.value === '[') {
      path.push(key());
      if (name === 'parameters' && !Object.hasOwn(value, path.at(-1))) throw new Error(`'${expression}' reads ${path.join('.')}, which is not declared`);
      value = value?.[path.at(-1)];
    }
    return value;
  }

  const value = operand();
  if (tokens.length > 0) throw new Error(`'${expression}' has '${tokens[0].value}' after its end`);
  return value;
}

/**
 * Whether a condition lets its stage, job or step run; without one it does.
 * @param scope `variables`, and `dependencies` or `stageDependencies` with the outputs of earlier jobs. What they lack is empty, as on an agent.
 */
export const holds = (condition, scope) => condition === undefined || truth(evaluate(condition, scope));

/** Whether the value of a template expression counts as true. */
export const isTrue = truth;
