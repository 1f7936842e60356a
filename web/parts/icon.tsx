/** Pictograms, drawn with lines in the colour of the words around. */
const paths = {
  inbox:
    'M4 13l2.5-7.2A2 2 0 0 1 8.4 4.5h7.2a2 2 0 0 1 1.9 1.3L20 13v4.5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V13zm0 0h4.5a3.5 3.5 0 0 0 7 0H20',
  new: 'M12 3.5l1.8 4.9 4.9 1.8-4.9 1.8L12 16.9l-1.8-4.9-4.9-1.8 4.9-1.8L12 3.5zM18.5 16v4M16.5 18h4',
  saved: 'M7 4.5h10a1 1 0 0 1 1 1v14.2l-6-4.2-6 4.2V5.5a1 1 0 0 1 1-1z',
  trash:
    'M4.5 6.5h15M9.5 6.5V4.8c0-.4.4-.8.8-.8h3.4c.4 0 .8.4.8.8v1.7M6.5 6.5l.8 12c0 .8.7 1.5 1.5 1.5h6.4c.8 0 1.5-.7 1.5-1.5l.8-12M10 10.5v5.5M14 10.5v5.5',
  voice:
    'M12 4a2.8 2.8 0 0 1 2.8 2.8v4.4a2.8 2.8 0 0 1-5.6 0V6.8A2.8 2.8 0 0 1 12 4zM6.2 11.2a5.8 5.8 0 0 0 11.6 0M12 17v3M9 20h6',
  fax: 'M7 9V4h10v5M7 17H5a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 5 9h14a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 19 17h-2M7 14h10v6H7z',
  text: 'M4.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H11l-4 3.5V16h-.5a2 2 0 0 1-2-2V6.5zM8.5 8.8h7M8.5 12h4.5',
  email: 'M5.5 5.5h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2zM4 7.5l8 6 8-6',
  image:
    'M6 4.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2zM4 16l4.5-4.5L13 16M12 15l3-3 5 4.5M15.5 8.5h.01',
  video: 'M5 6.5h8.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM15.5 11l5-3v8l-5-3',
  greetings:
    'M5 14.5a7 7 0 0 1 14 0M5 14.5V17a1.5 1.5 0 0 0 3 0v-2.5a1.5 1.5 0 0 0-3 0zM19 14.5V17a1.5 1.5 0 0 1-3 0v-2.5a1.5 1.5 0 0 1 3 0zM9 5.5h6',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4zM9 14.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z',
  signOut:
    'M14 7V5.5a1 1 0 0 0-1-1H6a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V17M10 12h10M17 9l3 3-3 3',
  search: 'M10.8 4.5a6.3 6.3 0 1 1 0 12.6 6.3 6.3 0 0 1 0-12.6zM15.5 15.5l4.5 4.5',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  next: 'M9.5 5.5L16 12l-6.5 6.5',
  play: 'M8 5.3v13.4c0 .6.7 1 1.2.6l9.9-6.7a.8.8 0 0 0 0-1.3L9.2 4.7A.8.8 0 0 0 8 5.3z',
  pause: 'M8.5 5v14M15.5 5v14',
  reply: 'M10 6L4.5 11.5 10 17M5 11.5h8.5a6 6 0 0 1 6 6v.5',
  forward: 'M14 6l5.5 5.5L14 17M19 11.5h-8.5a6 6 0 0 0-6 6v.5',
  download: 'M12 4v11M7.5 10.8L12 15.3l4.5-4.5M4.5 19.5h15',
  phone:
    'M6.5 4.5h2.6l1.5 4-2 1.5a12 12 0 0 0 5.4 5.4l1.5-2 4 1.5v2.6a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4.5 6.7a2 2 0 0 1 2-2.2z',
  urgent: 'M12 5v9M12 18.5v.01',
  copy: 'M9 8.5h9.5v11H9zM15 8.5v-4H5.5v11H9',
  undo: 'M8.5 6L4.5 10l4 4M5 10h9a5 5 0 0 1 0 10h-2',
  help: 'M9 9.3a3 3 0 1 1 4.3 2.7c-.9.4-1.3 1-1.3 2M12 17.5v.01M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  plus: 'M12 5v14M5 12h14',
  stop: 'M7 7h10v10H7z',
  file: 'M7 3.5h7l4.5 4.5v11.5a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM14 3.5V8h4.5',
  lock: 'M7 10.5h10a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 18v-6A1.5 1.5 0 0 1 7 10.5zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  upload: 'M12 16V5M7.5 9.5L12 5l4.5 4.5M4.5 19.5h15',
  unsave: 'M12 17V6M7.5 10.5L12 6l4.5 4.5',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M18.4 5.6l-1 1M6.6 17.4l-1 1',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
} as const;

export type IconName = keyof typeof paths;

const filled: ReadonlySet<IconName> = new Set(['play', 'stop']);

/** A picture beside words: it says nothing of its own. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      class={filled.has(name) ? 'icon filled' : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
