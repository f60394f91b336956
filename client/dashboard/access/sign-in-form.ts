import { make } from '../dom.js';

/** A field for a token: this page as it stands is opened again with it. */
export function signInForm(): HTMLFormElement {
  const field = make('input', '');
  field.name = 'token';
  field.type = 'password';
  field.required = true;
  field.autocomplete = 'current-password';
  field.ariaLabel = 'Token';
  field.placeholder = 'Token';
  const form = make('form', 'sign-in', field, make('button', '', 'Sign in'));
  // The address says what is shown, and stays.
  form.addEventListener('submit', () => (form.action = `./${location.hash}`));
  return form;
}
