// Evaluates the template expressions and conditions of Azure Pipelines: the functions that the pipelines of this repository use.

const same = (left, right) => String(left ?? '').toLowerCase() === String(right ?? '').toLowerCase();
const truth = (value) => value !== undefined && value !== null && value !== false && value !== '' && !(typeof value === 'string' && value.toLowerCase() === 'false');

// The status functions answer as on a run in which nothing has failed so far.
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
 * @param scope Objects by name: `parameters`, `variables`. A name that they lack is an error, except a variable, which is empty as on an agent.
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

  function reference(name) {
    if (!Object.hasOwn(scope, name)) throw new Error(`'${expression}' reads ${name}, which is not known here`);
    let key;
    if (tokens[0]?.value === '.') {
      take('.');
      key = take().value;
    } else {
      take('[');
      key = operand();
      take(']');
    }
    if (!Object.hasOwn(scope[name], key) && name !== 'variables') throw new Error(`'${expression}' reads ${name}.${key}, which is not declared`);
    return scope[name][key];
  }

  const value = operand();
  if (tokens.length > 0) throw new Error(`'${expression}' has '${tokens[0].value}' after its end`);
  return value;
}

/** Whether a condition lets its stage, job or step run; without one it does. */
export const holds = (condition, variables) => condition === undefined || truth(evaluate(condition, { variables }));

/** Whether the value of a template expression counts as true. */
export const isTrue = truth;
