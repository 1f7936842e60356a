import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocument } from '../../scripts/api/document.ts';
import { apiPage } from '../../scripts/api/page.ts';
import { checkout } from '../../scripts/stack/machine.ts';

describe('docs/api.md and docs/openapi.json', function () {
  this.timeout(20_000);

  it('are what the routes say', async () => {
    const document = await apiDocument();
    const read = (name: string): string => readFileSync(join(checkout, 'docs', name), 'utf8');
    assert.deepEqual(
      JSON.parse(read('openapi.json')),
      JSON.parse(JSON.stringify(document)),
      'npm run api:docs',
    );
    assert.equal(read('api.md'), apiPage(document), 'npm run api:docs');
  });

  it('every field of every schema is described', async () => {
    const document = JSON.parse(JSON.stringify(await apiDocument())) as {
      components: { schemas: Record<string, unknown> };
      paths: Record<
        string,
        Record<string, { parameters?: { name: string; description?: string; schema?: { $ref?: string } }[] }>
      >;
    };
    const bare: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [name, field] of Object.entries((schema as { properties?: object }).properties ?? {})) {
        const described = field as { description?: string; $ref?: string };
        if (described.description === undefined && described.$ref === undefined) bare.push(`${path}.${name}`);
      }
      for (const [key, value] of Object.entries(schema)) look(value, `${path}.${key}`);
    };
    look(document.components.schemas, '');
    for (const [path, methods] of Object.entries(document.paths))
      for (const { parameters = [] } of Object.values(methods))
        for (const { name, description, schema } of parameters)
          if (description === undefined && schema?.$ref === undefined) bare.push(`${path} ${name}`);
    assert.deepEqual(bare, []);
  });
});
