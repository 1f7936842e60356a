import assert from 'node:assert/strict';
import { fuzzApi } from '../../../../scripts/fuzz/fuzz-api.ts';

describe('the API under a schema-driven fuzzer', function () {
  this.timeout(240_000);

  it('answers everything as its description says, and nothing with 5xx', async () => {
    const { ok, out, errors } = await fuzzApi(25, 20_261);
    assert.ok(ok, [...new Set(errors), out].join('\n'));
    assert.match(out, /Tested: \d\d/);
  });
});
