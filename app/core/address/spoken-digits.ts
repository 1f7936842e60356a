import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/**
 * The digits of a number as they are said to somebody in `country` (ISO 3166): as they would dial it, without the country
 * code of their own country. Empty for what has no digits.
 */
export function spokenDigits(number: string, country: string): string {
  const parsed = number.startsWith('+') ? parsePhoneNumberFromString(number) : undefined;
  const own = parsed?.countryCallingCode === getCountryCallingCode(country as CountryCode);
  return (own ? parsed.formatNational() : number).replace(/\D/g, '');
}
