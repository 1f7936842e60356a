/** What callers leave, in words that are written as they are spoken. */
export const sentences: readonly string[] = [
  'hello this is john calling about the meeting tomorrow morning please call me back when you get this message',
  'hi it is mary i wanted to let you know that the train is late and i will be home at half past seven',
  'your appointment with the doctor has been moved to thursday at ten in the morning please let us know if you can come',
  'please send the papers to my office before the end of the week thank you very much',
  'your car is ready and you can pick it up any time before six this evening',
  'i am sorry i missed your call i was in a meeting with the new manager all afternoon',
  'could you bring some bread and milk on your way home and do not forget the birthday cake for grandmother',
  'the order that you placed last month has arrived and is waiting for you at our store on main street',
  'we would like to invite you to an interview for the position next monday at nine in the morning',
  'there is a problem with the water in the kitchen and the plumber says that he cannot come until wednesday',
];
