// What Doctor and Check-Data write for code scanning, against SARIF's own JSON Schema. tests/Build.Tests and tests/training compare what they
// write with these files.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { read } from './reading/repository.mjs';

const require = createRequire(import.meta.url);
const requireOfPackage = createRequire(require.resolve('@microsoft/jest-sarif/package.json'));
const Ajv = requireOfPackage('ajv');
const schema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const validate = new Ajv({ schemaId: 'id', meta: false }).addMetaSchema(requireOfPackage('ajv/lib/refs/json-schema-draft-04.json')).compile(schema);

describe('SARIF', () => {
  for (const path of ['Build.Tests/Expected/doctor.sarif', 'Build.Tests/Expected/doctor-ok.sarif', 'training/expected_data.sarif']) {
    test(`${path} conforms to SARIF 2.1.0`, () => {
      validate(JSON.parse(read(`tests/${path}`)));
      assert.equal(validate.errors, null);
    });
  }

  test('a result without a message is refused', () => {
    const log = JSON.parse(read('tests/Build.Tests/Expected/doctor.sarif'));
    delete log.runs[0].results[0].message;
    validate(log);
    assert.match(validate.errors[0].message, /required property 'message'/);
  });
});
