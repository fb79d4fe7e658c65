/**
 * An element of the page.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function find(id, kind) {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`there is no ${kind.name} #${id}`)
  return element
}

/**
 * A new element.
 *
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children texts are shown as they are, never read as HTML
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

/**
 * Shows a text. What is shown already is left alone, and not read out again.
 *
 * @param {string} id
 * @param {string} text
 */
export function show(id, text) {
  const shown = find(id, HTMLElement)
  if (shown.textContent !== text) shown.textContent = text
}

/**
 * Shows other children where they are others.
 *
 * @param {HTMLElement} parent
 * @param {readonly HTMLElement[]} children
 */
export function replace(parent, children) {
  const made = element('div', {}, ...children)
  if (made.innerHTML !== parent.innerHTML) parent.replaceChildren(...made.childNodes)
}
