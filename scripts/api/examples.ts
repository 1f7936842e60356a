/** Examples of docs/api.md: scripts for a shell, run one after the other by a test. */

export interface Example {
  readonly title: string;
  readonly text: string;
  readonly script: string;
}

const ask = 'curl --silent --show-error --fail-with-body -H "Authorization: Bearer $KEY"';

export const examples: readonly Example[] = [
  {
    title: 'A mailbox',
    text: 'What is in it, what it takes of what it may, and what its subscriber has chosen:',
    script: `${ask} "$API/mailboxes/$MAILBOX"`,
  },
  {
    title: 'Leave a message',
    text: 'Words, sound, pictures, documents: what comes by the web is a message like any other. Sent again with the same `Idempotency-Key` it is still one.',
    script: `
RECORDING=$(base64 -w 0 hello.wav)
${ask} -H 'Content-Type: application/json' -H "Idempotency-Key: order-4711" --data @- "$API/mailboxes/$MAILBOX/messages" <<END
{
  "from": { "number": "+13035550100", "name": "Order desk" },
  "subject": "Your order",
  "text": "It is ready.",
  "parts": [{ "contentType": "audio/wav", "name": "hello.wav", "data": "$RECORDING" }]
}
END`,
  },
  {
    title: 'List and find',
    text: 'New ones first; `q` looks for words, `from` for a sender, `since` and `until` bound the time. `next` leads to the next page.',
    script: `
${ask} "$API/mailboxes/$MAILBOX/messages?state=new&kind=voice,fax&limit=20"
MESSAGE=$(${ask} "$API/mailboxes/$MAILBOX/messages?q=ready" | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
  },
  {
    title: 'Read and listen',
    text: 'The message says which parts it has and in which forms they can be had; a range of the bytes is enough to begin.',
    script: `
${ask} "$API/messages/$MESSAGE"
${ask} -o message.mp3 "$API/messages/$MESSAGE/parts/1?form=audio/mpeg"
${ask} -o begin.mp3 --range 0-1023 "$API/messages/$MESSAGE/parts/1?form=audio/mpeg"`,
  },
  {
    title: 'Change a message, safely',
    text: 'Reading changes nothing. With the `ETag` that you saw, a change that somebody else made meanwhile is not undone unseen.',
    script: `
ETAG=$(${ask} -o /dev/null -D - "$API/messages/$MESSAGE" | sed -n 's/^etag: \\(.*\\)\\r$/\\1/ip')
${ask} -X PATCH -H 'Content-Type: application/json' -H "If-Match: $ETAG" --data '{ "state": "saved" }' "$API/messages/$MESSAGE"`,
  },
  {
    title: 'Delete, and think better of it',
    text: 'Deleted messages lie in the trash for the days that the class of service says; another state brings them back.',
    script: `
${ask} -X DELETE "$API/messages/$MESSAGE"
${ask} -X PATCH -H 'Content-Type: application/json' --data '{ "state": "new" }' "$API/messages/$MESSAGE"`,
  },
  {
    title: 'What callers hear',
    text: 'Any sound that this system reads; it is kept as telephones play it.',
    script: `
${ask} -X PUT -H 'Content-Type: audio/wav' --data-binary @hello.wav "$API/mailboxes/$MAILBOX/greetings/unavailable"
${ask} -o greeting.mp3 "$API/mailboxes/$MAILBOX/greetings/unavailable?form=audio/mpeg"`,
  },
  {
    title: 'What a subscriber chooses',
    text: 'Only what is named changes; `null` goes back to what the class of service says.',
    script: `
${ask} -X PATCH -H 'Content-Type: application/json' "$API/mailboxes/$MAILBOX" --data '{
  "language": "es",
  "timeZone": "Europe/Madrid",
  "email": "ann@mail.example",
  "notify": [{ "gateway": "email", "to": "subscriber", "events": ["message"] }],
  "quietHours": { "from": "22:00", "to": "07:00" }
}'`,
  },
];
