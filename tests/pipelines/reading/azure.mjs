// Expands an Azure pipeline with its templates, as the service does before a run, and collects the faults.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { evaluate, holds, isTrue } from './azure-expressions.mjs';
import { pipeline, read, root } from './repository.mjs';

const sections = ['stages', 'jobs', 'steps', 'variables'];
const whole = /^\$\{\{(.*?)\}\}$/s;
const directive = /^\$\{\{\s*(if|elseif|else)\b(.*)\}\}$/s;

/** The text that a value becomes inside a string: booleans are capitalised, as .NET prints them. */
const toText = (value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value ?? ''));

/** One expansion, which collects faults and reached templates. */
class Expansion {
  faults = [];
  templates = new Set();

  fault(file, text) {
    const fault = `${file}: ${text}`;
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }

  value(expression, scope) {
    try {
      return evaluate(expression.trim(), scope);
    } catch (error) {
      this.fault(scope.file, error.message);
      return '';
    }
  }

  node(node, section, scope) {
    if (Array.isArray(node)) return this.list(node, section, scope);
    if (node !== null && typeof node === 'object') return this.mapping(node, section, scope);
    if (typeof node !== 'string') return node;
    const only = whole.exec(node);
    if (only !== null && !only[1].includes('${{')) return this.value(only[1], scope);
    return node.replace(/\$\{\{(.*?)\}\}/gs, (_, expression) => toText(this.value(expression, scope)));
  }

  /** Whether the branch of an if, elseif or else is taken; `chain` remembers the branches before it. */
  taken([, word, condition], chain, scope) {
    if (word === 'if') chain.done = false;
    else if (chain.done === undefined) this.fault(scope.file, `'${word}' follows no 'if'`);
    const taken = !chain.done && (word === 'else' || isTrue(this.value(condition, scope)));
    chain.done ||= taken;
    return taken;
  }

  list(items, section, scope) {
    const chain = {};
    return items.flatMap((item) => {
      const keys = item !== null && typeof item === 'object' ? Object.keys(item) : [];
      const branch = keys.length === 1 ? directive.exec(keys[0]) : null;
      if (branch === null && keys[0]?.startsWith('${{')) this.fault(scope.file, `'${keys[0]}' is not if, elseif or else`);
      if (branch !== null) return this.taken(branch, chain, scope) ? this.node(item[keys[0]], section, scope) : [];
      if (keys.includes('template')) return this.template(item, section, scope);
      return [this.node(item, section, scope)];
    });
  }

  mapping(object, section, scope) {
    const chain = {};
    const result = {};
    for (const [key, value] of Object.entries(object)) {
      const branch = directive.exec(key);
      if (branch === null && key.startsWith('${{')) this.fault(scope.file, `'${key}' is not if, elseif or else`);
      else if (branch === null) result[key] = this.node(value, sections.includes(key) ? key : section, scope);
      else if (this.taken(branch, chain, scope)) Object.assign(result, this.node(value, section, scope));
    }
    return result;
  }

  template(reference, section, scope) {
    const [name, resource] = reference.template.split('@');
    if (resource !== undefined && !scope.resources.includes(resource)) this.fault(scope.file, `template '${reference.template}' is of a repository that is not among the resources`);
    const isAbsolute = name.startsWith('/') || resource !== undefined;
    const file = isAbsolute ? name.replace(/^\//, '') : path.posix.join(path.posix.dirname(scope.file), name);
    if (!existsSync(path.resolve(root, file))) {
      this.fault(scope.file, `template '${reference.template}' does not exist`);
      return [];
    }

    this.templates.add(file);
    const content = parse(read(file));
    if (content[section] === undefined) {
      this.fault(scope.file, `template '${reference.template}' has no ${section}; a template at this place must have them`);
      return [];
    }

    const given = this.node(reference.parameters ?? {}, section, scope);
    const parameters = this.bind(content.parameters ?? [], given, scope.file, reference.template);
    return this.node(content[section], section, { ...scope, file, parameters });
  }

  bind(declared, given, file, template) {
    for (const name of Object.keys(given)) {
      if (!declared.some((parameter) => parameter.name === name)) this.fault(file, `template '${template}' has no parameter '${name}'`);
    }

    return Object.fromEntries(declared.map((parameter) => [parameter.name, this.argument(parameter, given, file, template)]));
  }

  argument({ name, type, default: otherwise, values }, given, file, template) {
    const value = Object.hasOwn(given, name) ? given[name] : otherwise;
    const typed = {
      string: () => typeof value !== 'object',
      boolean: () => typeof value === 'boolean' || /^(true|false)$/i.test(value),
      number: () => value !== '' && Number.isFinite(Number(value)),
    };
    if (value === undefined) this.fault(file, `template '${template}' needs the parameter '${name}'`);
    else if (values !== undefined && !values.includes(value)) this.fault(file, `parameter '${name}' of '${template}' is '${value}'; it must be one of ${values.join(', ')}`);
    else if (typed[type] !== undefined && !typed[type]()) this.fault(file, `parameter '${name}' of '${template}' is '${value}'; it must be a ${type}`);
    return value;
  }
}

/** The parameters that a run can be started with. */
export const parametersOf = (file = pipeline) => parse(read(file)).parameters ?? [];

/**
 * The pipeline as it runs with the given parameters.
 * @returns `pipeline` (the expanded document), `faults` and the `templates` that were reached.
 */
export function expand(given = {}, file = pipeline) {
  const expansion = new Expansion();
  const { parameters: declared = [], ...body } = parse(read(file));
  const parameters = expansion.bind(declared, given, file, file);
  // The resources of the samples are this repository.
  const resources = (body.resources?.repositories ?? []).map(({ repository }) => repository);
  const expanded = expansion.node(body, undefined, { file, parameters, variables: {}, resources });
  return { pipeline: expanded, faults: expansion.faults, templates: [...expansion.templates] };
}

/**
 * The jobs that run, in order, with their steps; a script step has `script`, any other `task` and `inputs`.
 * @param variables Pipeline variables by their dotted names, such as `System.PullRequest.IsFork`.
 * @param outputs Outputs of jobs by stage, job, and step with variable: `{ Authorize: { Authorize: { 'authorize.decision': 'launch' } } }`. Those of a job itself
 * are known to its later steps.
 */
export function runningJobs(given, variables, file = pipeline, outputs = {}) {
  const { pipeline: expanded, faults } = expand(given, file);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const stageDependencies = mapObject(outputs, (jobs) => mapObject(jobs, (values) => ({ outputs: values })));
  const dependencies = mapObject(outputs, (jobs) => ({
    outputs: Object.fromEntries(Object.entries(jobs).flatMap(([job, values]) => Object.entries(values).map(([name, value]) => [`${job}.${name}`, value]))),
  }));
  const skipped = new Set();
  const stages = expanded.stages.filter((stage) => {
    const awaited = [stage.dependsOn ?? []].flat();
    const runs = holds(stage.condition, { variables, dependencies }) && (stage.condition !== undefined || !awaited.some((name) => skipped.has(name)));
    if (!runs) skipped.add(stage.stage);
    return runs;
  });
  const scope = { variables, stageDependencies };
  return stages
    .flatMap((stage) => stage.jobs.map((job) => ({ stage, job })))
    .filter(({ job }) => holds(job.condition, scope))
    .map(({ stage, job }) => {
      const values = mapObject(job.variables ?? {}, (value) => toText(/^\$\[(.*)\]$/s.test(value) ? evaluate(/^\$\[(.*)\]$/s.exec(value)[1].trim(), scope) : value));
      const id = job.job ?? job.deployment;
      const own = outputs[stage.stage]?.[id] ?? {};
      const every = stepsOf(job).map((step) => ({ ...readStep(step, values, own), runs: holds(step.condition, { ...scope, variables: { ...variables, ...own } }) }));
      return { id, stage: stage.stage, file, definition: job, every, steps: every.filter(({ runs }) => runs) };
    });
}

const mapObject = (object, convert) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value)]));

/** The steps of a job or a deployment. */
export const stepsOf = (job) => job.steps ?? job.strategy?.runOnce?.deploy?.steps ?? [];

function readStep(step, values, own) {
  const expanded = (value) => toText(value).replace(/\$\(([\w.]+)\)/g, (macro, name) => own[name] ?? macro);
  const env = { ...values, ...mapObject(step.env ?? {}, expanded) };
  const name = step.displayName ?? step.task ?? 'checkout';
  const about = { name, id: step.name, condition: step.condition, settableVariables: step.target?.settableVariables };
  if (step.bash !== undefined) return { ...about, shell: 'bash', script: step.bash, env };
  if (step.inputs?.inlineScript !== undefined) return { ...about, shell: step.inputs.scriptType, script: step.inputs.inlineScript, env, task: step.task, inputs: step.inputs };
  return { ...about, task: step.task ?? (step.checkout === undefined ? 'download' : 'checkout'), checkout: step.checkout, inputs: step.inputs ?? {} };
}
