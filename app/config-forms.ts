/** Forms of values that several sections of the configuration have. */
import { z } from 'zod';

export const e164 = z
  .string()
  .regex(/^\+[1-9]\d{4,14}$/, 'a number in E.164 form with its plus, as +12025550123');
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'lower-case letters, digits, - and _, starting with a letter');
export const port = z.int().min(1).max(65535);
