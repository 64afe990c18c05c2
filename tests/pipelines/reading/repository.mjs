import { readdirSync, readFileSync } from 'node:fs';
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
export const launchPipeline = 'azure-launch.yml';
export const pipelines = [pipeline, launchPipeline];
export const templates = () => yamlFiles('pipelines');

/** Of the sample repository that uses the workflows and templates of this one. */
export const samples = { github: yamlFiles('docs/samples/.github/workflows'), azure: ['docs/samples/azure-pipelines.yml'] };

// This repository as the samples name it.
const ownName = 'your-organisation/model-training/';

/** Whether `uses:` names an action or a workflow of this repository. */
export const isOwn = (uses) => uses.startsWith('./') || uses.startsWith(ownName);

/** The path of such an action or workflow in this repository; another repository may have checked this one out in its folder `.build`. */
export const ownFile = (uses) => uses.replace(/^\.\/(\.build\/)?/, '').replace(ownName, '').replace(/@.*$/, '');

/** Texts of the host's C# files by the name of their class, which is the name of the file. */
function hostClasses() {
  const files = readdirSync(path.join(root, 'build'), { recursive: true }).filter((name) => name.endsWith('.cs') && !/^(bin|obj)\b/.test(name));
  return new Map(files.map((file) => [path.basename(file, '.cs'), read(path.join('build', file))]));
}

/** Names of the arguments that a class declares in its fields. */
const argumentsIn = (text) => [...text.matchAll(/= (?:new|Arguments\.\w+)\(\s*"([a-z][a-z-]*)"/g)].map((match) => match[1]);

/** Names of the arguments of a group, such as `ExperimentArguments`. A member that another class declares is written `Class.Member`. */
function argumentsOfGroup(group, classes) {
  const text = classes.get(group);
  const members = /: ArgumentGroup\(([^)]*)\)/.exec(text)?.[1] ?? '';
  const owners = [...members.matchAll(/(\w+)\.\w+/g)].map((match) => match[1]);
  return [text, ...owners.map((owner) => classes.get(owner))].flatMap(argumentsIn);
}

/** The name in a task's attribute, which is a text or a constant of another class. */
function taskName(text, classes) {
  const [, literal, owner, constant] = /\[TaskName\((?:"([^"]+)"|(\w+)\.(\w+))\)\]/.exec(text) ?? [];
  return literal ?? (owner && new RegExp(`const string ${constant} = "([^"]+)"`).exec(classes.get(owner))?.[1]);
}

/** Targets of the build host with the arguments that their tasks declare, read from the attributes in build/Tasks. */
export function targets() {
  const classes = hostClasses();
  const found = new Map();
  for (const file of readdirSync(path.join(root, 'build/Tasks'))) {
    const text = read(`build/Tasks/${file}`);
    const name = taskName(text, classes);
    if (name === undefined) continue;
    const groups = [...text.matchAll(/^\[(\w+Arguments)\]/gm)].map((match) => match[1]);
    found.set(name, {
      arguments: groups.flatMap((group) => argumentsOfGroup(group, classes)),
      dependencies: [...text.matchAll(/IsDependentOn\(typeof\((\w+)\)\)/g)].map((match) => match[1]),
      type: /class (\w+)/.exec(text)[1],
    });
  }
  return found;
}
