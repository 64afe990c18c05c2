// The libraries of the page are the files of the packages, byte for byte, and all its script stays small.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const WEB = at("../../src/Studio/web/");
const manifest = JSON.parse(readFileSync(`${WEB}vendor/manifest.json`, "utf-8"));

test("every vendored file has a package, a version, a licence and its hash", () => {
  const own = JSON.parse(readFileSync(at("package.json"), "utf-8")).dependencies;
  assert.deepEqual(
    readdirSync(`${WEB}vendor`)
      .filter((name) => name !== "manifest.json")
      .sort(),
    manifest.map(({ file }) => file).sort(),
  );
  for (const { file, package: name, version, licence, path, sha256 } of manifest) {
    const bytes = readFileSync(`${WEB}vendor/${file}`);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, file);
    assert.deepEqual(bytes, readFileSync(at(`node_modules/${name}/${path}`)), file);
    assert.equal(JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), "utf-8")).version, version);
    assert.equal(JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), "utf-8")).license, licence);
    assert.equal(own[name], version);
  }
});

test("the page has at most 200 KB of script", () => {
  const files = readdirSync(WEB, { recursive: true }).filter((name) => String(name).endsWith(".js"));
  const total = files.reduce((sum, name) => sum + readFileSync(`${WEB}${name}`).length, 0);
  assert.ok(total <= 200_000, `${total} bytes`);
});
