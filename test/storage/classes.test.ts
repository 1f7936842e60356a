import assert from 'node:assert/strict';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import { sampleClass } from '../services/sample-class.ts';
import { openTestStore, type TestStore } from './local-store.ts';

describe('storage: classes of service', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const classes = () => opened.store.classes;
  beforeEach(async () => (opened = await openTestStore()));
  afterEach(async () => opened[Symbol.asyncDispose]());

  const named = (name: string, change: Partial<ClassOfService> = {}) => sampleClass({ name, ...change });

  it('are none at first, then those that were put, each as it was put last', async () => {
    assert.deepEqual(await classes().all(undefined), { version: 0, classes: {} });
    assert.equal(await classes().put(named('gold')), 1);
    assert.equal(await classes().put(named('silver', { quietHours: { from: '22:00', to: '07:00' } })), 2);
    assert.equal(await classes().put(named('gold', { language: 'es' })), 3);
    const gold = named('gold', { language: 'es' });
    const silver = named('silver', { quietHours: { from: '22:00', to: '07:00' } });
    assert.deepEqual(await classes().all(undefined), { version: 3, classes: { gold, silver } });
  });

  it('are read anew only when something has changed', async () => {
    assert.equal(await classes().all(0), undefined);
    await classes().put(named('gold'));
    assert.equal((await classes().all(0))?.version, 1);
    assert.equal(await classes().all(1), undefined);
    await classes().remove('gold');
    assert.deepEqual(await classes().all(1), { version: 2, classes: {} });
  });

  it('a removed one is gone; removing it again changes nothing', async () => {
    assert.equal(await classes().remove('gold'), 0);
    await classes().put(named('gold'));
    assert.equal(await classes().remove('gold'), 2);
    assert.equal(await classes().remove('gold'), 2);
    assert.equal(await classes().remove('gold', 1), undefined);
  });

  it('of twenty first changes at once all are there; of ten that saw the same version one wins', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => classes().put(named(`c${i}`))));
    const all = await classes().all(undefined);
    assert.equal(Object.keys(all?.classes ?? {}).length, 20);
    assert.equal(all?.version, 20);
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => classes().put(named(`d${i}`), 20)),
    );
    assert.deepEqual(
      results.filter((one) => one !== undefined),
      [21],
    );
  });

  it('of ten that know that there was none one makes the first', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => classes().put(named(`d${i}`), 0)));
    assert.deepEqual(
      results.filter((one) => one !== undefined),
      [1],
    );
    assert.equal(await classes().put(named('late'), 0), undefined);
  });
});
