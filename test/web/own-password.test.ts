import assert from 'node:assert/strict';
import { openFilledWorld, operatorOf, password, signInOperator } from './filled-operator.ts';
import { seriousOf } from './serious.ts';

describe('The operator’s page: one’s own password', function () {
  this.timeout(120_000);

  it('is changed by whoever knows the present one, who then signs in with the new one', async () => {
    await using world = await openFilledWorld();
    const page = await world.visit('/operator/operators');
    await signInOperator(page, 'alice', await operatorOf(world, 'alice'));
    const row = page.getByRole('row', { name: /alice/ });
    await row.getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('form', { name: 'New password' });
    await form.getByLabel('Present password').fill('what somebody may guess');
    await form.getByLabel('New password').fill('nobody knows of this one');
    await form.getByRole('button', { name: 'New password' }).click();
    await form.getByText('That is not your present password.').waitFor();
    assert.deepEqual(await seriousOf(page), []);
    assert.deepEqual(await world.operators.prove('alice', password, '198.51.100.7'), { kind: 'right' });
    await form.getByLabel('Present password').fill(password);
    await form.getByRole('button', { name: 'New password' }).click();
    await page.getByLabel('Code of').waitFor();
    const proof = await world.operators.prove('alice', 'nobody knows of this one', '198.51.100.7');
    assert.deepEqual(proof, { kind: 'right' });
  });
});
