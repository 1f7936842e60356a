/** Where Prometheus reads, in the section `web`. */
import { z } from 'zod';

/** Address and port. */
export const webMetrics = z
  .strictObject({
    host: z
      .string()
      .default('127.0.0.1')
      .describe('Address to listen on. Nobody is asked for a password: let only Prometheus reach it.'),
    port: z.int().min(0).max(65535).default(9464).describe('Port; 0 picks one.'),
  })
  .prefault({})
  .describe('Metrics for Prometheus at `/metrics`, apart from the web server; see docs/monitoring.md.');
