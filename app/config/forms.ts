/** The form of names in the configuration. */
import { z } from 'zod';

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'lower-case letters, digits, - and _, starting with a letter');
