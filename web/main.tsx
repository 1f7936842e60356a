/** Puts the page into the document. */
import { render } from 'preact';
import { App } from './app.tsx';
import './state/theme.ts';
import './styles/main.css';

const place = document.querySelector('#app');
if (place !== null) render(<App />, place);
