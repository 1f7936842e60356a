/** What keys may; the same as core knows. */
export const scopes = [
  'messages:read',
  'messages:write',
  'mailboxes:read',
  'mailboxes:write',
  'subscribers:read',
  'subscribers:write',
  'cdrs:read',
  'operations:read',
  'operations:write',
  'keys:write',
] as const;
