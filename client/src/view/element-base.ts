/** `HTMLElement`; on a server that renders pages, where there is none, any class: no element is ever made there. */
export const ElementBase = typeof HTMLElement === 'undefined' ? anyClass() : HTMLElement;

function anyClass(): typeof HTMLElement;
/** TypeScript cannot be told that it stands in for something much larger. */
function anyClass(): unknown {
  return Object;
}
