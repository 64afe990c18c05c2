// Reads a workflow as GitHub would run it: which jobs and steps, with which scripts and environment.
import { parse } from 'yaml';
import { holds, interpolate } from './github-expressions.mjs';
import { read } from './repository.mjs';

const map = (object, convert) => Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, convert(value)]));

/** The jobs that run, each after the jobs it needs, with their steps; composite actions of this repository are expanded. */
export function runningJobs(file, contexts) {
  const workflow = parse(read(file));
  const jobs = [];
  const pending = Object.entries(workflow.jobs);
  const finished = new Set();
  while (pending.length > 0) {
    const index = pending.findIndex(([, job]) => [job.needs ?? []].flat().every((needed) => finished.has(needed)));
    if (index < 0) throw new Error(`${file}: the jobs need each other, or one that does not exist`);
    const [[id, job]] = pending.splice(index, 1);
    finished.add(id);
    const inJob = { ...contexts, github: { ...contexts.github, job: id } };
    if (!holds(job.if, inJob)) continue;
    const shell = job.defaults?.run?.shell ?? workflow.defaults?.run?.shell;
    const environment = { ...workflow.env, ...job.env };
    jobs.push({ id, definition: job, steps: job.steps.flatMap((step) => open(step, { contexts: inJob, environment, shell })) });
  }
  return jobs;
}

function open(step, { contexts, environment, shell }) {
  if (!holds(step.if, contexts)) return [];
  const env = map({ ...environment, ...step.env }, (value) => interpolate(value, { ...contexts, env: {} }));
  const name = interpolate(step.name ?? step.uses ?? step.run, contexts);
  if (step.run !== undefined) return [{ name, shell: step.shell ?? shell, script: step.run, env }];
  if (!step.uses.startsWith('./')) return [{ name, uses: step.uses, with: map(step.with, (value) => interpolate(value, contexts)) }];

  const action = parse(read(`${step.uses}/action.yml`));
  const given = map(step.with, (value) => interpolate(value, contexts));
  const inputs = { ...map(action.inputs, (input) => String(input?.default ?? '')), ...given };
  return action.runs.steps.flatMap((inner) => open(inner, { contexts: { ...contexts, inputs }, environment: env }));
}
