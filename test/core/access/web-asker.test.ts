import assert from 'node:assert/strict';
import { assert as always, property, string } from 'fast-check';
import { passwordProblem } from '../../../app/core/access/operator.ts';
import { webAskerKey } from '../../../app/core/access/web-asker.ts';

describe('Whom wrong tries over the web count against', () => {
  it('is the address, of IPv6 its network, however it is written', () => {
    for (const [address, key] of [
      ['192.0.2.7', 'web:192.0.2.7'],
      ['::ffff:192.0.2.7', 'web:192.0.2.7'],
      ['2001:db8:1:2:3:4:5:6', 'web:2001-db8-1-2'],
      ['2001:DB8:0001:2::9', 'web:2001-db8-1-2'],
      ['2001:db8::1', 'web:2001-db8-0-0'],
      ['::1', 'web:0-0-0-0'],
      ['fe80::1%eth0', 'web:fe80-0-0-0'],
      ['', 'web:unknown'],
    ])
      assert.equal(webAskerKey(address ?? ''), key, address);
  });

  it('is one key with one colon, whatever comes', () => {
    always(
      property(string(), (text) => {
        const key = webAskerKey(text);
        return key.startsWith('web:') && key.length > 4 && !key.slice(4).includes(':');
      }),
    );
  });
});

describe('A password of an operator', () => {
  it('is judged by its length and not by its kinds of characters', () => {
    assert.equal(passwordProblem('twelve chars', 'ann'), undefined);
    assert.equal(passwordProblem('eleven char', 'ann'), 'too-short');
    assert.equal(passwordProblem('🔑🗝🔒🔓🔏🔐🛡🚪🏠🧰🪛🔧', 'ann'), undefined);
    assert.equal(passwordProblem('x y z q w '.repeat(21), 'ann'), 'too-long');
    assert.equal(passwordProblem('my name is Ann', 'ann'), 'has-name');
    assert.equal(passwordProblem('abababababababab', 'ann'), 'repeats');
    assert.equal(passwordProblem('a long enough one', 'a'), undefined, 'short names are in everything');
  });
});
