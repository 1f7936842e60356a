/** Questions of rooms that have a file of their own. */
import { accessQuestions } from './access-questions.ts';
import { arrivalQuestions } from './arrival-questions.ts';
import { bookQuestions } from './book-questions.ts';
import { eventQuestions } from './event-questions.ts';
import { subscriptionQuestions } from './subscription-questions.ts';
import { wordQuestions } from './word-questions.ts';

export const otherQuestions = {
  ...bookQuestions,
  ...subscriptionQuestions,
  ...accessQuestions,
  ...eventQuestions,
  ...wordQuestions,
  ...arrivalQuestions,
};
