import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { ClassSet, ClassStore } from '../ports/classes.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface ClassesDocument {
  _id: 'all';
  version: number;
  classes?: Record<string, Omit<ClassOfService, 'name'>>;
}

/** The collection `classes`: one document for all of them. */
export class Classes implements ClassStore {
  readonly #connection: Connection;
  readonly #classes: Collection<ClassesDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#classes = connection.database.collection('classes');
  }

  async all(known: number | undefined): Promise<ClassSet | undefined> {
    const changed = known === undefined || known === 0 ? {} : { version: { $ne: known } };
    const found = await this.#connection.run('classes.all', () =>
      this.#classes.findOne({ _id: 'all', ...changed }),
    );
    if (found === null) return known === undefined ? { version: 0, classes: {} } : undefined;
    const classes = Object.entries(found.classes ?? {}).map(([name, one]) => [name, { ...one, name }]);
    return { version: found.version, classes: Object.fromEntries(classes) as ClassSet['classes'] };
  }

  async put(profile: ClassOfService, version?: number): Promise<number | undefined> {
    const { name, ...rest } = profile;
    if (version !== 0)
      return this.#change('classes.put', {}, { $set: { [`classes.${name}`]: rest } }, version);
    // Before the first change there is no document: only one of those who know that makes it.
    return this.#connection.run('classes.put', () =>
      this.#classes.insertOne({ _id: 'all', version: 1, classes: { [name]: rest } }).then(
        () => 1,
        (error: unknown) => {
          if (isDuplicate(error)) return undefined;
          throw error;
        },
      ),
    );
  }

  async remove(name: string, version?: number): Promise<number | undefined> {
    const path = `classes.${name}`;
    const there = { [path]: { $exists: true } };
    // With a dot it would be a part of a class; none has such a name.
    const removed = /^[\w-]+$/.test(name)
      ? await this.#change('classes.remove', there, { $unset: { [path]: '' } }, version)
      : undefined;
    if (removed !== undefined) return removed;
    const now = await this.all(undefined);
    const same = version === undefined || now?.version === version;
    return same && !Object.hasOwn(now?.classes ?? {}, name) ? now?.version : undefined;
  }

  async #change(
    operation: string,
    filter: Filter<ClassesDocument>,
    update: UpdateFilter<ClassesDocument>,
    version: number | undefined,
  ): Promise<number | undefined> {
    const upsert = Object.keys(filter).length === 0 && version === undefined;
    const change = () =>
      this.#classes.findOneAndUpdate(
        { _id: 'all', ...(version === undefined ? {} : { version }), ...filter },
        { ...update, $inc: { version: 1 } },
        { upsert, returnDocument: 'after', projection: { version: 1 } },
      );
    const after = await this.#connection.run(operation, () =>
      // Two first changes at once: one makes the document, the other finds it.
      change().catch((error: unknown) => {
        if (isDuplicate(error)) return change();
        throw error;
      }),
    );
    return after?.version;
  }
}
