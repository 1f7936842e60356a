/** How long the steps of a call take, each measured where the code comes by anyway; the call is known by its async context. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../ports/log.ts';
import type { Metrics, StagedCall, Stages } from '../ports/metrics.ts';

/** What is known of the call in whose work we are; moments by `performance.now()`. */
interface Course {
  readonly call: StagedCall;
  sounded: boolean;
  referenceAt: number | undefined;
  goneAt: number | undefined;
}

export function createStages({ metrics, log }: { metrics: Metrics; log: Log }): Stages {
  const courses = new AsyncLocalStorage<Course>();
  const change = (how: (course: Course) => void): void => {
    const course = courses.getStore();
    if (course !== undefined) how(course);
  };
  return {
    within: (call, work) => {
      const course: Course = { call, sounded: false, referenceAt: undefined, goneAt: undefined };
      const noteEnd = (): void => {
        course.goneAt = performance.now();
      };
      if (call.gone.aborted) noteEnd();
      else call.gone.addEventListener('abort', noteEnd, { once: true });
      return log.within({ call: call.id }, () => courses.run(course, work));
    },
    playing: (stored) =>
      change((course) => {
        if (!course.sounded) firstSound(course, metrics);
        const asked = course.referenceAt;
        course.referenceAt = undefined;
        // Something else that is said first, as the question for a PIN, is no wait.
        if (asked !== undefined && stored)
          metrics.observe('answerback_reference_playback_seconds', {}, (performance.now() - asked) / 1000);
      }),
    referenceAsked: () =>
      change((course) => {
        course.referenceAt = performance.now();
      }),
    referenceWrong: () =>
      change((course) => {
        course.referenceAt = undefined;
      }),
    stored: () =>
      change(({ goneAt }) => {
        if (goneAt !== undefined)
          metrics.observe('answerback_hangup_stored_seconds', {}, (performance.now() - goneAt) / 1000);
      }),
  };
}

/** Of callers alone: who is called, or was in a call when this process came, has waited for something else. */
function firstSound(course: Course, metrics: Metrics): void {
  course.sounded = true;
  const { entry, started, answered } = course.call;
  if (entry.kind !== 'incoming' || answered === undefined) return;
  const now = Date.now();
  metrics.observe('answerback_call_answer_seconds', {}, (answered.getTime() - started.getTime()) / 1000);
  metrics.observe('answerback_call_first_sound_seconds', {}, (now - answered.getTime()) / 1000);
}
