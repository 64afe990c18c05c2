import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** The text of a file, its path relative to the repository or absolute. */
export const read = (file) => readFileSync(path.resolve(root, file), 'utf8');

/** Paths of the YAML files in a folder and below, relative to the repository, with forward slashes, sorted. */
export const yamlFiles = (folder) =>
  readdirSync(path.resolve(root, folder), { recursive: true })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();

export const workflows = () => yamlFiles('.github/workflows');
export const actions = () => yamlFiles('.github/actions');
export const pipeline = 'azure-pipelines.yml';
export const templates = () => yamlFiles('pipelines');

/** Names of the arguments that a group declares, read from its class; a group without a file declares none. */
const argumentsOfGroup = (group) => {
  const folder = ['build/CommandLine/Groups', 'build/Testing'].find((candidate) => existsSync(path.join(root, candidate, `${group}.cs`)));
  if (folder === undefined) return [];
  const text = read(`${folder}/${group}.cs`) + (group === 'TrainArguments' ? read('build/CommandLine/GivenPlan.cs') : '');
  return [...text.matchAll(/= (?:new|Arguments\.\w+)\(\s*"([a-z][a-z-]*)"/g)].map((match) => match[1]);
};

/** Targets of the build host with the arguments of their groups, read from the attributes in build/Tasks. */
export function targets() {
  const found = new Map();
  for (const file of readdirSync(path.join(root, 'build/Tasks'))) {
    const text = read(`build/Tasks/${file}`);
    const name = /\[TaskName\("([^"]+)"\)\]/.exec(text)?.[1];
    if (name === undefined) continue;
    found.set(name, {
      arguments: [...text.matchAll(/^\[(\w+Arguments)\]$/gm)].flatMap((match) => argumentsOfGroup(match[1])),
      dependencies: [...text.matchAll(/IsDependentOn\(typeof\((\w+)\)\)/g)].map((match) => match[1]),
      type: /class (\w+)/.exec(text)[1],
    });
  }
  return found;
}
