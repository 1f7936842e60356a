/** Words of the operator’s page, fetched with it alone. */
import { computed } from '@preact/signals';
import { operatorEn as en } from './operator-en.ts';
import { operatorEs as es } from './operator-es.ts';
import { language } from './words.ts';

export const operatorWords = computed(() => (language.value === 'es' ? es : en));
