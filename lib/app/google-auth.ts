/** Loaded when it is needed. A bundle keeps the names of a CommonJS package only for a static import like this one. */
export { GoogleAuth, JWT } from 'google-auth-library';
