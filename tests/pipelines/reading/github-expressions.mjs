// Evaluates ${{ … }} with GitHub's own expression library.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

const status = (name, value) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) }];

// As on a run in which nothing has failed so far; the hash of any files is one and the same.
const functions = new Map([
  status('success', true),
  status('failure', false),
  status('always', true),
  status('cancelled', false),
  ['hashfiles', { name: 'hashFiles', minArgs: 1, maxArgs: 255, call: () => new data.StringData('0'.repeat(64)) }],
]);

/** The value of one expression, without its braces. */
export function evaluate(expression, contexts) {
  const tokens = new Lexer(expression).lex().tokens;
  const tree = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse();
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver);
  return new Evaluator(tree, dictionary, functions).evaluate();
}

/** A scalar of a workflow with every ${{ … }} replaced by its value, as a string. */
export const interpolate = (scalar, contexts) =>
  String(scalar ?? '').replace(/\$\{\{(.*?)\}\}/gs, (_, expression) => evaluate(expression.trim(), contexts).coerceString());

const bare = (text) => String(text).trim().replace(/^\$\{\{(.*)\}\}$/s, '$1').trim();

/** The value of a scalar that is one expression, as plain JavaScript. */
export const valueOf = (scalar, contexts) => JSON.parse(evaluate(`toJSON(${bare(scalar)})`, contexts).coerceString());

/** Whether an `if:` lets its job or step run; without one it does. */
export function holds(condition, contexts) {
  if (condition === undefined || condition === null) return true;
  const value = evaluate(bare(condition), contexts).coerceString();
  return value !== '' && value !== 'false' && value !== '0';
}

/** Whether an `if:` decides by itself what happens after a failed or skipped job; else GitHub adds `success() &&`. */
export const readsStatus = (condition) => /\b(success|failure|always|cancelled)\(\)/.test(String(condition ?? ''));
