/** What callers leave, in words that are written as they are spoken. */
export const sentences: readonly string[] = [
  'hello this is john calling about the meeting tomorrow morning please call me back when you get this message',
  'your appointment with the doctor has been moved to thursday at ten in the morning please let us know if you can come',
  'your car is ready and you can pick it up any time before six this evening',
  'i am sorry i missed your call i was in a meeting with the new manager all afternoon',
  'we would like to invite you to an interview for the position next monday at nine in the morning',
  'there is a problem with the water in the kitchen and the plumber says that he cannot come until wednesday',
];
