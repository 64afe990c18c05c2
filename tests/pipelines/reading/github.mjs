// Reads a workflow as GitHub would run it: which jobs and steps, with which scripts and environment.
import { parse } from 'yaml';
import { holds, interpolate, readsStatus, valueOf } from './github-expressions.mjs';
import { ownFile, read } from './repository.mjs';

const map = (object, convert) => Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, convert(value)]));

// A single expression keeps its type: a called workflow declares its inputs as booleans and strings.
const passed = (value, contexts) => (/^\$\{\{[^}]*\}\}$/.test(String(value)) ? valueOf(value, contexts) : typeof value === 'string' ? interpolate(value, contexts) : value);

/**
 * The jobs that run, each after the jobs it needs, with their steps; composite actions and called workflows of this repository are expanded.
 * @param results The results of jobs by id: `{ result, outputs }`. A job that is not named succeeds without outputs.
 */
export function runningJobs(file, contexts, results = {}) {
  const workflow = parse(read(file));
  const jobs = [];
  const pending = Object.entries(workflow.jobs);
  const finished = new Map();
  while (pending.length > 0) {
    const index = pending.findIndex(([, job]) => [job.needs ?? []].flat().every((needed) => finished.has(needed)));
    if (index < 0) throw new Error(`${file}: the jobs need each other, or one that does not exist`);
    const [[id, job]] = pending.splice(index, 1);
    const needs = Object.fromEntries([job.needs ?? []].flat().map((needed) => [needed, finished.get(needed)]));
    const inJob = { ...contexts, needs, matrix: {}, github: { ...contexts.github, job: id } };
    const isReached = readsStatus(job.if) || Object.values(needs).every(({ result }) => result === 'success');
    const runs = isReached && holds(job.if, inJob);
    finished.set(id, runs ? { result: 'success', outputs: {}, ...results[id] } : { result: 'skipped', outputs: {} });
    if (runs) jobs.push(...variants(job, inJob).flatMap((variant) => open(file, id, { workflow, job, contexts: variant })));
  }
  return jobs;
}

/** The contexts of each place in the job's matrix; one without a matrix. */
function variants(job, contexts) {
  if (job.strategy?.matrix === undefined) return [contexts];
  const [[name, values]] = Object.entries(job.strategy.matrix);
  return (Array.isArray(values) ? values : valueOf(values, contexts)).map((value, index) => ({
    ...contexts,
    matrix: { [name]: value },
    strategy: { ...contexts.strategy, 'job-index': index },
  }));
}

function open(file, id, { workflow, job, contexts }) {
  if (job.uses !== undefined) {
    const called = ownFile(job.uses);
    const declared = parse(read(called)).on.workflow_call.inputs;
    const inputs = { ...map(declared, (input) => input.default ?? ''), ...map(job.with, (value) => passed(value, contexts)) };
    return runningJobs(called, { ...contexts, inputs }).map((inner) => ({ ...inner, id: `${id} / ${inner.id}`, caller: job }));
  }

  const shell = job.defaults?.run?.shell ?? workflow.defaults?.run?.shell;
  const environment = { ...workflow.env, ...job.env };
  return [{ id, file, definition: job, steps: job.steps.flatMap((step) => openStep(step, { contexts, environment, shell, file, where: `jobs.${id}` })) }];
}

function openStep(step, { contexts, environment, shell, file, where }) {
  if (!holds(step.if, contexts)) return [];
  const env = map({ ...environment, ...step.env }, (value) => interpolate(value, { ...contexts, env: {} }));
  const name = interpolate(step.name ?? step.uses ?? step.run, contexts);
  const about = { name, id: step.id, condition: step.if };
  if (step.run !== undefined) return [{ ...about, shell: step.shell ?? shell, script: step.run, env, file, where }];
  if (!step.uses.startsWith('./')) return [{ ...about, uses: step.uses, with: map(step.with, (value) => interpolate(value, contexts)) }];

  const action = `${ownFile(step.uses)}/action.yml`;
  const given = map(step.with, (value) => interpolate(value, contexts));
  const definition = parse(read(action));
  const inputs = { ...map(definition.inputs, (input) => String(input?.default ?? '')), ...given };
  return definition.runs.steps.flatMap((inner) => openStep(inner, { contexts: { ...contexts, inputs }, environment: env, file: action, where: 'runs' }));
}
